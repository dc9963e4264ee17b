from collections.abc import Iterator

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
from dotmac_lint.model.documented_settings import UnknownSetting, unknown_paths, unknown_settings
from dotmac_lint.model.edits import replaced


class DocsUnknownSetting(Rule):
    code = "DM051"
    name = "docs-unknown-setting"
    severity = Severity.WARNING
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        unknown = (*unknown_settings(repository), *unknown_paths(repository))
        for group in grouped(unknown, lambda found: (found.places[0].path, found.settings.name), apart=3):
            yield self._report(*group)

    def _report(self, found: UnknownSetting, *others: UnknownSetting) -> Diagnostic:
        path, settings, declared = found.places[0].path, found.settings.name, found.section or found.settings
        where = f"`{settings}` does not read it, and nothing else does"
        if found.section:
            where = f"the section `{found.section.dotted}` of `{settings}` has no such field"
        message = f"`{path}` names the setting `{found.name}`, but {where}." + did_you_mean(found.near)
        related = [Label(place, "here too") for place in found.places[1:4]]
        if others:
            names = listed([named(one.name, one.near) for one in (found, *others)], most=3)
            message = (
                f"`{path}` names {len(others) + 1} settings that `{settings}` does not have, and that nothing else "
                f"reads: {names}."
            )
            related = slips((one.places[0], one.near) for one in others)
            declared = found.settings
        return self.report(
            message,
            found.places[0],
            related=[*related, Label(declared.span, "the settings are declared here")],
            help=f"Correct the {'names' if others else 'name'} in the document, or remove the "
            f"{'lines' if others else 'line'}.",
            fix=replaced(one.slip for one in (found, *others)),
            key=settings if others else found.name,
        )
