from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, Label, Rule, Severity
from dotmac_lint.model.vault_server import VaultWeakness, vault_weaknesses


class VaultDevInProduction(Rule):
    code = "DM036"
    name = "vault-dev-in-production"
    severity = Severity.ERROR
    since = "0.1.0"
    tags = ("security",)

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in vault_weaknesses(deployment):
            yield self.report(
                f"In production, service `{found.service.name}` runs {_what(found)}.",
                found.at,
                related=_related(found),
                help="Configure a `listener` with `tls_cert_file` and `tls_key_file`, or publish the port on 127.0.0.1."
                if found.kind == "plain"
                else "Start it with `command: server` and a configuration that names a storage.",
                service=found.service.name,
                severity=Severity.WARNING if found.kind == "plain" else Severity.ERROR,
                key=found.kind,
            )


def _what(found: VaultWeakness) -> str:
    if found.kind == "plain":
        return "a Vault server without TLS on a port that is published on every address of the host"
    effect = "it keeps every secret in memory only and is never sealed"
    if found.kind == "default":
        return f"the Vault image without a command, which starts the development server: {effect}"
    return f"the Vault development server: {effect}"


def _related(found: VaultWeakness) -> Iterator[Label]:
    if found.published is not None:
        yield Label(found.published, "the port is published here")
    if found.root_token is not None and found.root_token != found.at:
        yield Label(found.root_token, "the root token is written out here")
