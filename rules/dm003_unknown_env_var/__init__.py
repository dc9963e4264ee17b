from dotmac_lint.rules.dm003_unknown_env_var.rule import UnknownEnvVar

__all__ = ["UnknownEnvVar"]
