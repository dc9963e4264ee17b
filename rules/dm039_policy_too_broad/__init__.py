from dotmac_lint.rules.dm039_policy_too_broad.rule import PolicyTooBroad

__all__ = ["PolicyTooBroad"]
