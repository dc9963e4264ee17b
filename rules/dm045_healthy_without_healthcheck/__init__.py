from dotmac_lint.rules.dm045_healthy_without_healthcheck.rule import HealthyWithoutHealthcheck

__all__ = ["HealthyWithoutHealthcheck"]
