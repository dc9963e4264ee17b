from collections.abc import Iterator

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
from dotmac_lint.model.documented_settings import UnknownSetting, unknown_paths, unknown_settings

MOST = 3
"""Names that one document tells in vain and that are reported one by one; more are one finding."""


class DocsUnknownSetting(Rule):
    code = "DM051"
    name = "docs-unknown-setting"
    severity = Severity.WARNING
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        unknown = (*unknown_settings(repository), *unknown_paths(repository))
        for group in grouped(unknown, lambda found: (found.places[0].path, found.settings.name)):
            yield from [self._many(group)] if len(group) > MOST else map(self._one, group)

    def _one(self, found: UnknownSetting) -> Diagnostic:
        where = (
            f"the section `{found.section.dotted}` of `{found.settings.name}` has no such field"
            if found.section
            else f"`{found.settings.name}` does not read it, and nothing else does"
        )
        return self.report(
            f"`{found.places[0].path}` names the setting `{found.name}`, but {where}."
            + (f" Did you mean `{found.near}`?" if found.near else ""),
            found.places[0],
            related=[
                *(Label(place, "here too") for place in found.places[1:4]),
                Label((found.section or found.settings).span, "the settings are declared here"),
            ],
            help="Correct the name in the document, or remove the line.",
            fix=_fix([found]),
            key=found.name,
        )

    def _many(self, group: list[UnknownSetting]) -> Diagnostic:
        first = group[0]
        names = [f"`{f.name}` (`{f.near}`?)" if f.near else f"`{f.name}`" for f in group]
        return self.report(
            f"`{first.places[0].path}` names {len(group)} settings that `{first.settings.name}` does not have, and "
            f"that nothing else reads: {listed(names, most=3)}.",
            first.places[0],
            related=[
                *(
                    Label(f.places[0], f"`{f.near}` may be meant" if f.near else "nor this")
                    for f in group[1:]
                ),
                Label(first.settings.span, "the settings are declared here"),
            ],
            help="Correct the names in the document, or remove the lines.",
            fix=_fix(group),
            key=first.settings.name,
        )


def _fix(group: list[UnknownSetting]) -> Fix | None:
    meant = [(found, found.near) for found in group if found.near]
    edits = tuple(Edit(place, near) for found, near in meant for place in found.places)
    names = [f"`{found.name}` by `{near}`" for found, near in meant]
    return Fix(f"Replace {listed(names)}", edits) if edits else None
