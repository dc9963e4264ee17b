from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, FixAvailability, Label, Repository, Rule, Severity
from dotmac_lint.model.start_faults import refused_in_env_files, refused_values, respelled, spelling
from dotmac_lint.model.truthiness import taken_for_true


class BadValueType(Rule):
    code = "DM022"
    name = "bad-value-type"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in refused_values(deployment):
            value = f" to `{found.shown}`" if found.shown else ""
            declared = found.field.type.name or found.field.type.kind
            others = f" (and {len(found.services) - 1} more)" if len(found.services) > 1 else ""
            right = spelling(found)
            who = f"service `{found.services[0].name}`{others}"
            whose = f"With the values of `{found.example}`, {who}" if found.example else f"S{who[1:]}"
            yield self.report(
                f"{whose} sets `{found.variable.name}`{value}, which "
                f"`{found.settings.name}.{found.field.dotted}` refuses: the value {found.why}.",
                found.at,
                related=[
                    *found.variable.origin,
                    Label(found.field.span, f"declared `{declared}`"),
                    *(
                        Label(earlier.name_span, "this value is overridden")
                        for earlier in found.variable.overrides[-1:]
                    ),
                ],
                help=f"Write `{right}`."
                if right is not None
                else f"Give a value that is a valid `{declared}`.",
                fix=respelled(found),
                service=found.services[0].name,
                severity=Severity.WARNING if found.example else Severity.ERROR,
                key=found.variable.name,
            )

        for taken in taken_for_true(deployment):
            others = f" (and {len(taken.services) - 1} more)" if len(taken.services) > 1 else ""
            who = f"service `{taken.services[0].name}`{others}"
            whose = f"With the values of `{taken.example}`, {who}" if taken.example else f"S{who[1:]}"
            yield self.report(
                f"{whose} sets `{taken.variable.name}` to `{taken.value}`, which "
                f"`{taken.code.path}` takes for true: every text but the empty one is.",
                taken.variable.value_span or taken.variable.name_span,
                related=[*taken.variable.origin, Label(taken.code, "the text is tested as it is")],
                help=f"Compare the text in the code, or leave `{taken.variable.name}` out.",
                service=taken.services[0].name,
                severity=Severity.WARNING,
                key=taken.variable.name,
            )

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        for found in refused_in_env_files(repository):
            value = f" to `{found.shown}`" if found.shown else ""
            declared = found.field.type.name or found.field.type.kind
            file = f"`{found.env_file}`, which"
            if found.at.path != found.env_file:
                file = f"`{found.env_file}`, and its example `{found.at.path}`"
            yield self.report(
                f"`{found.settings.name}` reads {file} sets `{found.field.names[0]}`{value}, which the field "
                f"`{found.field.dotted}` refuses: the value {found.why}.",
                found.at,
                related=[Label(found.field.span, f"declared `{declared}`")],
                help=f"Write `{found.right}`."
                if found.right
                else f"Give a value that is a valid `{declared}`.",
                severity=Severity.WARNING,
                key=f"{found.at.path} {found.field.dotted}",
            )
