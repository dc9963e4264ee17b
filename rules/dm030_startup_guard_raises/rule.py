from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Rule, Severity, and_more
from dotmac_lint.model.start_faults import Raising, as_others_do, evidence, raising_guards
from dotmac_lint.report.start import shown


class StartupGuardRaises(Rule):
    code = "DM030"
    name = "startup-guard-raises"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in raising_guards(deployment):
            log = found.guard.kind == "log"
            outcome = "starts with a warning" if log else "does not start"
            said = f' ("{" ".join(found.guard.message.split())}")' if found.guard.message else ""
            yield self.report(
                f"Service `{found.service.name}`{and_more(found.others)} {outcome}{_condition(found)}: "
                f"{found.guard.called} {'warns' if log else 'raises'} because {_values(found)}{said}.",
                found.at,
                related=evidence(found),
                help=_help(found),
                fix=as_others_do(found),
                service=found.service.name,
                severity=Severity.INFO if log else Severity.ERROR,
                key=f"{found.guard.function}:{','.join(one.field.dotted for one in found.culprits)}",
            )


def _condition(found: Raising) -> str:
    host = " or ".join(f"`{name}`" for name in found.host)
    examples = " and ".join(f"`{path}`" for path in found.examples)
    if host:
        return f" unless the host sets {host}"
    return f" with the variables of {examples}" if examples else ""


def _values(found: Raising) -> str:
    every = (*found.context, *found.culprits)
    return " and ".join(f"`{one.field.dotted}` is `{shown(one, found.value(one))}`" for one in every)


def _help(found: Raising) -> str:
    names = [one.name or one.field.names[0] for one in found.culprits if one.name or one.field.names]
    listed = " and ".join(f"`{name}`" for name in names)
    return f"Set {listed} to a value that the guard accepts." if names else "Give a value that it accepts."
