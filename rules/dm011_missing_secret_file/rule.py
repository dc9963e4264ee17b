from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, Label, Rule, Severity
from dotmac_lint.model.secret_files import missing_files


class MissingSecretFile(Rule):
    code = "DM011"
    name = "missing-secret-file"
    severity = Severity.ERROR
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in missing_files(deployment):
            if found.kind == "config":
                advice = "Commit the file, or correct the path."
            else:
                advice = "Say in a document or script how the file is made, and let git ignore it."
            yield self.report(
                f"The {found.kind} `{found.name}` of service `{found.service.name}` is the file `{found.path}`, "
                "which does not exist, and nothing in the repository says how it is made.",
                found.at,
                related=[Label(found.service.key, f"service `{found.service.name}` is given it")],
                help=advice,
                service=found.service.name,
                severity=Severity.ERROR if found.kind == "config" else Severity.WARNING,
                key=found.path,
            )
