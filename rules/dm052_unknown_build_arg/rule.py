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
    did_you_mean,
    grouped,
    listed,
)
from dotmac_lint.model.builds import UnknownArgument, unknown_arguments, unknown_arguments_of_commands


class UnknownBuildArg(Rule):
    code = "DM052"
    name = "unknown-build-arg"
    severity = Severity.WARNING
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        return self._report(unknown_arguments(deployment))

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        return self._report(unknown_arguments_of_commands(repository))

    def _report(self, builds: Iterable[list[UnknownArgument]]) -> Iterator[Diagnostic]:
        for build, *others in grouped(
            filter(None, builds), lambda build: (build[0].image.dockerfile, *(one.at for one in build))
        ):
            dropped = [found for found in build if found.meant is None]
            for group in (*([found] for found in build if found.meant is not None), dropped):
                if group:
                    yield self._told(group, others)

    def _told(self, group: list[UnknownArgument], others: list[list[UnknownArgument]]) -> Diagnostic:
        """The arguments of one build that are dropped; `others` take the build from the same place."""
        found, *more = group
        place = f"`{found.image.dockerfile}`" if not found.image.inline else "its inline Dockerfile"
        subject = f"A build in `{found.at.path}`"
        if found.service is not None:
            subject = f"Service `{found.service.name}`{and_more(others)}"
        dropped = f"argument `{found.name}`, but {place} has no `ARG {found.name}`: the value is dropped."
        help = f"Declare `ARG {found.name}` in the stage that uses it, or remove the argument."
        if more:
            names = listed([f"`{one.name}`" for one in group], most=4 if len(group) == 4 else 3)
            dropped = f"arguments {names}, but {place} has no `ARG` for them: the values are dropped."
            help = "Declare each with `ARG` in the stage that uses it, or remove the arguments."
        return self.report(
            f"{subject} passes the build {dropped}{did_you_mean(found.meant)}",
            found.at,
            related=[
                *(Label(one.at, f"`{one.name}` is dropped, too") for one in more),
                Label(found.image.stages[0].base_span, "the Dockerfile begins here"),
            ],
            help=help,
            fix=found.fix,
            service=found.service.name if found.service else None,
            key=" ".join(one.name for one in group),
        )
