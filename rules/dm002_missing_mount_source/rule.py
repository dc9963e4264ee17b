from collections.abc import Iterator

from dotmac_lint.api import (
    Deployment,
    Diagnostic,
    FixAvailability,
    Label,
    Rule,
    Severity,
    grouped,
    joined,
)
from dotmac_lint.model.mounts import MissingSource, mend_source, missing_sources


class MissingMountSource(Rule):
    code = "DM002"
    name = "missing-mount-source"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for mount, *below in grouped(missing_sources(deployment), _cause):
            kind = "file" if mount.is_file else "directory"
            made = "Docker makes an empty directory of it"
            if mount.is_file:
                effect = f"{made}, and `{mount.target}` is no file then"
            elif mount.is_configuration:
                effect = f"{made}, and the service starts without what it expects there"
            else:
                effect = f"{made}, owned by root"
            more = f"do {len(below)} more" if len(below) > 1 else "does another"
            nor = f", nor {more} below `{mount.absent}`" if below else ""
            fix = joined(map(mend_source, (mount, *below)))
            yield self.report(
                f"Service `{mount.service.name}` mounts the {kind} `{mount.source}` at `{mount.target}`, "
                f"but it does not exist{nor}: {effect}.",
                mount.at,
                related=[
                    *(Label(span, "it is mounted here too") for span in mount.others),
                    *(Label(other.at, f"`{other.source}` does not exist either") for other in below),
                ],
                severity=Severity.INFO
                if not mount.matters
                else Severity.WARNING
                if mount.is_optional
                else Severity.ERROR,
                help=(
                    f"`{mount.told}` tells to make it by hand: let a script do that, or commit the {kind}."
                    if mount.told is not None
                    else f"Commit the folder `{mount.absent}`, or correct the paths."
                    if below
                    else f"Commit the {kind}, or correct the path."
                )
                + (f" {fix.title}." if fix is not None and fix.edits else ""),
                fix=fix,
                service=mount.service.name,
                key=mount.source,
            )


def _cause(mount: MissingSource) -> tuple[object, ...]:
    """The folder that is not there, with all that is mounted of it and matters as much."""
    return (mount.at.path, mount.absent, mount.matters, mount.is_optional, mount.told)
