from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Rule, Severity
from dotmac_lint.model.fallback_secrets import demanded, fallback_secrets


class DefaultSecret(Rule):
    code = "DM032"
    name = "default-secret"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"
    tags = ("security",)

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in fallback_secrets(deployment):
            first, *others = found.services
            who = f"service `{first.name}`" + (f" (and {len(others)} more)" if others else "")
            yield self.report(
                f"In production, {who} falls back to a secret that everybody who reads the repository knows: "
                f"`{found.name}` has a default here."
                if found.kind == "default"
                else f"In production, {who} has a secret that everybody who reads the repository knows: "
                f"`{found.name}` is written out here.",
                found.places[0],
                related=[Label(span, "the same here") for span in found.places[1:]],
                help=f"Demand it of the host: `${{{found.name}:?}}`.",
                fix=demanded(found),
                service=first.name,
                key=found.name,
            )
