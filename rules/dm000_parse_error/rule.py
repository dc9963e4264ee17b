from collections.abc import Iterator

from dotmac_lint.api import Diagnostic, Label, Phase, Repository, Rule, Severity, grouped
from dotmac_lint.lazy import regex
from dotmac_lint.model.deployment import Unreadable

_BEGINS = regex(r"\A(A|An|The|This|There|It) ")


class ParseError(Rule):
    code = "DM000"
    name = "parse-error"
    severity = Severity.ERROR
    since = "0.1.0"
    phase = Phase.READING

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        problems = repository.unreadable()
        return map(self._told, grouped(problems, lambda one: (one.span.path, one.included, one.outside)))

    def _told(self, problems: list[Unreadable]) -> Diagnostic:
        """The first of them, with the others beside it."""
        problem, *others = problems
        message, path = problem.message, problem.span.path
        if problem.outside:
            help = "Lint the folder that holds both, so that it is read too."
            return self.report(message, problem.span, severity=Severity.INFO, help=help)
        if f"`{path}`" not in message:
            message = f"`{path}` cannot be read: {_uncapitalised(message)}"
        return self.report(
            message,
            problem.span,
            related=[Label(other.span, _uncapitalised(other.message).rstrip(".")) for other in others],
            help="Correct it: until then, what stands in this file may not be checked.",
        )


def _uncapitalised(message: str) -> str:
    return _BEGINS.sub(lambda word: word[0].lower(), message)
