from collections.abc import Iterator

from dotmac_lint.api import (
    Deployment,
    Diagnostic,
    FixAvailability,
    Label,
    Repository,
    Rule,
    Severity,
)
from dotmac_lint.model.builds import (
    MissingSource,
    by_cause,
    missing_sources,
    missing_sources_of_others,
    repair,
)
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
        return map(self._told, by_cause(source for source in sources if source.copy.span not in told))

    def _told(self, group: list[MissingSource]) -> Diagnostic:
        found, *others = group
        name = found.service.name if found.service is not None else None
        fix = repair(group)
        advice = f"{'Make it before the build' if found.secret else 'Commit it'}, or correct the path."
        several = any(other.path != found.path for other in others)
        if several:
            advice = f"Commit the folder `{found.absent}`, or correct the paths."
        if fix is not None:
            advice = f"{advice} {fix.title}."
        elif found.elsewhere is not None and several:
            other = found.other_context or "."
            advice = f"The folder `{other}` has them: build with that context, or correct the paths."
        elif found.elsewhere is not None:
            advice = f"`{found.elsewhere}` exists: correct the path, or build with another context."
        at, context = found.copy.span, found.context_span
        folder = f"the context `{found.context or '.'}`"
        message = (
            f"{found.copy.instruction.keyword} takes `{found.path}`, which does not exist: the build with {folder} "
            "stops here."
        )
        related = [] if context is None else [Label(context, f"service `{name}` builds with this context")]
        if context is not None and found.found_by_others:
            message = (
                f"Service `{name}` is built with {folder}, which lacks `{found.path}`: `{at.path}`, which others build "
                f"with {found.found_by_others}, copies it, and stops."
            )
            at, related = context, [Label(at, "it is copied here")]
        return self.report(
            message,
            at,
            related=[*related, *(Label(other.copy.span, _also(other, found)) for other in others)],
            help=advice,
            fix=fix,
            service=name,
            key=f"{found.path} {found.context}",
        )


def _also(other: MissingSource, found: MissingSource) -> str:
    return "it is taken here, too" if other.path == found.path else f"`{other.path}` does not exist either"
