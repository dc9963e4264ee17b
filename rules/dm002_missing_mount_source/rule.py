from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Rule, Severity
from dotmac_lint.model.mounts import mend_source, missing_sources


class MissingMountSource(Rule):
    code = "DM002"
    name = "missing-mount-source"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for mount in missing_sources(deployment):
            kind = "file" if mount.is_file else "directory"
            made = "Docker makes an empty directory of it"
            if mount.is_file:
                effect = f"{made}, and `{mount.target}` is no file then"
            elif mount.is_configuration:
                effect = f"{made}, and the service starts without what it expects there"
            else:
                effect = f"{made}, owned by root"
            fix = mend_source(mount)
            yield self.report(
                f"Service `{mount.service.name}` mounts the {kind} `{mount.source}` at `{mount.target}`, "
                f"but {'that lies outside the repository' if mount.is_outside else 'it does not exist'}: {effect}.",
                mount.at,
                related=[Label(span, "it is mounted here too") for span in mount.others],
                severity=Severity.INFO
                if not mount.matters
                else Severity.WARNING
                if mount.is_optional
                else Severity.ERROR,
                help=(
                    f"`{mount.told}` tells to make it by hand: let a script do that, or commit the {kind}."
                    if mount.told is not None
                    else "Correct the path."
                    if mount.is_outside
                    else f"Commit the {kind}, or correct the path."
                )
                + (f" {fix.title}." if fix is not None and fix.edits else ""),
                fix=fix,
                service=mount.service.name,
                key=mount.source,
            )
