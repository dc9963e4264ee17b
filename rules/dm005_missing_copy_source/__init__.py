from dotmac_lint.rules.dm005_missing_copy_source.rule import MissingCopySource

__all__ = ["MissingCopySource"]
