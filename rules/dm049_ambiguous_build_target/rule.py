from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Rule, Severity
from dotmac_lint.model.targets import ambiguous_targets


class AmbiguousBuildTarget(Rule):
    code = "DM049"
    name = "ambiguous-build-target"
    severity = Severity.WARNING
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in ambiguous_targets(deployment):
            names = " or ".join(f"`{stage.name}`" for stage in found.others)
            yield self.report(
                f"Service `{found.service.name}` names no build target, so it gets the last stage, "
                f"`{found.last.name}`, but {found.reason}.",
                found.at,
                related=[
                    Label(stage.span, f"the stage `{stage.name}`") for stage in (found.last, *found.others)
                ],
                help=f"Name the target: {names}, or `{found.last.name}` where it is meant.",
                fix=found.fix,
                service=found.service.name,
                key=found.last.name or "",
            )
