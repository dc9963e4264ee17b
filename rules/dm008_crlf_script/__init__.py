from dotmac_lint.rules.dm008_crlf_script.rule import CrlfScript

__all__ = ["CrlfScript"]
