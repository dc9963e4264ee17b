from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Rule, Severity
from dotmac_lint.model.fallback_secrets import Fallback, demanded, fallback_secrets


class DefaultSecret(Rule):
    code = "DM032"
    name = "default-secret"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"
    tags = ("security",)

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in fallback_secrets(deployment):
            yield self.report(
                _message(found),
                found.places[0],
                related=_related(found),
                help=f"Demand it of the host: `${{{found.name}:?}}`.",
                fix=demanded(found),
                service=found.services[0].name,
                key=found.name,
            )


def _message(found: Fallback) -> str:
    first, *others = found.services
    who = f"service `{first.name}`" + (f" (and {len(others)} more)" if others else "")
    known = "a secret that everybody who reads the repository knows"
    if found.kind == "default":
        return f"In production, {who} falls back to {known}: `{found.name}` has a default here."
    if found.field is None:
        return f"In production, {who} has {known}: `{found.name}` is written out here."
    return (
        f"In production, {who} runs with {known}: nothing sets `{found.name}`, "
        f"and `{found.field.dotted}` has a default in the settings."
    )


def _related(found: Fallback) -> Iterator[Label]:
    for span in found.places[1:]:
        yield Label(span, "the same here")
    if found.field is not None:
        yield Label(found.field.span, "its default")
