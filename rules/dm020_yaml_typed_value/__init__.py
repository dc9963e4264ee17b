from dotmac_lint.rules.dm020_yaml_typed_value.rule import YamlTypedValue

__all__ = ["YamlTypedValue"]
