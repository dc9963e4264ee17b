from dotmac_lint.rules.dm038_policy_path_mismatch.rule import PolicyPathMismatch

__all__ = ["PolicyPathMismatch"]
