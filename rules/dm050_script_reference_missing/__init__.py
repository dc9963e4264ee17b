from dotmac_lint.rules.dm050_script_reference_missing.rule import ScriptReferenceMissing

__all__ = ["ScriptReferenceMissing"]
