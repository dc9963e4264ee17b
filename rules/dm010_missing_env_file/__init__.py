from dotmac_lint.rules.dm010_missing_env_file.rule import MissingEnvFile

__all__ = ["MissingEnvFile"]
