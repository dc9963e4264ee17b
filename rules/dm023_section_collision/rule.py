from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, Label, Rule, Severity
from dotmac_lint.model.collisions import collisions


class SectionCollision(Rule):
    code = "DM023"
    name = "section-collision"
    severity = Severity.ERROR
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in collisions(deployment):
            name, section = found.variable.name, found.field.dotted
            inner = f", such as `{found.inner.names[0]}`" if found.inner is not None else ""
            yield self.report(
                f"Service `{found.service.name}` sets `{name}`, which names the settings section `{section}`: "
                f"its value is no JSON object, so `{found.settings.name}` fails to load.",
                found.variable.name_span,
                related=[Label(found.field.span, f"the section `{section}` is declared here")],
                help=f"Set the fields of the section{inner}, or use another name for this variable.",
                service=found.service.name,
                key=name,
            )
