from collections.abc import Iterator

from dotmac_lint.api import (
    Deployment,
    Diagnostic,
    Edit,
    Fix,
    FixAvailability,
    Rule,
    Severity,
    and_more,
    did_you_mean,
    grouped,
)
from dotmac_lint.model.connections import Network, unknown_hosts
from dotmac_lint.model.connections import UnknownHost as Found


class UnknownHost(Rule):
    code = "DM040"
    name = "unknown-host"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        hosts = unknown_hosts(Network(deployment))
        for found, *others in grouped(hosts, lambda host: (host.endpoint.span, host.near)):
            endpoint = found.endpoint
            yield self.report(
                f"`{endpoint.variable.name}` of the service `{found.client.name}`{and_more(others)} names the host "
                f"`{endpoint.host}`, but no service, alias, container or extra host that it can reach is called so."
                + did_you_mean(*found.near),
                endpoint.span,
                related=endpoint.variable.origin,
                help="Name a service of the deployment, or add the host under `extra_hosts`.",
                fix=_fix(found),
                service=found.client.name,
                severity=Severity.ERROR if found.near else Severity.WARNING,
                key=endpoint.variable.name,
            )


def _fix(found: Found) -> Fix | None:
    span, host = found.endpoint.span, found.endpoint.host
    if len(found.near) != 1 or span.end - span.start != len(host):
        return None
    return Fix(f"Replace `{host}` by `{found.near[0]}`", (Edit(span, found.near[0]),))
