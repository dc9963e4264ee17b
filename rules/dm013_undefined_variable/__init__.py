from dotmac_lint.rules.dm013_undefined_variable.rule import UndefinedVariable

__all__ = ["UndefinedVariable"]
