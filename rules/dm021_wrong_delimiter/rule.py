from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Rule, Severity
from dotmac_lint.model.misnamed import misnamed_variables


class WrongDelimiter(Rule):
    code = "DM021"
    name = "wrong-delimiter"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in misnamed_variables(deployment, "delimiter"):
            name, why = found.variable.name, found.why
            if why.right is None:
                reads = (
                    f"`{why.settings.name}` has no `env_nested_delimiter`, so nothing reaches its sections"
                )
                advice = 'Set `env_nested_delimiter="__"` in the settings\' `model_config`, and use it here.'
            elif found.taken:
                reads = f"the settings read `{why.right}`"
                advice = f"`{why.right}` is set already: remove this line."
            else:
                reads = f"the settings read `{why.right}`"
                advice = f"Rename it to `{why.right}`."
            yield self.report(
                f"Service `{found.service.name}` sets `{name}` for the field `{why.field.dotted}`, but {reads}.",
                found.variable.name_span,
                related=[Label(why.field.span, f"`{why.field.dotted}` is declared here")],
                help=advice,
                fix=found.fix,
                service=found.service.name,
                key=name,
            )
