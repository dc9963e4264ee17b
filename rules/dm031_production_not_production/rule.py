from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Rule, Severity
from dotmac_lint.model.production import Unproductive, for_production, unproductive


class ProductionNotProduction(Rule):
    code = "DM031"
    name = "production-not-production"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in unproductive(deployment):
            wanted = "production" if found.trait == "environment" else "false"
            yield self.report(
                _message(found),
                found.at,
                related=[Label(found.field.span, f"`{found.field.dotted}` is `{found.value}` by default")]
                if found.field is not None
                else (),
                help=f"Set `{found.name}` to `{wanted}` in the files of production.",
                fix=for_production(found),
                service=found.service.name,
                severity=Severity.WARNING if found.once else Severity.ERROR,
                key=found.name,
            )


def _message(found: Unproductive) -> str:
    service, name = f"service `{found.service.name}`", found.name
    if found.field is not None:
        return (
            f"Nothing tells {service} that it runs in production: `{name}` is not set, "
            f"and `{found.field.dotted}` is `{found.value}` by default."
        )
    verb = "falls back to" if found.variable is not None and found.variable.references else "is"
    what = {"environment": "as for developers", "debug": "with debugging on", "reload": "with reloading on"}
    return f"In production, {service} runs {what[found.trait]}: `{name}` {verb} `{found.value}`."
