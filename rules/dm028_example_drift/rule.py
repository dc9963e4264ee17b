from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Repository, Rule, Severity, Span
from dotmac_lint.model.example_drift import Idle, idle_entries, lacking_variables

MOST = 8
"""Idle lines of one example that are reported one by one; more are one finding."""


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
        plain: dict[str, list[Idle]] = {}
        for idle in sorted(idle_entries(repository), key=lambda idle: idle.at):
            if idle.section or idle.near:
                yield self._idle(idle)
            else:
                plain.setdefault(idle.at.path, []).append(idle)
        for path, entries in plain.items():
            if len(entries) <= MOST:
                yield from map(self._idle, entries)
                continue
            first = ", ".join(f"`{idle.name}`" for idle in entries[:3])
            yield self.report(
                f"The example `{path}` tells to set {len(entries)} variables that no settings, code, script or "
                f"Compose file reads: {first} and {len(entries) - 3} more.",
                entries[0].at,
                related=[Label(idle.at, "nothing reads this") for idle in entries[1:]],
                help="Remove the lines, or correct the names.",
                key=path,
            )

    def _idle(self, idle: Idle) -> Diagnostic:
        reason = (
            f"the settings section `{idle.section}` has no such field"
            if idle.section
            else "no settings, code, script or Compose file reads it"
        )
        return self.report(
            f"The example `{idle.at.path}` tells to set `{idle.name}`, but {reason}."
            + (f" Did you mean `{idle.near}`?" if idle.near else ""),
            idle.at,
            help="Remove the line, or correct its name.",
            key=idle.name,
        )
