from collections.abc import Iterable, Iterator

from dotmac_lint.api import (
    Deployment,
    Diagnostic,
    FixAvailability,
    Label,
    Repository,
    Rule,
    Severity,
    did_you_mean,
)
from dotmac_lint.model.start_scripts import MissingScript, missing_in_images, missing_in_services, repair


class MissingEntrypoint(Rule):
    code = "DM001"
    name = "missing-entrypoint"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        yield from self._report(missing_in_images(repository))

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        yield from self._report(missing_in_services(deployment))

    def _report(self, scripts: Iterable[MissingScript]) -> Iterator[Diagnostic]:
        for found in scripts:
            where = f"stage `{found.stage.name}`" if found.stage.name else "image"
            if found.source is not None:
                message = (
                    f"`{found.source}` does not exist, but the {where} starts with it: "
                    f"{found.instruction} runs `{found.script}`."
                )
                related = [Label(found.command, f"{found.instruction} runs `{found.script}`")]
            else:
                message = (
                    f"{found.instruction} runs `{found.script}`, which nothing puts into the {where}: "
                    "no COPY brings it and no step makes it." + did_you_mean(found.held)
                )
                related = (
                    [] if found.service is None else [Label(found.stage.span, "the image is built here")]
                )
            fix = repair(found)
            yield self.report(
                message,
                found.at,
                related=related,
                help=f"{fix.title}, or correct the path." if fix else "Correct the path.",
                fix=fix,
                service=found.service.name if found.service else None,
                key=found.script,
            )
