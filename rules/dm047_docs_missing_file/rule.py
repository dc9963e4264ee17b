from collections.abc import Iterator
from itertools import chain

from dotmac_lint.api import (
    Diagnostic,
    FixAvailability,
    Label,
    Repository,
    Rule,
    Severity,
    did_you_mean,
    grouped,
    listed,
    named,
    slips,
)
from dotmac_lint.model.documentation import Missing, missing_references
from dotmac_lint.model.documented_files import missing_files
from dotmac_lint.model.documented_scripts import missing_scripts
from dotmac_lint.model.edits import replaced
from dotmac_lint.model.no_default_file import unnamed_files


class DocsMissingFile(Rule):
    code = "DM047"
    name = "docs-missing-file"
    severity = Severity.WARNING
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        files = chain(missing_scripts(repository.workspace), missing_files(repository.workspace))
        for group in grouped((*missing_references(repository), *files), lambda one: one.cause, apart=3):
            yield self._report(*group)
        if unnamed := unnamed_files(repository):
            names = listed([f"`{file}`" for file in unnamed.files], most=1)
            yield self.report(
                f"A command in `{unnamed.places[0].path}` names no Compose file, and none of a default name is there.",
                unnamed.places[0],
                related=[Label(place, "nor does this command") for place in unnamed.places[1:4]],
                help=f"Name the file with `-f`: there {'are' if unnamed.files[1:] else 'is'} {names}.",
                severity=Severity.INFO if unnamed.aside else Severity.WARNING,
                key="no default file",
            )

    def _report(self, found: Missing, *others: Missing) -> Diagnostic:
        group, path, what, lack = (found, *others), found.places[0].path, found.what, found.lack
        times = f" ({len(found.places)} times)" if found.places[1:] else ""
        message = f"A command in `{path}` names the {what} `{found.name}`{times}, which {lack}."
        message += did_you_mean(found.near)
        related = [Label(place, "here too") for place in found.places[1:4]]
        if found.defined is not None:
            related.append(Label(found.defined, "another Compose file defines it"))
        if others:
            names = listed([named(one.name, one.near) for one in group], most=3)
            lack = lack if what == "service" else "do not exist"
            message = f"Commands in `{path}` name {len(group)} {what}s that {lack}: {names}."
            related = slips((one.places[0], one.near) for one in others)
        return self.report(
            message,
            found.places[0],
            related=related,
            help=f"Correct the command{'s' * bool(others)}, or add what {'they name' if others else 'it names'}.",
            fix=replaced(one.slip for one in group),
            severity=Severity.INFO if all(one.aside for one in group) else Severity.WARNING,
            key=f"{what}s of {path}" if others else found.name,
        )
