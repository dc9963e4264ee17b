from dotmac_lint.rules.dm030_startup_guard_raises.rule import StartupGuardRaises

__all__ = ["StartupGuardRaises"]
