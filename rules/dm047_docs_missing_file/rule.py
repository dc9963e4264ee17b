from collections.abc import Iterator

from dotmac_lint.api import (
    Applicability,
    Diagnostic,
    Edit,
    Fix,
    FixAvailability,
    Label,
    Repository,
    Rule,
    Severity,
)
from dotmac_lint.model.documentation import Missing, missing_references


class DocsMissingFile(Rule):
    code = "DM047"
    name = "docs-missing-file"
    severity = Severity.WARNING
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        for found in missing_references(repository):
            times = f" ({len(found.places)} times)" if len(found.places) > 1 else ""
            message = (
                f"A command in `{found.places[0].path}` names the {found.what} `{found.name}`{times}, which "
            )
            if found.what == "service":
                message += f"{_listed(found.files)} not define."
            else:
                message += "does not exist."
            yield self.report(
                message + (f" Did you mean `{found.near}`?" if found.near else ""),
                found.places[0],
                related=[Label(place, "here too") for place in found.places[1:4]],
                help="Correct the command, or add what it names.",
                fix=_fix(found),
                key=found.name,
            )


def _listed(files: tuple[str, ...]) -> str:
    if len(files) == 1:
        return f"`{files[0]}` does"
    if len(files) == 2:
        return f"`{files[0]}` and `{files[1]}` do"
    return f"the {len(files)} Compose files do"


def _fix(found: Missing) -> Fix | None:
    if found.near is None or any(place.end - place.start != len(found.name) for place in found.places):
        return None
    edits = tuple(Edit(place, found.near) for place in found.places)
    return Fix(f"Replace `{found.name}` by `{found.near}`", edits, (), Applicability.UNSAFE)
