from dotmac_lint.rules.dm044_no_shared_network.rule import NoSharedNetwork

__all__ = ["NoSharedNetwork"]
