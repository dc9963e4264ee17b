from collections.abc import Iterable, Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Repository, Rule, Severity
from dotmac_lint.model.builds import IgnoredSource, ignored_sources, ignored_sources_of_others


class IgnoredCopySource(Rule):
    code = "DM006"
    name = "ignored-copy-source"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        yield from self._report(ignored_sources(deployment))

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        yield from self._report(ignored_sources_of_others(repository))

    def _report(self, sources: Iterable[IgnoredSource]) -> Iterator[Diagnostic]:
        for found in sources:
            keyword = found.copy.instruction.keyword
            yield self.report(
                f"{keyword} takes `{found.path}`, but `{found.pattern.path}` keeps it out of the build: "
                "the builder does not find it.",
                found.copy.span,
                related=[Label(found.pattern, "this line keeps it out")],
                help="Let the path in with a later line that begins with `!`, or remove the COPY.",
                fix=found.fix,
                service=found.service.name if found.service else None,
                key=found.path,
            )
