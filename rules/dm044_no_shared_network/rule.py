from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, Label, Rule, Severity, grouped
from dotmac_lint.model.connections import Network
from dotmac_lint.model.reach import unreachable


class NoSharedNetwork(Rule):
    code = "DM044"
    name = "no-shared-network"
    severity = Severity.ERROR
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        lost = unreachable(Network(deployment))
        for found, *others in grouped(lost, lambda one: (one.endpoint.span, one.server)):
            client = found.client.name
            yield self.report(
                f"Service `{client}` cannot reach `{found.endpoint.host}`, which `{found.endpoint.variable.name}` "
                f"names: `{client}` is on {_list(found.client_networks)} and `{found.server}` is on "
                f"{_list(found.server_networks)}.",
                found.endpoint.span,
                related=[
                    Label(found.server_at, f"the networks of `{found.server}`"),
                    *(Label(o.client.definition.key, f"`{o.client.name}` cannot either") for o in others),
                ],
                help="Put both services on one network.",
                service=client,
                key=found.endpoint.variable.name,
            )


def _list(names: tuple[str, ...]) -> str:
    return f"the network{'s' * (len(names) > 1)} " + " and ".join(f"`{name}`" for name in names)
