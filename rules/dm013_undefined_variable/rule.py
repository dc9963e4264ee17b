from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, Edit, Fix, FixAvailability, Rule, Severity
from dotmac_lint.model.interpolated import blanks


class UndefinedVariable(Rule):
    code = "DM013"
    name = "undefined-variable"
    severity = Severity.WARNING
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for blank in blanks(deployment):
            if blank.kind != "undefined":
                continue
            where = f"service `{blank.service}`" if blank.service else f"`{blank.attribute}`"
            yield self.report(
                f"Nothing sets the variable `{blank.name}` that `{blank.attribute}` of {where} needs: no env file, "
                "example, script or document names it, and Compose puts nothing in its place."
                + (f" Did you mean `{blank.meant}`?" if blank.meant else ""),
                blank.at,
                help="Declare it in the env file or its example, give it a default (`:-`), or demand it (`:?`).",
                fix=Fix(f"Demand `{blank.name}`", (Edit(blank.at, f"${{{blank.name}:?}}"),)),
                service=blank.service,
                severity=Severity.ERROR if deployment.production else Severity.WARNING,
                key=blank.name,
            )
