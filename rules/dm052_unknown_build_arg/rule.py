from collections.abc import Iterator

from dotmac_lint.api import Deployment, Diagnostic, Edit, Fix, FixAvailability, Label, Rule, Severity
from dotmac_lint.model.builds import unknown_arguments


class UnknownBuildArg(Rule):
    code = "DM052"
    name = "unknown-build-arg"
    severity = Severity.WARNING
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for found in unknown_arguments(deployment):
            name, image = found.argument.name, found.image
            place = f"`{image.dockerfile}`" if not image.inline else "its inline Dockerfile"
            fix = None
            if found.meant is not None:
                edit = Edit(found.argument.name_span, found.meant)
                fix = Fix(f"Rename `{name}` to `{found.meant}`", edits=(edit,))
            yield self.report(
                f"Service `{found.service.name}` passes the build argument `{name}`, but {place} has no "
                f"`ARG {name}`: the value is dropped."
                + (f" Did you mean `{found.meant}`?" if found.meant else ""),
                found.argument.name_span,
                related=[Label(image.stages[0].base_span, "the Dockerfile begins here")],
                help=f"Declare `ARG {name}` in the stage that uses it, or remove the argument.",
                fix=fix,
                service=found.service.name,
                key=name,
            )
