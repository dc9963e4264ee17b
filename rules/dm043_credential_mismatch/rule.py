from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, Label, Rule, Severity, grouped
from dotmac_lint.model.connections import Network, Refused, refused_logins


class CredentialMismatch(Rule):
    code = "DM043"
    name = "credential-mismatch"
    severity = Severity.ERROR
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found, *others in grouped(refused_logins(Network(deployment)), _cause):
            connection, here, there = found.connection, found.here, found.there
            related = [] if there is None else [Label(there.span, _label(found))]
            more = {other.connection.endpoint.span: other for other in others}
            related += [
                Label(span, f"nor does `{other.connection.client.name}` give one here")
                for span, other in more.items()
                if span != connection.endpoint.span
            ]
            yield self.report(
                f"Service `{connection.client.name}` connects to `{connection.server.name}` "
                f"({connection.kind.kind}) {_difference(found)}.",
                here.span if here is not None else connection.endpoint.span,
                related=[*connection.endpoint.variable.origin, *related]
                or [Label(connection.server.key, f"`{connection.server.name}` is defined here")],
                help="Give both sides the same value, from one variable.",
                service=connection.client.name,
                key=f"{connection.server.name} {found.part}",
            )


def _cause(found: Refused) -> object:
    """A server whose password nobody gives is one mistake; each that is given is another."""
    if found.here is None:
        return found.connection.server.name
    return found.connection.client.name, found.here.span, found.part, found.connection.server.name


def _difference(found: Refused) -> str:
    here, there = found.here, found.there
    if here is None:
        return f"without a password, but the server demands one (`{there.name}`)" if there else ""
    given = f"(`{here.name}`{', the default of the settings' if here.default else ''})"
    if there is None:
        return f"with a password {given}, but the server is started without one and refuses it"
    made = f"its default, as `{there.name}` is not set" if there.default else f"`{there.name}`"
    if found.part == "password":
        of = f" of the user `{found.user}`" if found.user else ""
        return f"with another password{of} {given} than the server knows ({made})"
    what = "as the user" if found.part == "user" else "and asks for the database"
    return f"{what} `{here.value}` {given}, but the server makes `{there.value}` ({made}) and no other"


def _label(found: Refused) -> str:
    there = found.there
    assert there is not None
    return f"what `{found.connection.server.name}` makes: its {found.part}"
