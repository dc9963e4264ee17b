from collections.abc import Iterator

from dotmac_lint.api import Diagnostic, Phase, Repository, Rule, Severity


class ParseError(Rule):
    code = "DM000"
    name = "parse-error"
    severity = Severity.ERROR
    since = "0.1.0"
    phase = Phase.READING

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        for problem in repository.unreadable():
            yield self.report(
                problem.message,
                problem.span,
                help="What stands in this file is not checked until it can be read.",
            )
