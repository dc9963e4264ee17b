from collections.abc import Iterator

from dotmac_lint.api import Diagnostic, FixAvailability, Label, Repository, Rule, Severity, listed
from dotmac_lint.model.dotenv_extras import dotenv_extras, ignore_extras


class DotenvExtraForbidden(Rule):
    code = "DM026"
    name = "dotenv-extra-forbidden"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        for found in dotenv_extras(repository):
            first, *others = found.entries
            names = listed([f"`{entry.key}`" for entry in found.entries], most=3)
            holds = "which" if found.committed else f"and its example `{found.path}`"
            yield self.report(
                f"`{found.settings.name}` forbids what it does not know, but reads `{found.env_file}`, {holds} holds "
                f"{names}: the settings fail to load.",
                found.at(first),
                related=[
                    Label(
                        found.settings.span,
                        f'{found.settings.name} is declared here, without `extra="ignore"`',
                    ),
                    *(Label(found.at(entry), "this name is not known either") for entry in others[:4]),
                ],
                help='Set `extra="ignore"` in the settings\' `model_config`, or keep these variables in another file.',
                fix=ignore_extras(found),
                severity=Severity.ERROR if found.committed else Severity.WARNING,
                key=found.settings.name,
            )
