from collections.abc import Iterator

from dotmac_lint.api import Diagnostic, Edit, Fix, FixAvailability, Label, Repository, Rule, Severity
from dotmac_lint.model.documented_settings import unknown_paths, unknown_settings


class DocsUnknownSetting(Rule):
    code = "DM051"
    name = "docs-unknown-setting"
    severity = Severity.WARNING
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        for found in (*unknown_settings(repository), *unknown_paths(repository)):
            where = (
                f"the section `{found.section.dotted}` of `{found.settings.name}` has no such field"
                if found.section
                else f"`{found.settings.name}` does not read it, and nothing else does"
            )
            yield self.report(
                f"`{found.places[0].path}` names the setting `{found.name}`, but {where}."
                + (f" Did you mean `{found.near}`?" if found.near else ""),
                found.places[0],
                related=[
                    *(Label(place, "here too") for place in found.places[1:4]),
                    Label((found.section or found.settings).span, "the settings are declared here"),
                ],
                help="Correct the name in the document, or remove the line.",
                fix=Fix(
                    f"Replace `{found.name}` by `{found.near}`",
                    tuple(Edit(place, found.near) for place in found.places),
                )
                if found.near
                else None,
                key=found.name,
            )
