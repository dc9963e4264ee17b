from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, Edit, Fix, FixAvailability, Label, Rule, Severity
from dotmac_lint.model.published_ports import Clash, port_clashes


class PortClash(Rule):
    code = "DM017"
    name = "port-clash"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for clash in port_clashes(deployment):
            overlaid = clash.service == clash.other and clash.at.path != clash.other_at.path
            yield self.report(
                _message(clash, overlaid),
                clash.at,
                related=[Label(clash.other_at, f"`{clash.other}` publishes it here")],
                help="Say `ports: !override` (Compose 2.24) to replace the list, or change it in one file."
                if overlaid
                else "Publish one of them on another port.",
                fix=_override(clash),
                service=clash.service,
                key=f"{clash.port}/{clash.protocol}",
            )


def _message(clash: Clash, overlaid: bool) -> str:
    port = f"the host port {clash.port}/{clash.protocol}"
    if clash.service != clash.other:
        return (
            f"Services `{clash.other}` and `{clash.service}` both publish {port}, so that the second one "
            "does not start."
        )
    message = f"Service `{clash.service}` publishes {port} twice, so that its container does not start"
    if overlaid:
        message += f": Compose adds the ports of `{clash.at.path}` to those of `{clash.other_at.path}`"
    return message + "."


def _override(clash: Clash) -> Fix | None:
    if clash.replaced_at is None:
        return None
    title = f"Replace the ports of `{clash.other_at.path}` by those of `{clash.at.path}`"
    return Fix(title, (Edit(clash.replaced_at, " !override"),))
