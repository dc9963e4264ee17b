from dotmac_lint.rules.dm053_unused_declaration.rule import UnusedDeclaration

__all__ = ["UnusedDeclaration"]
