from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Rule, Severity
from dotmac_lint.model.misnamed import misnamed_variables


class CaseMismatch(Rule):
    code = "DM027"
    name = "case-mismatch"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in misnamed_variables(deployment, "case"):
            name, why = found.variable.name, found.why
            yield self.report(
                f"Service `{found.service.name}` sets `{name}`, but `{why.settings.name}` is case-sensitive: the field "
                f"`{why.field.dotted}` is read from `{why.right}`.",
                found.variable.name_span,
                related=[Label(why.field.span, f"`{why.field.dotted}` is declared here")],
                help=f"`{why.right}` is set already: remove this line."
                if found.taken
                else f"Rename it to `{why.right}`.",
                fix=found.fix,
                service=found.service.name,
                key=name,
            )
