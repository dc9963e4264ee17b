from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Rule, Severity
from dotmac_lint.model.data_folders import FORMER, Misplaced, misplaced_volumes


class DataNotKept(Rule):
    code = "DM055"
    name = "data-not-kept"
    severity = Severity.WARNING
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in misplaced_volumes(deployment):
            refused = found.refused and not found.moving
            yield self.report(
                _message(found),
                found.mount.target.span,
                help=_advice(found),
                fix=found.fix,
                service=found.service.name,
                severity=Severity.ERROR if refused else Severity.WARNING,
                key=found.folder,
            )


def _message(found: Misplaced) -> str:
    service, image, target = found.service.name, found.image, found.mount.target.raw
    if found.refused:
        which = f"`{image}`, which is PostgreSQL 18 or newer by now" if found.moving else f"`{image}`"
        return (
            f"Service `{service}` runs {which}: it keeps its data below `{found.folder}`, and does not start where a "
            f"volume lies at `{FORMER}`."
        )
    return (
        f"What is mounted at `{target}` does not hold the data of service `{service}`: `{image}` keeps that in "
        f"`{found.folder}`, in a volume without a name, and it is lost with the container."
    )


def _advice(found: Misplaced) -> str:
    advice = f"Mount it at `{found.folder}`"
    if found.refused:
        return f"{advice}; or name the version whose data it has (`postgres:17`), or set `PGDATA: {FORMER}`."
    return f"{advice}."
