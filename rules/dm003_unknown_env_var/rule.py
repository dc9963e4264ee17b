from collections.abc import Iterator

from dotmac_lint.api import (
    Deployment,
    Diagnostic,
    FixAvailability,
    Label,
    Rule,
    Severity,
    and_more,
    did_you_mean,
    grouped,
)
from dotmac_lint.model.expectations import Unread, renamed, unread_variables
from dotmac_lint.model.image_variables import misspelt_variables

UNREAD = {
    "section": "the settings section `{section}` has no such field",
    "field": "no settings field, code or script reads a variable of that name",
    "bundled": "only a bundler reads such names, and it ran when the image was built: the value has no effect",
    "absence": "nothing in its image, its command or its mounts reads it: the value has no effect",
}
"""By the proof of it."""


class UnknownEnvVar(Rule):
    code = "DM003"
    name = "unknown-env-var"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for unread, *others in grouped(unread_variables(deployment), lambda one: one.cause):
            name, service = unread.variable.name, unread.services[0].name
            reason = UNREAD[unread.proof].format(
                section=".".join(unread.section.path if unread.section else ())
            )
            yield self.report(
                f"Service `{service}`{and_more(others)} sets `{name}`, but {reason}."
                + did_you_mean(*(candidate.name for candidate in unread.candidates)),
                unread.variable.name_span,
                related=[
                    *_readers(unread),
                    *(Label(o.variable.name_span, f"so does `{o.services[0].name}`") for o in others),
                ],
                help=_advice(unread),
                fix=renamed(unread),
                service=service,
                severity=Severity.ERROR if unread.proof in ("section", "field") else Severity.WARNING,
                key=name,
            )
        for found in misspelt_variables(deployment):
            yield self.report(
                f"Service `{found.service.name}` sets `{found.variable.name}`, but its image `{found.image}` reads no "
                f"variable of that name.{did_you_mean(*(found.right,) if found.right else ())}",
                found.variable.name_span,
                help="Rename the variable to the one that the image reads, or remove it."
                if found.right
                else f"Start the server with `--{found.option}`, or remove the variable.",
                fix=found.fix,
                service=found.service.name,
                key=found.variable.name,
            )


def _readers(unread: Unread) -> list[Label]:
    if unread.candidates or unread.settings is None:
        return [Label(c.span, f"`{c.name}` is read here ({c.why})") for c in unread.candidates]
    return [Label(unread.settings.span, "the settings are declared here")]


def _advice(unread: Unread) -> str:
    if unread.proof == "bundled":
        return "Give it to the build: `args` of `build`, and `ARG` before the bundler runs in the Dockerfile."
    taken = [candidate for candidate in unread.candidates if candidate.taken]
    if taken and len(taken) == len(unread.candidates):
        return f"`{taken[0].name}` is set already: remove this line."
    if unread.candidates:
        return "Rename the variable to the one that is read, or remove it."
    return "Remove the variable, or correct its name."
