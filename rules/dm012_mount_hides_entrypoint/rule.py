from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, Label, Rule, Severity, Span, and_more
from dotmac_lint.model.scripts import HiddenProgram, hidden_programs


class MountHidesEntrypoint(Rule):
    code = "DM012"
    name = "mount-hides-entrypoint"
    severity = Severity.WARNING
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        places: dict[tuple[object, ...], dict[Span, HiddenProgram]] = {}
        for found in hidden_programs(deployment):
            key = (found.mount.span.path, found.source, found.path, found.at)
            places.setdefault(key, {}).setdefault(found.mount.span, found)
        for found, *others in (tuple(group.values()) for group in places.values()):
            yield self.report(
                f"Service `{found.service.name}`{and_more(others)} mounts `{found.source or '.'}` over the image's "
                f"`{found.path}`, which {found.what} runs: the mounted folder has no such file.",
                found.mount.span,
                related=[
                    Label(found.at, f"{found.what} runs it here"),
                    *(Label(other.mount.span, "the same here") for other in others),
                ],
                help="Mount a folder that does not cover it, or put a volume over the part that the image brings.",
                service=found.service.name,
                key=found.path,
            )
