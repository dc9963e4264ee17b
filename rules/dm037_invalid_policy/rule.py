from collections.abc import Iterator

from dotmac_lint.api import Diagnostic, Fix, FixAvailability, Repository, Rule, Severity
from dotmac_lint.model.policies import faults


class InvalidPolicy(Rule):
    code = "DM037"
    name = "invalid-policy"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"
    tags = ("security",)

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        for policy in repository.policies:
            for fault in faults(policy):
                fix = None
                if fault.edit is not None:
                    fix = Fix(f"Write `{fault.edit.text.replace(chr(34), '')}`", (fault.edit,))
                yield self.report(
                    fault.message,
                    fault.at,
                    related=fault.related,
                    help=fault.help,
                    fix=fix,
                    severity=fault.severity,
                    key=fault.message,
                )
