from dotmac_lint.rules.dm033_dev_mount_in_production.rule import DevMountInProduction

__all__ = ["DevMountInProduction"]
