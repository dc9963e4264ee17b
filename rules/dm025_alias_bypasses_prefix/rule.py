from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Rule, Severity
from dotmac_lint.model.misnamed import misnamed_variables


class AliasBypassesPrefix(Rule):
    code = "DM025"
    name = "alias-bypasses-prefix"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in misnamed_variables(deployment, "alias"):
            name, why = found.variable.name, found.why
            nested = len(why.field.path) > 1
            yield self.report(
                f"Service `{found.service.name}` sets `{name}`, but the alias of the field `{why.field.dotted}` "
                + ("replaces its name inside the section" if nested else "replaces its whole name")
                + f": the settings read `{why.right}`.",
                found.variable.name_span,
                related=[Label(why.field.span, f"`{why.field.dotted}` and its alias are declared here")],
                help=f"`{why.right}` is set already: remove this line."
                if found.taken
                else f"Rename it to `{why.right}`, or accept the name as well, with `AliasChoices`.",
                fix=found.fix,
                service=found.service.name,
                key=name,
            )
