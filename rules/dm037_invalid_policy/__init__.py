from dotmac_lint.rules.dm037_invalid_policy.rule import InvalidPolicy

__all__ = ["InvalidPolicy"]
