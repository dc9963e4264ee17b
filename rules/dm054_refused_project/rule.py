from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, Label, Rule, Severity
from dotmac_lint.model.refusals import refusals


class RefusedProject(Rule):
    code = "DM054"
    name = "refused-project"
    severity = Severity.ERROR
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for refusal in refusals(deployment):
            yield self.report(
                refusal.message,
                refusal.at,
                related=[Label(refusal.other, refusal.text)] if refusal.other is not None else [],
                help=refusal.help,
                service=refusal.service,
            )
