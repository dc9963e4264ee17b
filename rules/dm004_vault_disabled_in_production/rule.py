from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Rule, Severity
from dotmac_lint.model.vault import VaultOff, switch_on, vault_off


class VaultDisabledInProduction(Rule):
    code = "DM004"
    name = "vault-disabled-in-production"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in vault_off(deployment):
            state = "is set to false" if found.variable is not None else "is not set"
            yield self.report(
                f"Service `{found.service.name}` runs in production with Vault switched off: "
                f"`{found.name}` {state}{_consequence(found)}.",
                found.at,
                related=[
                    *_guards(found),
                    Label(found.field.span, f"`{'.'.join(found.field.path)}` is off by default"),
                ],
                help=f'Set `{found.name}: "true"` for the service.',
                fix=switch_on(found),
                service=found.service.name,
                severity=Severity.ERROR if found.guards else Severity.WARNING,
                key=found.name,
            )


def _consequence(found: VaultOff) -> str:
    if not found.guards:
        return ""
    guard = found.guards[0].called
    return f", and {guard} refuses to start without it" if found.refused else f", which {guard} demands"


def _guards(found: VaultOff) -> Iterator[Label]:
    for guard in found.guards:
        said = f": {guard.message}" if guard.message else ""
        yield Label(guard.condition or guard.span, f"the guard that demands it{said}")
        yield from guard.called_from
