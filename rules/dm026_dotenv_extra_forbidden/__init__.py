from dotmac_lint.rules.dm026_dotenv_extra_forbidden.rule import DotenvExtraForbidden

__all__ = ["DotenvExtraForbidden"]
