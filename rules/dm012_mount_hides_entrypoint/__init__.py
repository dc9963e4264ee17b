from dotmac_lint.rules.dm012_mount_hides_entrypoint.rule import MountHidesEntrypoint

__all__ = ["MountHidesEntrypoint"]
