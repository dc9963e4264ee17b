from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Rule, Severity, listed
from dotmac_lint.model.published_ports import Clash, Rivals, port_clashes, rivals


class PortClash(Rule):
    code = "DM017"
    name = "port-clash"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        clashes = list(port_clashes(deployment))
        yield from (self._alone(clash) for clash in clashes if clash.service == clash.other)
        yield from map(self._together, rivals(clashes))

    def _together(self, group: Rivals) -> Diagnostic:
        names = [f"`{name}`" for name in group.names]
        first, *more = group.pairs[0]
        ports = f"the host port{'s' if more else ''} {first.port}/{first.protocol}"
        if more:
            ports += (
                f" and {len(more)} others" if len(more) > 1 else f" and {more[0].port}/{more[0].protocol}"
            )
        last = f"both publish {ports}, so that the second one does not start."
        if len(names) > 2:
            last = f"all publish {ports}, so that only one of them starts."
        others = {
            clash.service: clash.at for clash, *_ in group.pairs[1:] if clash.service not in group.names[:2]
        }
        return self.report(
            f"Services {listed(names)} {last}",
            first.at,
            related=[
                Label(first.other_at, f"`{first.other}` publishes it here"),
                *(Label(at, f"`{name}` publishes it here") for name, at in others.items()),
                *(
                    Label(clash.at, f"{clash.port}/{clash.protocol} is published twice, too")
                    for clash in more
                ),
            ],
            help="Publish those of one service on other ports."
            if more
            else "Publish one of them on another port.",
            service=first.service,
            key=f"{first.port}/{first.protocol}",
        )

    def _alone(self, clash: Clash) -> Diagnostic:
        message = (
            f"Service `{clash.service}` publishes the host port {clash.port}/{clash.protocol} twice, so that its "
            "container does not start"
        )
        help = "Publish one of them on another port."
        if clash.at.path != clash.other_at.path:
            message += f": Compose adds the ports of `{clash.at.path}` to those of `{clash.other_at.path}`"
            help = "Say `ports: !override` (Compose 2.24) to replace the list, or change it in one file."
        return self.report(
            f"{message}.",
            clash.at,
            related=[Label(clash.other_at, f"`{clash.other}` publishes it here")],
            help=help,
            fix=clash.fix,
            service=clash.service,
            key=f"{clash.port}/{clash.protocol}",
        )
