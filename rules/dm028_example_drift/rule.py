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
    did_you_mean,
    grouped,
    listed,
    named,
    slips,
)
from dotmac_lint.model.example_drift import (
    Idle,
    Lacking,
    appended,
    idle_entries,
    lacking_fields,
    lacking_variables,
)


class ExampleDrift(Rule):
    code = "DM028"
    name = "example-drift"
    severity = Severity.WARNING
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for group in grouped(lacking_variables(deployment), lambda lacking: lacking.example, apart=2):
            yield self._lacking(*group)
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

    def _lacking(self, first: Lacking, *others: Lacking) -> Diagnostic:
        it = "them" if others else "it"
        return self.report(
            f"Compose does not start without `{first.name}`{' and others' if others else ''}, which "
            f"`{first.example}` lacks: whoever copies it to `{first.env_file}` does not learn of {it}.",
            first.at,
            related=[
                Label(Span(first.example, 0, 0), f"this example lacks {it}"),
                *(Label(other.at, f"`{other.name}` is demanded, too") for other in others),
            ],
            help=f"Add {'them' if others else f'`{first.name}=`'} to `{first.example}`,{' each' * bool(others)} with a "
            "word on what it should hold.",
            fix=appended((first, *others)),
            key=first.name,
        )

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        entries = sorted(idle_entries(repository), key=lambda idle: idle.at)
        for group in grouped(entries, lambda idle: idle.cause, apart=2):
            yield self._idle(*group)

    def _idle(self, idle: Idle, *others: Idle) -> Diagnostic:
        path, near = idle.at.path, idle.near
        message = f"The example `{path}` tells to set `{idle.name}`, but {idle.why} it.{did_you_mean(near)}"
        help = "Remove the line, or correct its name."
        if others:
            names = listed([named(one.name, one.near) for one in (idle, *others)], most=3)
            message = f"The example `{path}` tells to set {len(others) + 1} variables, but {idle.why} them: {names}."
            help = "Correct the names." if near else "Remove the lines, or correct the names."
        return self.report(
            message,
            idle.at,
            related=slips(((one.at, one.near) for one in others), "nothing reads this"),
            help=help,
            key=f"{path} {idle.section} {near is not None}" if others else idle.name,
        )
