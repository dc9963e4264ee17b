from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, Edit, Fix, FixAvailability, Rule, Severity
from dotmac_lint.model.retyped import retyped


class YamlTypedValue(Rule):
    code = "DM020"
    name = "yaml-typed-value"
    severity = Severity.WARNING
    fixable = FixAvailability.ALWAYS
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for service, variable, of, kind, value, secret in retyped(deployment.project):
            place = variable.value_span or variable.span
            became = "another value" if secret else f"`{value}`"
            written = "it" if secret else f"`{variable.raw}`"
            yield self.report(
                f"`{variable.name}` in `{of}` of service `{service}` becomes {became}: YAML takes {written} for "
                f"{kind}, because it is not quoted.",
                place,
                help="Quote the value.",
                fix=Fix(f"Quote the value of `{variable.name}`", (Edit(place, f'"{variable.raw}"'),)),
                service=service,
                key=variable.name,
            )
