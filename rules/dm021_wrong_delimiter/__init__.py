from dotmac_lint.rules.dm021_wrong_delimiter.rule import WrongDelimiter

__all__ = ["WrongDelimiter"]
