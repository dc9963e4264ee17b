from collections.abc import Iterator

from dotmac_lint.api import (
    Applicability,
    Diagnostic,
    Edit,
    Fix,
    FixAvailability,
    Phase,
    Repository,
    Rule,
    Severity,
)


class UnusedSuppression(Rule):
    code = "DM048"
    name = "unused-suppression"
    severity = Severity.WARNING
    fixable = FixAvailability.ALWAYS
    since = "0.1.0"
    phase = Phase.SUPPRESSION

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        for unused in repository.unused_suppressions:
            yield self.report(
                f"The comment ignores {unused.what}, but nothing of the kind is found here.",
                unused.span,
                help="Remove it, so that a new finding is not hidden by it.",
                fix=Fix(
                    "Remove the comment", (Edit(unused.removal, unused.replacement),), (), Applicability.SAFE
                ),
                key=unused.what,
            )
