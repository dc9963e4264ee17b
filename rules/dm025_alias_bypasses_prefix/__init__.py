from dotmac_lint.rules.dm025_alias_bypasses_prefix.rule import AliasBypassesPrefix

__all__ = ["AliasBypassesPrefix"]
