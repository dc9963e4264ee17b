from dotmac_lint.rules.dm007_missing_build_reference.rule import MissingBuildReference

__all__ = ["MissingBuildReference"]
