from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, Label, Rule, Severity
from dotmac_lint.model.health import waits_in_vain


class HealthyWithoutHealthcheck(Rule):
    code = "DM045"
    name = "healthy-without-healthcheck"
    severity = Severity.ERROR
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for service, target, dependency, switched_off in waits_in_vain(deployment):
            where = "neither the service nor its image defines one"
            label = Label(target.key, f"`{target.name}` is defined here")
            if switched_off is not None:
                where = "it is switched off"
                label = Label(switched_off, "the health check is switched off here")
            yield self.report(
                f"Service `{service.name}` waits until `{target.name}` is healthy, but `{target.name}` has no "
                f"health check ({where}): Compose refuses to start `{service.name}`.",
                dependency.span,
                related=[label],
                help=f"Give `{target.name}` a `healthcheck`, or wait for `service_started` only.",
                service=service.name,
                key=target.name,
            )
