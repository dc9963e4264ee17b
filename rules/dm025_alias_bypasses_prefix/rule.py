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
    grouped,
    joined,
)
from dotmac_lint.model.misnamed import LeftOver, documented_names, left_over_names, misnamed_variables


class AliasBypassesPrefix(Rule):
    code = "DM025"
    name = "alias-bypasses-prefix"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in misnamed_variables(deployment, "alias"):
            name, why = found.variable.name, found.why
            whole = "name inside the section" if why.field.path[1:] else "whole name"
            yield self.report(
                f"Service `{found.service.name}` sets `{name}`, but the alias of the field `{why.field.dotted}` "
                f"replaces its {whole}: the settings read `{why.right}`.",
                found.variable.name_span,
                related=[Label(why.field.span, f"`{why.field.dotted}` and its alias are declared here")],
                help=f"`{why.right}` is set already: remove this line."
                if found.taken
                else f"Rename it to `{why.right}`, or accept the name as well, with `AliasChoices`.",
                fix=found.fix,
                service=found.service.name,
                key=name,
            )

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        for found in documented_names(repository):
            field, right = found.why.field, found.why.right
            related = [Label(field.span, f"`{field.dotted}` and its alias are declared here")]
            if found.told != found.at:
                related.append(Label(found.told, f"`{found.name}` is named here"))
            yield self.report(
                f"The settings tell their users of `{found.name}`, but for the field `{field.dotted}` of "
                f"`{found.why.settings.name}` they read `{right}`.",
                found.at,
                related=related,
                help=f"Name `{right}` in the text, or have both names read, with `AliasChoices`.",
                severity=Severity.WARNING,
                key=found.name,
            )
        for group in grouped(left_over_names(repository), lambda found: found.settings.span, apart=2):
            yield self._left_over(*group)

    def _left_over(self, found: LeftOver, *others: LeftOver) -> Diagnostic:
        fields = f"The field `{found.field.dotted}` of `{found.settings.name}` takes its name"
        if others:
            fields = f"{len(others) + 1} fields of `{found.settings.name}` take their names"
        return self.report(
            f"{fields} from `env`, which pydantic-settings 2 does not know: it reads `{found.field.names[0]}`, not "
            f"`{found.name}`{and_more(others)}.",
            found.at,
            related=[
                Label(one.at, f"nor is `{one.name}` read, but `{one.field.names[0]}`") for one in others
            ],
            help="Write `validation_alias` in the place of `env`, or rename the variables.",
            fix=joined(one.fix for one in (found, *others)),
            severity=Severity.WARNING,
            key=found.name,
        )
