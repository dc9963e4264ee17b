from dotmac_lint.rules.dm014_env_file_not_interpolated.rule import EnvFileNotInterpolated

__all__ = ["EnvFileNotInterpolated"]
