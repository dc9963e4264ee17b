from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Rule, Severity, and_more
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
                found.places[0].at,
                related=_related(found),
                help="Let each host have the file of its own, and commit an example without the secret."
                if found.kind == "file"
                else f"Demand it of the host: `${{{found.names[0]}:?}}`.",
                fix=demanded(found),
                service=found.services[0].name,
                severity=Severity.WARNING if found.documented else Severity.ERROR,
                key=found.names[0],
            )


def _message(found: Fallback) -> str:
    first, *others = found.services
    who = f"service `{first.name}`" + and_more(others)
    known = "a secret that everybody who reads the repository knows"
    name = f"`{found.names[0]}`"
    if found.documented:
        more = f" and {len(found.names) - 1} more have defaults" if found.names[1:] else " has a default"
        return (
            f"In production, where the env file lacks what `{found.documented}` has, {who} falls back to {known}: "
            f"{name}{more} here."
        )
    if found.kind == "default":
        return f"In production, {who} falls back to {known}: {name} has a default here."
    if found.field is None:
        return f"In production, {who} has {known}: {name} is written out here."
    return (  # without the number of services, which differs from deployment to deployment
        f"In production, service `{first.name}` runs with {known}: nothing sets {name}, "
        f"and `{found.field.dotted}` has a default in the settings."
    )


def _related(found: Fallback) -> Iterator[Label]:
    seen = {found.places[0].at}
    for place in found.places[1:]:
        if place.at not in seen:
            seen.add(place.at)
            yield Label(
                place.at, f"so has `{place.name}`" if place.name != found.names[0] else "the same here"
            )
    if found.field is not None:
        yield Label(found.field.span, "its default")
