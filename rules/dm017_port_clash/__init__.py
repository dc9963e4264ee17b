from dotmac_lint.rules.dm017_port_clash.rule import PortClash

__all__ = ["PortClash"]
