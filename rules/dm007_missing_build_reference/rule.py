from collections.abc import Iterable, Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Repository, Rule, Severity
from dotmac_lint.model.builds import MissingReference, missing_references, missing_targets_of_commands


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

    def _report(self, references: Iterable[MissingReference]) -> Iterator[Diagnostic]:
        for found in references:
            service = (
                f"Service `{found.service.name}`" if found.service else f"A command in `{found.at.path}`"
            )
            if found.kind == "context":
                message = f"{service} is built from the directory `{found.name}`, which does not exist."
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
                names = ", ".join(f"`{stage.name}`" for stage in found.stages)
                advice = f"Its stages are {names}." if names else "None of its stages has a name."
            yield self.report(
                message,
                found.at,
                related=[Label(stage.span, f"the stage `{stage.name}`") for stage in found.stages],
                help=f"{advice} {found.fix.title}." if found.fix else advice,
                fix=found.fix,
                service=found.service.name if found.service else None,
                severity=Severity.WARNING if found.pulled else Severity.ERROR,
                key=found.name,
            )
