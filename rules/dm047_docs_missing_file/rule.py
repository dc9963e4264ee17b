from collections.abc import Iterator
from posixpath import dirname

from dotmac_lint.api import (
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
from dotmac_lint.model.documentation import Missing, missing_references
from dotmac_lint.model.documented_files import missing_files
from dotmac_lint.model.documented_scripts import missing_scripts
from dotmac_lint.model.no_default_file import unnamed_files

MOST = 3
"""Services, scripts, or files, env files of one folder, that one text names in vain; more of them are one finding."""


class DocsMissingFile(Rule):
    code = "DM047"
    name = "docs-missing-file"
    severity = Severity.WARNING
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        workspace = repository.workspace
        files = (*missing_scripts(workspace), *missing_files(workspace))
        for group in grouped((*missing_references(repository), *files), _cause):
            yield from [self._many(group)] if len(group) > MOST else map(self._one, group)
        yield from self._unnamed(repository)

    def _unnamed(self, repository: Repository) -> Iterator[Diagnostic]:
        found = unnamed_files(repository)
        if found is not None:
            verb = "are" if len(found.files) > 1 else "is"
            more = f" and {len(found.files) - 1} more" if len(found.files) > 1 else ""
            yield self.report(
                f"A command in `{found.places[0].path}` names no Compose file, and none of a default name is there.",
                found.places[0],
                related=[Label(place, "nor does this command") for place in found.places[1:4]],
                help=f"Name the file with `-f`: there {verb} `{found.files[0]}`{more}.",
                severity=Severity.INFO if found.aside else Severity.WARNING,
                key="no default file",
            )

    def _one(self, found: Missing) -> Diagnostic:
        times = f" ({len(found.places)} times)" if len(found.places) > 1 else ""
        message = (
            f"A command in `{found.places[0].path}` names the {found.what} `{found.name}`{times}, which "
        )
        message += f"{_lacking(found.files)}." if found.what == "service" else "does not exist."
        return self.report(
            message + (f" Did you mean `{found.near}`?" if found.near else ""),
            found.places[0],
            related=[
                *(Label(place, "here too") for place in found.places[1:4]),
                *(Label(place, "another Compose file defines it") for place in [found.defined] if place),
            ],
            help="Correct the command, or add what it names.",
            fix=_fix([found]),
            severity=Severity.INFO if found.aside else Severity.WARNING,
            key=found.name,
        )

    def _many(self, group: list[Missing]) -> Diagnostic:
        lack = _lacking(group[0].files) if group[0].what == "service" else "do not exist"
        names = [f"`{f.name}` (`{f.near}`?)" if f.near else f"`{f.name}`" for f in group]
        return self.report(
            f"Commands in `{group[0].places[0].path}` name {len(group)} {group[0].what}s that {lack}: "
            f"{listed(names, most=3)}.",
            group[0].places[0],
            related=[
                Label(f.places[0], f"`{f.near}` may be meant" if f.near else "nor this") for f in group[1:]
            ],
            help="Correct the commands, or add what they name.",
            fix=_fix(group),
            severity=Severity.INFO if all(f.aside for f in group) else Severity.WARNING,
            key=f"{group[0].what}s of {group[0].places[0].path}",
        )


def _cause(found: Missing) -> object:
    where = (found.places[0].path, found.what)
    if found.what == "env file":
        return (*where, dirname(found.name))
    return (*where, found.files) if found.what in ("service", "script", "file") else found


def _lacking(files: tuple[str, ...]) -> str:
    if len(files) == 1:
        return f"`{files[0]}` does not define"
    if len(files) == 2:
        return f"`{files[0]}` and `{files[1]}` do not define"
    return f"none of the {len(files)} Compose files defines"


def _fix(group: list[Missing]) -> Fix | None:
    meant = [
        (found, found.near)
        for found in group
        if found.near and all(place.end - place.start == len(found.name) for place in found.places)
    ]
    edits = tuple(Edit(place, near) for found, near in meant for place in found.places)
    names = [f"`{found.name}` by `{near}`" for found, near in meant]
    return Fix(f"Replace {listed(names)}", edits) if edits else None
