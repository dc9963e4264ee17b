from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Repository, Rule, Severity
from dotmac_lint.model.builds import MissingSource, missing_sources, missing_sources_of_others
from dotmac_lint.model.start_scripts import missing_in_images


class MissingCopySource(Rule):
    code = "DM005"
    name = "missing-copy-source"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        yield from self._report(deployment.repository, tuple(missing_sources(deployment)))

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        yield from self._report(repository, tuple(missing_sources_of_others(repository)))

    def _report(self, repository: Repository, sources: tuple[MissingSource, ...]) -> Iterator[Diagnostic]:
        scripts = missing_in_images(repository) if sources else ()  # of DM001
        told = {script.at for script in scripts}
        for found in sources:
            if found.copy.span in told:
                continue
            keyword = found.copy.instruction.keyword
            advice = "Commit it, or correct the path."
            if found.fix is not None:
                advice = f"Commit it, or correct the path. {found.fix.title}."
            elif found.elsewhere is not None:
                advice = f"`{found.elsewhere}` exists: correct the path, or build with another context."
            name = found.service.name if found.service is not None else None
            yield self.report(
                f"{keyword} takes `{found.path}`, which does not exist: the build with the context "
                f"`{found.context or '.'}` stops here.",
                found.copy.span,
                related=[Label(found.context_span, f"service `{name}` builds with this context")]
                if found.context_span is not None
                else (),
                help=advice,
                fix=found.fix,
                service=name,
                key=f"{found.path} {found.context}",
            )
