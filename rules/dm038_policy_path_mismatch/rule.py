from collections.abc import Iterator

from dotmac_lint.api import Diagnostic, Edit, Fix, FixAvailability, Label, Repository, Rule, Severity, listed
from dotmac_lint.model.policy_paths import gaps, old_paths


class PolicyPathMismatch(Rule):
    code = "DM038"
    name = "policy-path-mismatch"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        for gap in gaps(repository):
            paths = list(dict.fromkeys(path for _, path, _ in gap.missing))
            shown = listed([f"`{path}`" for path in paths], most=5)
            yield self.report(
                f"The policy `{gap.policy.path}` does not let the application read {shown}, which "
                f"`{gap.settings.name}` is filled from.",
                gap.at,
                related=[Label(at, f"`{field}` is loaded from here") for field, _, at in gap.missing[:5]],
                help='Add blocks for these paths with `capabilities = ["read"]`.',
                fix=gap.fix,
                key=gap.settings.name,
            )
        for policy in repository.policies:
            for old in old_paths(policy):
                at = policy.span(old.rule.path.range)
                yield self.report(
                    f"The path `{old.rule.path.text}` lacks `data/`: `{old.mount}` is a KV store of version 2, as the "
                    f"block for `{old.other.path.text}` has it, and the block grants nothing.",
                    at,
                    related=[
                        Label(policy.span(old.other.path.range), "a path of version 2 on the same mount")
                    ],
                    help=f"Write `{old.right}`.",
                    fix=Fix(f"Write `{old.right}`", (Edit(at, old.right),)),
                    key=old.rule.path.text,
                )
