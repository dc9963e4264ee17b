from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, Label, Rule, Severity, Span
from dotmac_lint.model.scripts import hidden_programs


class MountHidesEntrypoint(Rule):
    code = "DM012"
    name = "mount-hides-entrypoint"
    severity = Severity.WARNING
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        seen: set[tuple[Span, str]] = set()
        for found in hidden_programs(deployment):
            if (found.mount.span, found.path) in seen:
                continue
            seen.add((found.mount.span, found.path))
            yield self.report(
                f"Service `{found.service.name}` mounts `{found.source or '.'}` over the image's `{found.path}`, which "
                f"{found.what} runs: the mounted folder has no such file.",
                found.mount.span,
                related=[Label(found.at, f"{found.what} runs it here")],
                help="Mount a folder that does not cover it, or put a volume over the part that the image brings.",
                service=found.service.name,
                key=found.path,
            )
