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
)
from dotmac_lint.model.orphans import orphans


class OverlayOrphan(Rule):
    code = "DM016"
    name = "overlay-orphan"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for name, at, meant, meant_at in orphans(deployment):
            yield self.report(
                f"Service `{name}` has neither an image nor a build in any file that is started with this one: "
                "Compose refuses the project." + did_you_mean(meant),
                at,
                related=[Label(meant_at, f"`{meant}` is defined here")] if meant_at else (),
                help="Give it the name of the service that it should change"
                + ("." if meant else ", or an `image` or a `build`."),
                fix=Fix(f"Rename `{name}` to `{meant}`", (Edit(at, meant),)) if meant else None,
                service=name,
                key=name,
            )
