from dotmac_lint.rules.dm048_unused_suppression.rule import UnusedSuppression

__all__ = ["UnusedSuppression"]
