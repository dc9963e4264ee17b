from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, Edit, Fix, FixAvailability, Label, Rule, Severity, listed
from dotmac_lint.model.connections import Loopback, Network, loopbacks


class LocalhostInContainer(Rule):
    code = "DM041"
    name = "localhost-in-container"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in loopbacks(Network(deployment)):
            endpoint, server = found.endpoint, found.server.name
            clients = [f"`{client.name}`" for client in found.clients]
            related = [*endpoint.variable.origin, Label(found.server.key, f"`{server}` is defined here")]
            if found.used is not None:
                related.insert(0, Label(found.used, "this value takes the place of the default here"))
            yield self.report(
                f"`{endpoint.variable.name}` of the service{'s' * (len(clients) > 1)} {listed(clients)} names "
                f"`{endpoint.host}`, which is the container itself: {found.kind.kind} runs in the service `{server}`.",
                found.at,
                related=related,
                help=f"Use the host `{server}`"
                + (" and the port that it listens on in its container." if found.by_published_port else "."),
                fix=_fix(found),
                service=found.clients[0].name,
                key=endpoint.variable.name,
            )


def _fix(found: Loopback) -> Fix | None:
    if found.host_edit is None:
        return None
    title = f"Replace `{found.endpoint.host}` by `{found.server.name}`"
    return Fix(title, (Edit(found.host_edit, found.server.name),))
