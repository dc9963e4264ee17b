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
    listed,
)
from dotmac_lint.model.builds import UnknownArgument, unknown_arguments, unknown_arguments_of_commands

MOST = 3
"""Names that a message tells."""


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

    def _report(self, builds: Iterable[list[UnknownArgument]]) -> Iterator[Diagnostic]:
        for build in builds:
            slips = [[found] for found in build if found.meant is not None]
            dropped = [found for found in build if found.meant is None]
            yield from map(self._told, [*slips, dropped] if dropped else slips)

    def _told(self, group: list[UnknownArgument]) -> Diagnostic:
        """The arguments of one build that are dropped; one that misses another alone."""
        found, image = group[0], group[0].image
        names = [f"`{one.name}`" for one in group]
        place = f"`{image.dockerfile}`" if not image.inline else "its inline Dockerfile"
        subject = f"Service `{found.service.name}`" if found.service else f"A build in `{found.at.path}`"
        said = f"the build argument {names[0]}, but {place} has no `ARG {found.name}`: the value is dropped."
        help = f"Declare `ARG {found.name}` in the stage that uses it, or remove the argument."
        if len(group) > 1:
            shown = [*names[:MOST], f"{len(names) - MOST} more"] if len(names) > MOST + 1 else names
            said = f"the build arguments {listed(shown)}, but {place} has no `ARG` for them: the values are dropped."
            help = "Declare each with `ARG` in the stage that uses it, or remove the arguments."
        fix = None
        if found.meant is not None:
            fix = Fix(f"Rename `{found.name}` to `{found.meant}`", edits=(Edit(found.at, found.meant),))
        return self.report(
            f"{subject} passes {said}" + (f" Did you mean `{found.meant}`?" if found.meant else ""),
            found.at,
            related=[
                *(Label(one.at, f"`{one.name}` is dropped, too") for one in group[1:]),
                Label(image.stages[0].base_span, "the Dockerfile begins here"),
            ],
            help=help,
            fix=fix,
            service=found.service.name if found.service else None,
            key=" ".join(one.name for one in group),
        )
