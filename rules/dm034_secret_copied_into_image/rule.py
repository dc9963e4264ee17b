from collections.abc import Iterator

from dotmac_lint.api import (
    Diagnostic,
    FixAvailability,
    Label,
    Repository,
    Rule,
    Severity,
    Span,
    grouped,
    listed,
)
from dotmac_lint.model.image_secrets import ImageSecret, image_secrets, keep_out


class SecretCopiedIntoImage(Rule):
    code = "DM034"
    name = "secret-copied-into-image"
    severity = Severity.ERROR
    fixable = FixAvailability.SOMETIMES
    since = "0.1.0"
    tags = ("security",)

    def check_repository(self, repository: Repository) -> Iterator[Diagnostic]:
        files = grouped(image_secrets(repository), lambda one: (one.copy.span, one.committed))
        for (found, *others), *more in grouped(files, _cause):
            service, copy = found.services[0], found.copy.instruction
            elsewhere = [first for first, *_ in more]
            production = any(user.production for one in (found, *elsewhere) for user in one.services)
            whose = "" if found.committed else "the builder's own "
            too = f" (and {len(elsewhere)} more)" if elsewhere else ""
            yield self.report(
                f"The image of service `{service.name}`{too} holds {whose}`{found.path}` with {_content(found)}: "
                f"`{copy.keyword} {found.copy.source.text}` brings it in, and {_ignore(found)}.",
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


def _cause(files: list[ImageSecret]) -> tuple[object, ...]:
    """What one line mends: the ignore file of the context from which images take the same files; a COPY of the very
    file is a cause of its own."""
    first = files[0]
    if any(one.explicit for one in files):
        return (first.copy.span, first.committed)
    image, paths = first.image, tuple(one.path for one in files)
    return (image.context, image.ignore_path, first.ignored_in_vain, paths, first.committed)


def _content(found: ImageSecret) -> str:
    if not found.names:
        return "a private key"
    return listed([f"`{name}`" for name in found.names], most=3) + " secrets" * (len(found.names) > 3)


def _ignore(found: ImageSecret) -> str:
    if found.ignored_in_vain is not None:
        return f"Docker does not read `{found.ignored_in_vain}`, which is not in the folder of the context"
    if found.image.ignore_path is None:
        return "there is no `.dockerignore`"
    return f"`{found.image.ignore_path}` does not exclude it"


def _too(other: ImageSecret) -> Label:
    at = other.declared if other.declared is not None else Span(other.path, 0, 0)
    return Label(at, f"it brings in `{other.path}` with {_content(other)}, too")


def _related(found: ImageSecret) -> Iterator[Label]:
    if found.declared is None:
        return
    if found.declared.path == found.path:
        yield Label(found.declared, "a secret in it")
    elif found.interpolated:
        yield Label(found.declared, f"Compose takes this from `{found.path}`, which git ignores")
    else:
        yield Label(found.declared, f"this example stands for `{found.path}`, which is not committed")
