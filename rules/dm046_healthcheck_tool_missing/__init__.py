from dotmac_lint.rules.dm046_healthcheck_tool_missing.rule import HealthcheckToolMissing

__all__ = ["HealthcheckToolMissing"]
