from collections.abc import Iterator

from dotmac_lint.api import Diagnostic, Repository, Rule, Severity, listed
from dotmac_lint.model.policies import too_broad


class PolicyTooBroad(Rule):
    code = "DM039"
    name = "policy-too-broad"
    severity = Severity.WARNING
    since = "0.1.0"
    tags = ("security",)

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        for policy in repository.policies:
            for broad in too_broad(policy):
                words = listed([f"`{word}`" for word in broad.words])
                yield self.report(
                    f"The path `{broad.path.text}` with {words} covers {broad.effect}.",
                    broad.at,
                    help="Name the paths that the owner of the token needs, such as `secret/data/shop/*`.",
                    key=broad.path.text,
                )
