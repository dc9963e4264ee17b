from collections.abc import Hashable, Iterable, Iterator

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
    grouped,
    listed,
)
from dotmac_lint.model.builds import UnknownArgument, unknown_arguments, unknown_arguments_of_commands

MOST = 3
"""Names that a message tells."""


def _places(build: list[UnknownArgument]) -> tuple[Hashable, ...]:
    return build[0].image.dockerfile, *(found.at for found in build)


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
        for build, *others in grouped(filter(None, builds), _places):
            slips = [[found] for found in build if found.meant is not None]
            dropped = [found for found in build if found.meant is None]
            for group in [*slips, dropped] if dropped else slips:
                yield self._told(group, len(others))

    def _told(self, group: list[UnknownArgument], others: int) -> Diagnostic:
        """The arguments of one build that are dropped; one that misses another alone. `others` are the services that
        take the build from the same place.
        """
        found, image = group[0], group[0].image
        names = [f"`{one.name}`" for one in group]
        place = f"`{image.dockerfile}`" if not image.inline else "its inline Dockerfile"
        more = f" (and {others} more)" if others else ""
        subject = (
            f"Service `{found.service.name}`{more}" if found.service else f"A build in `{found.at.path}`"
        )
        said = f"the build argument {names[0]}, but {place} has no `ARG {found.name}`: the value is dropped."
        help = f"Declare `ARG {found.name}` in the stage that uses it, or remove the argument."
        if len(group) > 1:
            shown = listed(names, most=None if len(names) == MOST + 1 else MOST)
            said = f"the build arguments {shown}, but {place} has no `ARG` for them: the values are dropped."
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
