from dotmac_lint.rules.dm022_bad_value_type.rule import BadValueType

__all__ = ["BadValueType"]
