from dotmac_lint.rules.dm031_production_not_production.rule import ProductionNotProduction

__all__ = ["ProductionNotProduction"]
