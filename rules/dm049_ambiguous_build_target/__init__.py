from dotmac_lint.rules.dm049_ambiguous_build_target.rule import AmbiguousBuildTarget

__all__ = ["AmbiguousBuildTarget"]
