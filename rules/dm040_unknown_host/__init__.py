from dotmac_lint.rules.dm040_unknown_host.rule import UnknownHost

__all__ = ["UnknownHost"]
