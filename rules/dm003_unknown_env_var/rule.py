from collections.abc import Iterator

from dotmac_lint.api import (
    Applicability,
    Deployment,
    Diagnostic,
    Edit,
    Fix,
    FixAvailability,
    Label,
    Rule,
    Severity,
    grouped,
)
from dotmac_lint.model.expectations import Unread, best_candidate, is_refused, unread_variables
from dotmac_lint.model.image_variables import misspelt_variables


class UnknownEnvVar(Rule):
    code = "DM003"
    name = "unknown-env-var"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"

    def check(self, deployment: Deployment) -> Iterator[Diagnostic]:
        for unread, *others in grouped(unread_variables(deployment), _cause):
            name, service = unread.variable.name, unread.services[0].name
            if unread.section is not None:
                reason = f"the settings section `{'.'.join(unread.section.path)}` has no such field"
            elif unread.proof == "field":
                reason = "no settings field, code or script reads a variable of that name"
            elif unread.proof == "bundled":
                reason = "only a bundler reads such names, and it ran when the image was built: the value has no effect"
            else:
                reason = "nothing in its image, its command or its mounts reads it: the value has no effect"
            meant = " or ".join(f"`{candidate.name}`" for candidate in unread.candidates)
            more = f" (and {len(others)} more)" if others else ""
            yield self.report(
                f"Service `{service}`{more} sets `{name}`, but {reason}."
                + (f" Did you mean {meant}?" if meant else ""),
                unread.variable.name_span,
                related=[
                    *_related(unread),
                    *(Label(o.variable.name_span, f"so does `{o.services[0].name}`") for o in others),
                ],
                help=_advice(unread),
                fix=_rename(unread),
                service=service,
                severity=Severity.ERROR if unread.proof in ("section", "field") else Severity.WARNING,
                key=name,
            )
        for found in misspelt_variables(deployment):
            name, service = found.variable.name, found.service.name
            yield self.report(
                f"Service `{service}` sets `{name}`, but its image `{found.image}` reads no variable of that name. "
                f"Did you mean `{found.right}`?",
                found.variable.name_span,
                help="Rename the variable to the one that the image reads, or remove it.",
                fix=Fix(
                    f"Rename `{name}` to `{found.right}`", (Edit(found.variable.name_span, found.right),)
                ),
                service=service,
                key=name,
            )


def _cause(unread: Unread) -> object:
    """What nothing reads in several services of a file is one thing; what may be a slip is told one by one."""
    alone = unread.proof in ("section", "field") or unread.candidates
    at = unread.variable.name_span
    return at if alone else (unread.proof, unread.variable.name, at.path)


def _related(unread: Unread) -> list[Label]:
    if unread.candidates or unread.settings is None:
        return [Label(c.span, f"`{c.name}` is read here ({c.why})") for c in unread.candidates]
    return [Label(unread.settings.span, "the settings are declared here")]


def _advice(unread: Unread) -> str:
    if unread.proof == "bundled":
        return "Give it to the build: `args` of `build`, and `ARG` before the bundler runs in the Dockerfile."
    taken = next((candidate for candidate in unread.candidates if candidate.taken), None)
    if taken is not None and all(candidate.taken for candidate in unread.candidates):
        return f"`{taken.name}` is set already: remove this line."
    if unread.candidates:
        return "Rename the variable to the one that is read, or remove it."
    return "Remove the variable, or correct its name."


def _rename(unread: Unread) -> Fix | None:
    candidate, sure = best_candidate(unread)
    if candidate is None or is_refused(candidate, unread):
        return None
    return Fix(
        title=f"Rename `{unread.variable.name}` to `{candidate.name}`",
        edits=(Edit(unread.variable.name_span, candidate.name),),
        applicability=Applicability.SAFE if sure else Applicability.UNSAFE,
    )
