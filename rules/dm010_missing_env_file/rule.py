from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Rule, Severity, grouped, joined
from dotmac_lint.model.env_files import missing_env_files


class MissingEnvFile(Rule):
    code = "DM010"
    name = "missing-env-file"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        absent = deployment.repository.workspace.absent
        missing = missing_env_files(deployment)
        for found, *below in grouped(missing, lambda one: (one.at.path, absent(one.path), one.ignored)):
            service = found.services[0].name
            more = f" (and {len(below)} more of the folder)" if below else ""
            fix = joined(one.fix for one in (found, *below))
            where = f"{more}, which does not exist" + " (git ignores it)" * found.ignored
            yield self.report(
                f"Service `{service}` needs the env file `{found.path}`{where}: no example or document says "
                "what it should hold, and Compose does not start without it.",
                found.at,
                related=[
                    *(Label(span, "it is needed here too") for span in found.others),
                    *(Label(other.at, f"`{other.path}` does not exist either") for other in below),
                ],
                help=(
                    f"Commit an example (`{found.path}.example`) without secrets, or write `required: false`."
                    + (f" {fix.title}." if fix else "")
                ),
                fix=fix,
                service=service,
                severity=Severity.WARNING if found.ignored else Severity.ERROR,
                key=found.path,
            )
