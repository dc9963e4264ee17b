from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, Edit, Fix, FixAvailability, Label, Rule, Severity
from dotmac_lint.model.connections import Network
from dotmac_lint.model.reach import HostPort, host_ports


class HostPortInternally(Rule):
    code = "DM042"
    name = "host-port-internally"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in host_ports(Network(deployment)):
            endpoint = found.endpoint
            variable = endpoint.port_variable or endpoint.variable
            yield self.report(
                f"`{variable.name}` of service `{found.client.name}` names port {endpoint.port} of `{endpoint.host}`, "
                f"which is published on the host only: in its container `{found.server}` listens on {found.port}.",
                found.at,
                related=[*variable.origin, Label(found.published, "the port of the host is published here")],
                help=f"Use port {found.port} between services.",
                fix=_replace(found),
                service=found.client.name,
                key=variable.name,
            )


def _replace(found: HostPort) -> Fix | None:
    if found.edit is None:
        return None
    return Fix(f"Replace port {found.endpoint.port} by {found.port}", (Edit(found.edit, str(found.port)),))
