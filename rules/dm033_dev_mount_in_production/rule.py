from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Rule, Severity, and_more, grouped
from dotmac_lint.model.production import (
    DevelopmentMount,
    development_mounts,
    watching,
    without_mount,
    without_reload,
)


class DevMountInProduction(Rule):
    code = "DM033"
    name = "dev-mount-in-production"
    severity = Severity.WARNING
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for mount in development_mounts(deployment):
            yield self.report(
                f"In production, service `{mount.service.name}`{and_more(mount.others)} does not run the code of its "
                f"image: the mount of `{mount.source}` at `{mount.target}` hides it behind what the host has.",
                mount.mount.span,
                related=_related(mount),
                help="Remove the mount; where another file brings it, write `volumes: !override []` in production's.",
                fix=without_mount(mount),
                service=mount.service.name,
                key=mount.target,
            )
        for found, *others in grouped(watching(deployment), lambda one: one.at):
            yield self.report(
                f"In production, service `{found.service.name}`{and_more(others)} watches its files and restarts when "
                f"one changes: its command says `{found.option}`.",
                found.at,
                help="Start the server without it; several workers and graceful restarts need that too.",
                fix=without_reload(found),
                service=found.service.name,
                key=found.option,
            )


def _related(mount: DevelopmentMount) -> Iterator[Label]:
    if mount.emptied is not None:
        yield Label(mount.emptied, "this adds nothing, and removes nothing: Compose joins the lists")
    for other in mount.others:
        if other.mount.span != mount.mount.span:
            yield Label(other.mount.span, f"so does `{other.service.name}`")
    if mount.copied is not None:
        yield Label(mount.copied, "the code is copied into the image here")
