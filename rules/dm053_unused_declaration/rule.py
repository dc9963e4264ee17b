from collections.abc import Iterator

from dotmac_lint.api import Diagnostic, Edit, Fix, FixAvailability, Repository, Rule, Severity
from dotmac_lint.model.unused import unused_declarations


class UnusedDeclaration(Rule):
    code = "DM053"
    name = "unused-declaration"
    severity = Severity.INFO
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        for unused in unused_declarations(repository):
            yield self.report(
                f"The {unused.kind} `{unused.name}` is declared, but no service uses it.",
                unused.at,
                help=f"Remove the declaration, or give the {unused.kind} to the service that needs it.",
                fix=Fix(f"Remove the {unused.kind} `{unused.name}`", (Edit(unused.lines, ""),))
                if unused.lines
                else None,
                key=f"{unused.kind} {unused.name}",
            )
