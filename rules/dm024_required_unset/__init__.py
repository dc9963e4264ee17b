from dotmac_lint.rules.dm024_required_unset.rule import RequiredUnset

__all__ = ["RequiredUnset"]
