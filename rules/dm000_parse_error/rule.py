from collections.abc import Iterator

from dotmac_lint.api import Diagnostic, Phase, Repository, Rule, Severity
from dotmac_lint.lazy import regex

_BEGINS = regex(r"\A(A|An|The|This|There|It) ")


class ParseError(Rule):
    code = "DM000"
    name = "parse-error"
    severity = Severity.ERROR
    since = "0.1.0"
    phase = Phase.READING

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        for problem in repository.unreadable():
            message, path = problem.message, problem.span.path
            if problem.outside:
                help = "Lint the folder that holds both, so that it is read too."
                yield self.report(message, problem.span, severity=Severity.INFO, help=help)
                continue
            if f"`{path}`" not in message:
                message = f"`{path}` cannot be read: {_BEGINS.sub(lambda word: word[0].lower(), message)}"
            yield self.report(
                message,
                problem.span,
                help="What stands in this file is not checked until it can be read.",
            )
