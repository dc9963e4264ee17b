from dotmac_lint.rules.dm041_localhost_in_container.rule import LocalhostInContainer

__all__ = ["LocalhostInContainer"]
