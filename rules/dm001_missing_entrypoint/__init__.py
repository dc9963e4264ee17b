from dotmac_lint.rules.dm001_missing_entrypoint.rule import MissingEntrypoint

__all__ = ["MissingEntrypoint"]
