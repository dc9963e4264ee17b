from collections.abc import Iterable, Iterator

from dotmac_lint.api import (
    Deployment,
    Diagnostic,
    FixAvailability,
    Label,
    Repository,
    Rule,
    Severity,
    and_more,
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

SAID = {
    "context": "is built from the directory `{name}`, which does not exist",
    "named context": "is built with the additional context `{name}`, which does not exist",
    "dockerfile": "is built with the Dockerfile `{name}`, which does not exist",
    "step": "builds with the Dockerfile `{name}`, which does not exist",
    "target": "builds the target `{name}`, but {image} has no stage of that name",
}


class MissingBuildReference(Rule):
    code = "DM007"
    name = "missing-build-reference"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        return self._report(missing_references(deployment))

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        yield from self._report(missing_targets_of_commands(repository))
        yield from self._report(missing_dockerfiles_of_steps(repository))

    def _report(self, references: Iterable[MissingReference]) -> Iterator[Diagnostic]:
        for group in grouped(references, lambda one: one.cause):
            found, *others = group
            named = dict.fromkeys(f"`{one.service.name}`" for one in group if one.service)
            several = found.is_below and any(other.name != found.name for other in others)
            fix = joined(one.fix for one in group)
            kind = "step" if found.kind == "dockerfile" and found.service is None else found.kind
            who = f"A {'step' if kind == 'step' else 'command'} in `{found.at.path}`"
            if found.service is not None:
                who = f"Service `{found.service.name}`{and_more(others)}"
            image = (
                f"`{found.image.dockerfile}`" if found.image and found.image.dockerfile else "its Dockerfile"
            )
            message = f"{who} {SAID[kind].format(name=found.name, image=image)}."
            if found.pulled:
                message = f"{message[:-1]}: it starts only where Compose can pull `{found.pulled}`."
            if several:
                built = "from directories" if kind == "context" else "with Dockerfiles"
                message = (
                    f"{len(named)} services are built {built} in `{found.absent}`, which does not exist: "
                    f"{listed([*named], most=3)}."
                )
                if found.pulled:
                    message += " They start only where Compose can pull their images."
            stages = listed([f"`{stage.name}`" for stage in found.stages]) if found.stages else ""
            advice = f"Its stages are {stages}." if stages else "None of its stages has a name."
            if found.kind != "target":
                advice = "Create it, or correct the path."
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
