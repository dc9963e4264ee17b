from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, Rule, Severity, Span
from dotmac_lint.model.references import missing_references


class ScriptReferenceMissing(Rule):
    code = "DM050"
    name = "script-reference-missing"
    severity = Severity.ERROR
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        seen: set[tuple[Span, str]] = set()
        for found in missing_references(deployment):
            if (found.at, found.name) in seen:
                continue
            seen.add((found.at, found.name))
            what = found.what[0].upper() + found.what[1:]
            if found.kind == "module":
                message = (
                    f"{what} starts `{found.program}` with the module `{found.name}`, which the image does not "
                    "hold and the repository does not have."
                )
                advice = (
                    f"Did you mean `{found.meant}`?" if found.meant else "Correct the name of the module."
                )
            else:
                message = (
                    f"{what} starts `{found.program}`, which reads `{found.name}`, but nothing puts this file "
                    "into the image."
                )
                advice = "Copy the file into the image, or correct the path."
            yield self.report(message, found.at, help=advice, service=found.service.name, key=found.name)
