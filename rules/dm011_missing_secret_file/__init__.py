from dotmac_lint.rules.dm011_missing_secret_file.rule import MissingSecretFile

__all__ = ["MissingSecretFile"]
