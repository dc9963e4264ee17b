from dotmac_lint.rules.dm042_host_port_internally.rule import HostPortInternally

__all__ = ["HostPortInternally"]
