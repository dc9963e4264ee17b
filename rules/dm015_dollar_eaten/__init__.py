from dotmac_lint.rules.dm015_dollar_eaten.rule import DollarEaten

__all__ = ["DollarEaten"]
