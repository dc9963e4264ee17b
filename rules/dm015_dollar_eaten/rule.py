from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Rule, Severity
from dotmac_lint.model.interpolated import Blank, blanks


class DollarEaten(Rule):
    code = "DM015"
    name = "dollar-eaten"
    severity = Severity.WARNING
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for blank in blanks(deployment):
            if blank.kind != "eaten":
                continue
            given = blank.given
            yield self.report(
                _message(blank),
                blank.at,
                related=[Label(given.name_span, f"`{blank.name}` is set for the container here")]
                if given and not blank.path
                else (),
                help=_advice(blank),
                fix=blank.fix,
                service=blank.service,
                key=blank.attribute if blank.text and not blank.path else blank.name,
            )


def _message(blank: Blank) -> str:
    if blank.path:
        return (
            f"A `$` inside the value of `{blank.name}`, which service `{blank.service}` gets from `{blank.path}`, is "
            "lost: Compose takes what follows it for a variable, which nothing sets."
        )
    if blank.text:
        return (
            f"A `$` inside a value in `{blank.attribute}` of service `{blank.service}` is lost: Compose takes what "
            "follows it for a variable, which nothing sets."
        )
    return (
        f"Compose itself expands `${blank.name}` in `{blank.attribute}` of service `{blank.service}`, and puts nothing "
        "in its place: the variable is set inside the container only."
    )


def _advice(blank: Blank) -> str:
    if blank.path:
        return "Write the value in single quotes: Compose expands nothing between them."
    if blank.text:
        return "Write `$$` for a dollar that means itself."
    if blank.escapable:
        return "Write `$$` where the dollar is meant for the container."
    return "No shell reads this: write the value, or start a shell (`sh -c`, `CMD-SHELL`) and write `$$`."
