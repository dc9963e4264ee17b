from dotmac_lint.rules.dm000_parse_error.rule import ParseError

__all__ = ["ParseError"]
