from collections.abc import Iterator

from dotmac_lint.api import (
    Deployment,
    Diagnostic,
    FixAvailability,
    Label,
    Repository,
    Rule,
    Severity,
    and_more,
)
from dotmac_lint.model.start_faults import Refused, refused_in_env_files, refused_values, respelled, spelling
from dotmac_lint.model.truthiness import TakenForTrue, taken_for_true


class BadValueType(Rule):
    code = "DM022"
    name = "bad-value-type"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in refused_values(deployment):
            value = f" to `{found.shown}`" if found.shown else ""
            declared, before = found.field.type.written, found.variable.overrides[-1:]
            yield self.report(
                f"{_subject(found)} sets `{found.variable.name}`{value}, which "
                f"`{found.settings.name}.{found.field.dotted}` refuses: the value {found.why}.",
                found.at,
                related=[
                    *found.variable.origin,
                    Label(found.field.span, f"declared `{declared}`"),
                    *(Label(earlier.name_span, "this value is overridden") for earlier in before),
                ],
                help=_advice(spelling(found), declared),
                fix=respelled(found),
                service=found.services[0].name,
                severity=Severity.WARNING if found.example else Severity.ERROR,
                key=found.variable.name,
            )
        for taken in taken_for_true(deployment):
            name = taken.variable.name
            yield self.report(
                f"{_subject(taken)} sets `{name}` to `{taken.value}`, which `{taken.code.path}` takes for true: every "
                "text but the empty one is.",
                taken.variable.value_span or taken.variable.name_span,
                related=[*taken.variable.origin, Label(taken.code, "the text is tested as it is")],
                help=f"Compare the text in the code, or leave `{name}` out.",
                service=taken.services[0].name,
                severity=Severity.WARNING,
                key=name,
            )

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        for found in refused_in_env_files(repository):
            value = f" to `{found.shown}`" if found.shown else ""
            file, declared = f"`{found.env_file}`, which", found.field.type.written
            if found.at.path != found.env_file:
                file = f"`{found.env_file}`, and its example `{found.at.path}`"
            yield self.report(
                f"`{found.settings.name}` reads {file} sets `{found.field.names[0]}`{value}, which the field "
                f"`{found.field.dotted}` refuses: the value {found.why}.",
                found.at,
                related=[Label(found.field.span, f"declared `{declared}`")],
                help=_advice(found.right, declared),
                severity=Severity.WARNING,
                key=f"{found.at.path} {found.field.dotted}",
            )


def _subject(found: Refused | TakenForTrue) -> str:
    service = f"ervice `{found.services[0].name}`{and_more(found.services[1:])}"
    return f"With the values of `{found.example}`, s{service}" if found.example else f"S{service}"


def _advice(right: str | None, declared: str) -> str:
    return f"Write `{right}`." if right else f"Give a value that is a valid `{declared}`."
