from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Repository, Rule, Severity, Span
from dotmac_lint.model.example_drift import idle_entries, lacking_variables


class ExampleDrift(Rule):
    code = "DM028"
    name = "example-drift"
    severity = Severity.WARNING
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in lacking_variables(deployment):
            yield self.report(
                f"Compose does not start without `{found.name}`, which `{found.example}` lacks: whoever copies it "
                f"to `{found.env_file}` does not learn of it.",
                found.at,
                related=[Label(Span(found.example, 0, 0), "this example lacks it")],
                help=f"Add `{found.name}=` to `{found.example}`, with a word on what it should hold.",
                fix=found.fix,
                key=found.name,
            )

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        for idle in idle_entries(repository):
            reason = (
                f"the settings section `{idle.section}` has no such field"
                if idle.section
                else "no settings, code, script or Compose file reads it"
            )
            yield self.report(
                f"The example `{idle.at.path}` tells to set `{idle.name}`, but {reason}."
                + (f" Did you mean `{idle.near}`?" if idle.near else ""),
                idle.at,
                help="Remove the line, or correct its name.",
                key=idle.name,
            )
