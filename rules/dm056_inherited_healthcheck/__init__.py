from dotmac_lint.rules.dm056_inherited_healthcheck.rule import InheritedHealthcheck

__all__ = ["InheritedHealthcheck"]
