from collections.abc import Iterator

from dotmac_lint.api import (
    Diagnostic,
    FixAvailability,
    Label,
    Repository,
    Rule,
    Severity,
    Span,
    and_more,
)
from dotmac_lint.model.image_secrets import ImageSecret, by_cause, image_secrets, keep_out


class SecretCopiedIntoImage(Rule):
    code = "DM034"
    name = "secret-copied-into-image"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"
    tags = ("security",)

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        for (found, *others), *more in by_cause(image_secrets(repository)):
            copy = found.copy.instruction
            elsewhere = [first for first, *_ in more]
            production = any(user.production for one in (found, *elsewhere) for user in one.services)
            whose = "" if found.committed else "the builder's own "
            yield self.report(
                f"The image of service `{found.services[0].name}`{and_more(elsewhere)} holds {whose}`{found.path}` "
                f"with {found.content}: `{copy.keyword} {found.copy.source.text}` brings it in, and {found.let_in}.",
                found.copy.span,
                related=[
                    *_related(found),
                    *map(_too, others),
                    *(
                        Label(f.copy.span, f"into the image of `{f.services[0].name}`, too")
                        for f in elsewhere
                    ),
                ],
                help="Keep the file out of the build context; give the values to the container when it starts.",
                fix=keep_out(found),
                severity=Severity.ERROR if found.committed or production else Severity.WARNING,
                key=found.path,
            )


def _too(other: ImageSecret) -> Label:
    at = other.declared if other.declared is not None else Span(other.path, 0, 0)
    return Label(at, f"it brings in `{other.path}` with {other.content}, too")


def _related(found: ImageSecret) -> Iterator[Label]:
    if found.declared is None:
        return
    if found.declared.path == found.path:
        yield Label(found.declared, "a secret in it")
    elif found.interpolated:
        yield Label(found.declared, f"Compose takes this from `{found.path}`, which git ignores")
    else:
        yield Label(found.declared, f"this example stands for `{found.path}`, which is not committed")
