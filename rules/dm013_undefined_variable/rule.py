from collections.abc import Iterator

from dotmac_lint.api import (
    Deployment,
    Diagnostic,
    Edit,
    Fix,
    FixAvailability,
    Label,
    Rule,
    Severity,
    did_you_mean,
    grouped,
)
from dotmac_lint.model.interpolated import blanks


class UndefinedVariable(Rule):
    code = "DM013"
    name = "undefined-variable"
    severity = Severity.WARNING
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        undefined = (blank for blank in blanks(deployment) if blank.kind == "undefined")
        for blank, *others in grouped(undefined, lambda blank: (blank.name, blank.at.path)):
            also = f" (and {len(others)} more place{'s' * (len(others) > 1)})" if others else ""
            places = [blank.at, *(other.at for other in others)]
            title, text = f"Demand `{blank.name}`", f"${{{blank.name}:?}}"
            if blank.meant is not None:
                title, text = f"Use `{blank.meant}`", f"${{{blank.meant}}}"
            yield self.report(
                f"Nothing sets the variable `{blank.name}` that {blank.user}{also} needs: no env file, "
                "example, script or document names it, and Compose puts nothing in its place."
                + did_you_mean(blank.meant),
                blank.at,
                help="Declare it in the env file or its example, give it a default (`:-`), or demand it (`:?`).",
                related=[Label(place, "it is needed here too") for place in places[1:]],
                fix=Fix(title, tuple(Edit(place, text) for place in places)),
                service=blank.service,
                severity=Severity.ERROR if deployment.production else Severity.WARNING,
                key=blank.name,
            )
