from dotmac_lint.rules.dm002_missing_mount_source.rule import MissingMountSource

__all__ = ["MissingMountSource"]
