from dotmac_lint.rules.dm009_script_not_executable.rule import ScriptNotExecutable

__all__ = ["ScriptNotExecutable"]
