from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Rule, Severity
from dotmac_lint.model.builds import ignored_sources


class IgnoredCopySource(Rule):
    code = "DM006"
    name = "ignored-copy-source"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in ignored_sources(deployment):
            keyword = found.copy.instruction.keyword
            yield self.report(
                f"{keyword} takes `{found.path}`, but `{found.pattern.path}` keeps it out of the build: "
                "the builder does not find it.",
                found.copy.span,
                related=[Label(found.pattern, "this line keeps it out")],
                help="Let the path in with a later line that begins with `!`, or remove the COPY.",
                fix=found.fix,
                service=found.service.name,
                key=found.path,
            )
