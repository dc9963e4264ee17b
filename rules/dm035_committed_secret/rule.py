from collections.abc import Iterator

from dotmac_lint.api import Diagnostic, Repository, Rule, Severity
from dotmac_lint.model.committed_secrets import committed_secrets


class CommittedSecret(Rule):
    code = "DM035"
    name = "committed-secret"
    severity = Severity.ERROR
    since = "0.1.0"
    tags = ("security",)

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        for found in committed_secrets(repository):
            if found.service is not None:
                what = f"Service `{found.service.name}` gets `{found.name}` from a literal"
            else:
                assert found.settings is not None
                what = f"The field `{found.name}` of `{found.settings.name}` has a literal as its default"
            yield self.report(
                f"{what}: what looks like a working secret stands in a committed file.",
                found.at,
                help="Change the secret, since the history keeps it; take it from the host, a secret file or Vault.",
                service=found.service.name if found.service else None,
                key=found.name,
            )
