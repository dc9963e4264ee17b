from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, Edit, Fix, FixAvailability, Label, Rule, Severity, Span
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
                fix=_quote(blank) if blank.path else _escape(blank),
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


def _escape(blank: Blank) -> Fix | None:
    if not blank.escapable:
        return None
    places = sorted(blank.text or (blank.at,))
    edits = tuple(Edit(Span(place.path, place.start, place.start), "$") for place in places)
    return Fix("Double the dollar", edits)


def _quote(blank: Blank) -> Fix | None:
    """Single quotes around the value, in place of double ones where there are some."""
    value, at = (blank.given.raw or "", blank.given.value_span) if blank.given else ("", None)
    quotes = (at.end - at.start - len(value)) // 2 if at is not None else -1
    if at is None or quotes not in (0, 1) or "'" in value or "\\" in value:
        return None
    ends = (Span(at.path, at.start, at.start + quotes), Span(at.path, at.end - quotes, at.end))
    return Fix("Put the value in single quotes", tuple(Edit(end, "'") for end in ends))
