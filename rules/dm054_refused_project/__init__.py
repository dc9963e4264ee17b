from dotmac_lint.rules.dm054_refused_project.rule import RefusedProject

__all__ = ["RefusedProject"]
