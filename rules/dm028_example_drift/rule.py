from collections.abc import Iterator

from dotmac_lint.api import (
    Deployment,
    Diagnostic,
    FixAvailability,
    Label,
    Repository,
    Rule,
    Severity,
    Span,
    grouped,
    listed,
)
from dotmac_lint.model.example_drift import (
    Idle,
    Lacking,
    appended,
    idle_entries,
    lacking_fields,
    lacking_variables,
)

MOST = 2
"""Idle lines of one example and cause that are reported one by one; more are one finding."""


class ExampleDrift(Rule):
    code = "DM028"
    name = "example-drift"
    severity = Severity.WARNING
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for group in grouped(lacking_variables(deployment), lambda lacking: lacking.example):
            yield from (
                [self._lacking(group)] if len(group) > MOST else (self._lacking([one]) for one in group)
            )
        for lack in lacking_fields(deployment):
            yield self.report(
                f"`{lack.settings.name}` requires `{lack.name}`, which `{lack.example}` lacks: service "
                f"`{lack.service.name}` does not start with what the example tells to set.",
                lack.field.span,
                related=[Label(Span(lack.example, 0, 0), "this example lacks it")],
                help=f"Add `{lack.name}=` to `{lack.example}`, or give the field a default.",
                fix=lack.fix,
                key=lack.name,
            )

    def _lacking(self, group: list[Lacking]) -> Diagnostic:
        first, *others = group
        it = "them" if others else "it"
        return self.report(
            f"Compose does not start without `{first.name}`{' and others' if others else ''}, which "
            f"`{first.example}` lacks: whoever copies it to `{first.env_file}` does not learn of {it}.",
            first.at,
            related=[
                Label(Span(first.example, 0, 0), f"this example lacks {it}"),
                *(Label(other.at, f"`{other.name}` is demanded, too") for other in others),
            ],
            help=f"Add `{first.name}=` to `{first.example}`, with a word on what it should hold."
            if not others
            else f"Add them to `{first.example}`, each with a word on what it should hold.",
            fix=appended(group),
            key=first.name,
        )

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        entries = sorted(idle_entries(repository), key=lambda idle: idle.at)
        for group in grouped(entries, lambda idle: (idle.at.path, idle.section, idle.near is not None)):
            yield from [self._many(group)] if len(group) > MOST else map(self._idle, group)

    def _many(self, group: list[Idle]) -> Diagnostic:
        first, near = group[0], group[0].near is not None
        names = [f"`{i.name}` (`{i.near}`?)" if near else f"`{i.name}`" for i in group]
        return self.report(
            f"The example `{first.at.path}` tells to set {len(group)} variables, but {_reason(first.section)} them: "
            f"{listed(names, most=3)}.",
            first.at,
            related=[
                Label(i.at, f"`{i.near}` may be meant" if i.near else "nothing reads this") for i in group[1:]
            ],
            help="Correct the names." if near else "Remove the lines, or correct the names.",
            key=f"{first.at.path} {first.section} {near}",
        )

    def _idle(self, idle: Idle) -> Diagnostic:
        return self.report(
            f"The example `{idle.at.path}` tells to set `{idle.name}`, but {_reason(idle.section)} it."
            + (f" Did you mean `{idle.near}`?" if idle.near else ""),
            idle.at,
            help="Remove the line, or correct its name.",
            key=idle.name,
        )


def _reason(section: str | None) -> str:
    """A clause that ends before its object."""
    if section:
        return f"the settings section `{section}` has no field for"
    return "no settings, code, script or Compose file reads"
