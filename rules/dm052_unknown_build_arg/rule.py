from collections.abc import Iterable, Iterator

from dotmac_lint.api import (
    Deployment,
    Diagnostic,
    Edit,
    Fix,
    FixAvailability,
    Label,
    Repository,
    Rule,
    Severity,
)
from dotmac_lint.model.builds import UnknownArgument, unknown_arguments, unknown_arguments_of_commands


class UnknownBuildArg(Rule):
    code = "DM052"
    name = "unknown-build-arg"
    severity = Severity.WARNING
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        yield from self._report(unknown_arguments(deployment))

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        yield from self._report(unknown_arguments_of_commands(repository))

    def _report(self, arguments: Iterable[UnknownArgument]) -> Iterator[Diagnostic]:
        for found in arguments:
            name, image = found.name, found.image
            place = f"`{image.dockerfile}`" if not image.inline else "its inline Dockerfile"
            subject = f"Service `{found.service.name}`" if found.service else f"A build in `{found.at.path}`"
            fix = None
            if found.meant is not None:
                fix = Fix(f"Rename `{name}` to `{found.meant}`", edits=(Edit(found.at, found.meant),))
            yield self.report(
                f"{subject} passes the build argument `{name}`, but {place} has no `ARG {name}`: the value is dropped."
                + (f" Did you mean `{found.meant}`?" if found.meant else ""),
                found.at,
                related=[Label(image.stages[0].base_span, "the Dockerfile begins here")],
                help=f"Declare `ARG {name}` in the stage that uses it, or remove the argument.",
                fix=fix,
                service=found.service.name if found.service else None,
                key=name,
            )
