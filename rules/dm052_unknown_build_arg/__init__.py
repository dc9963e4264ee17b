from dotmac_lint.rules.dm052_unknown_build_arg.rule import UnknownBuildArg

__all__ = ["UnknownBuildArg"]
