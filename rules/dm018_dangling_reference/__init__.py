from dotmac_lint.rules.dm018_dangling_reference.rule import DanglingReference

__all__ = ["DanglingReference"]
