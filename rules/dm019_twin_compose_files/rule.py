from collections.abc import Iterator

from dotmac_lint.api import Diagnostic, Label, Repository, Rule, Severity, Span
from dotmac_lint.model.twins import twin_files


class TwinComposeFiles(Rule):
    code = "DM019"
    name = "twin-compose-files"
    severity = Severity.WARNING
    since = "0.1.0"

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        for path, taken in twin_files(repository):
            yield self.report(
                f"`{path}` is ignored: Compose takes `{taken}` of the same folder.",
                Span(path, 0, 0),
                related=[Label(Span(taken, 0, 0), "this one is read")],
                help="Delete one of them, or give this one a name of its own and name it with `-f`.",
                key=path,
            )
