from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Rule, Severity, and_more, listed
from dotmac_lint.model.start_faults import set_them, unset_fields


class RequiredUnset(Rule):
    code = "DM024"
    name = "required-unset"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in unset_fields(deployment):
            names = listed([f"`{name}`" for name in found.names])
            one = len(found.names) == 1
            renamed = any(field.ignored for field in found.fields)
            when = "when it starts" if found.at_start else "when they are first used"
            yield self.report(
                f"Service `{found.service.name}`{and_more(found.others)} does not get {names}: `{found.settings.name}` "
                f"{'requires it' if one else 'requires them'}, and fails {when}.",
                found.at,
                related=[
                    *(Label(other.at, f"nor does `{other.service.name}`") for other in found.others),
                    *(Label(field.span, f"`{field.dotted}` has no default") for field in found.fields),
                ],
                help="pydantic-settings 2 does not know `env`: write `validation_alias` (DM025)."
                if renamed
                else f"Set {names} for the service, or give the {'field' if one else 'fields'} a default.",
                fix=None if renamed else set_them(found),
                service=found.service.name,
                severity=Severity.ERROR if found.service.production else Severity.WARNING,
                key=",".join(found.names),
            )
