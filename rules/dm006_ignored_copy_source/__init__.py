from dotmac_lint.rules.dm006_ignored_copy_source.rule import IgnoredCopySource

__all__ = ["IgnoredCopySource"]
