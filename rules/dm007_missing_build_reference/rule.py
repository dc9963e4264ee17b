from collections.abc import Iterable, Iterator

from dotmac_lint.api import (
    Deployment,
    Diagnostic,
    FixAvailability,
    Label,
    Repository,
    Rule,
    Severity,
    grouped,
    joined,
    listed,
)
from dotmac_lint.model.builds import (
    MissingReference,
    missing_dockerfiles_of_steps,
    missing_references,
    missing_targets_of_commands,
)


class MissingBuildReference(Rule):
    code = "DM007"
    name = "missing-build-reference"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        yield from self._report(missing_references(deployment))

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        yield from self._report(missing_targets_of_commands(repository))
        yield from self._report(missing_dockerfiles_of_steps(repository))

    def _report(self, references: Iterable[MissingReference]) -> Iterator[Diagnostic]:
        for found, *others in grouped(references, _cause):
            more = f" (and {len(others)} more)" if others else ""
            service = (
                f"Service `{found.service.name}`{more}"
                if found.service
                else f"A command in `{found.at.path}`"
            )
            fix = joined(one.fix for one in (found, *others))
            services = dict.fromkeys(f"`{one.service.name}`" for one in (found, *others) if one.service)
            several = found.is_below and len({found.name, *(one.name for one in others)}) > 1
            if several:
                message = (
                    f"{len(services)} services are built from directories in `{found.absent}`, which does not exist: "
                    f"{listed([*services], most=3)}."
                )
            elif found.kind == "context":
                message = f"{service} is built from the directory `{found.name}`, which does not exist."
            elif found.kind == "dockerfile" and found.service is None:
                step = f"A step in `{found.at.path}`"
                message = f"{step} builds with the Dockerfile `{found.name}`, which does not exist."
            elif found.kind == "dockerfile":
                message = f"{service} is built with the Dockerfile `{found.name}`, which does not exist."
            else:
                place = (
                    f"`{found.image.dockerfile}`"
                    if found.image and found.image.dockerfile
                    else "its Dockerfile"
                )
                message = (
                    f"{service} builds the target `{found.name}`, but {place} has no stage of that name."
                )
            if found.pulled:
                message = f"{message[:-1]}: it starts only where Compose can pull `{found.pulled}`."
            advice = "Create it, or correct the path."
            if found.kind == "target":
                names = [f"`{stage.name}`" for stage in found.stages]
                advice = f"Its stages are {listed(names)}." if names else "None of its stages has a name."
            yield self.report(
                message,
                found.at,
                related=[
                    *(Label(stage.span, f"the stage `{stage.name}`") for stage in found.stages),
                    *(Label(other.at, f"so is `{other.service.name}`") for other in others if other.service),
                ],
                help=f"{advice} {fix.title}." if fix else advice,
                fix=fix,
                service=found.service.name if found.service else None,
                severity=Severity.WARNING if found.pulled else Severity.ERROR,
                key=found.absent if several else found.name,
            )


def _cause(found: MissingReference) -> tuple[object, ...]:
    if found.base is not None:
        return (found.kind, found.base, found.at.path, bool(found.pulled))
    alone = found.at if found.service is None or found.kind == "target" else found.at.path
    if found.is_below:
        return (found.kind, found.absent, alone)
    return (found.kind, found.name, alone, found.pulled, found.fix and found.fix.title)
