from dotmac_lint.rules.dm019_twin_compose_files.rule import TwinComposeFiles

__all__ = ["TwinComposeFiles"]
