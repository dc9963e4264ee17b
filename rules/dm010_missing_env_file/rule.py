from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Rule, Severity
from dotmac_lint.model.env_files import missing_env_files


class MissingEnvFile(Rule):
    code = "DM010"
    name = "missing-env-file"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in missing_env_files(deployment):
            service = found.services[0].name
            where = "does not exist (git ignores it)" if found.ignored else "does not exist"
            yield self.report(
                f"Service `{service}` needs the env file `{found.path}`, which {where}: no example or document says "
                "what it should hold, and Compose does not start without it.",
                found.at,
                related=[Label(span, "it is needed here too") for span in found.others],
                help=(
                    f"Commit an example (`{found.path}.example`) without secrets, or write `required: false`."
                    + (f" {found.fix.title}." if found.fix else "")
                ),
                fix=found.fix,
                service=service,
                severity=Severity.WARNING if found.ignored else Severity.ERROR,
                key=found.path,
            )
