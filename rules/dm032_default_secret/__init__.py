from dotmac_lint.rules.dm032_default_secret.rule import DefaultSecret

__all__ = ["DefaultSecret"]
