"""Secrets that COPY brings into an image: env files and private keys that .dockerignore does not keep out."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from dotmac_lint.diagnostic import grouped
from dotmac_lint.fix import CreateFile, Fix
from dotmac_lint.known import Known, Unknown
from dotmac_lint.lazy import regex
from dotmac_lint.model.edits import append_lines
from dotmac_lint.model.secret_values import is_real_secret
from dotmac_lint.model.variable_readers import BUNDLED
from dotmac_lint.phrases import listed
from dotmac_lint.readers.dockerignore import go_match, has_wildcards, is_valid_glob
from dotmac_lint.report.secrets import is_secret_name
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.compose import Project
    from dotmac_lint.model.deployment import Repository, Service
    from dotmac_lint.model.image import Copy, Image, Stage
    from dotmac_lint.workspace import Workspace

_ENV_FILE = regex(r"(^|/)(\.env(\.[\w.-]+)?|[\w-]+\.env)$")
_ENV_NAME = regex(r"env[^/]*$", re.IGNORECASE)
_KEY_FILE = regex(
    r"\.(pem|key)$|(^|/)id_(rsa|dsa|ecdsa|ed25519)$|(^|/)[\w.-]*(credential|service.?account)[\w.-]*\.json$"
)
_STAND_IN = regex(
    r"example|sample|template|dist\b|default|(^|[/._-])(dev|development|tests?|testing|testdata|fixtures?|local|ci|e2e|demo"
    r"|mock|docs?|self.?signed|localhost\w*|snakeoil|vendor|node_modules|public)([/._-]|$)",
    re.IGNORECASE,
)
_OF_THE_SHELL = regex(r"AWS_(ACCESS|SECRET|SESSION|SECURITY)_|(GITHUB|GH)_TOKEN$")
_PRIVATE_KEY = regex(rb"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----")
_ENCRYPTED_KEY = b"Proc-Type: 4,ENCRYPTED"


class ImageSecret(msgspec.Struct, frozen=True):
    """A file with secrets that the image holds."""

    image: Image
    services: tuple[Service, ...]
    path: str
    committed: bool
    names: tuple[str, ...]
    """The secrets' variables in an env file; none for a key."""
    copy: Copy
    declared: Span | None
    """The first of them, in the file, in the example that stands for it, or where Compose interpolates it."""

    @property
    def interpolated(self) -> bool:
        """The file is known only by what Compose takes from it."""
        return self.declared is not None and not _ENV_NAME.search(self.declared.path)

    @property
    def ignored_in_vain(self) -> str | None:
        """An ignore file beside the Dockerfile, or above it, where Docker reads none: not in the context's folder."""
        if self.image.ignore_path is not None:
            return None
        folder = posixpath.dirname(self.image.dockerfile or "")
        while folder and folder != self.image.context:
            if self.image.workspace.kind(f"{folder}/.dockerignore") == "file":
                return f"{folder}/.dockerignore"
            folder = posixpath.dirname(folder)
        return None

    @property
    def content(self) -> str:
        """What is secret in it, for a sentence."""
        if not self.names:
            return "a private key"
        return listed([f"`{name}`" for name in self.names], most=3) + " secrets" * (len(self.names) > 3)

    @property
    def let_in(self) -> str:
        """A clause that says why it gets into the context."""
        if self.ignored_in_vain is not None:
            return f"Docker does not read `{self.ignored_in_vain}`, which is not in the folder of the context"
        ignore = self.image.ignore_path
        return f"`{ignore}` does not exclude it" if ignore is not None else "there is no `.dockerignore`"

    @property
    def explicit(self) -> bool:
        """The COPY names the file itself: it is wanted in the image."""
        return not self.copy.is_directory


def image_secrets(repository: Repository) -> Iterator[ImageSecret]:
    """The secrets in the images that deployments build, those for developers and tests apart."""
    users: dict[int, tuple[Image, list[Service]]] = {}
    for deployment in repository.deployments:
        for service in deployment.services:
            image = repository.image_of(service.definition)
            if image is not None and image.build_context is not None and not service.development:
                users.setdefault(id(image), (image, []))[1].append(service)
    said: set[tuple[Span, str]] = set()
    for image, services in users.values():
        target = image.target
        if target is None or _for_development(image, target):
            continue
        for path, names, declared in _candidates(repository.workspace, image, services):
            copy = _brought_by(image, target, path)
            if copy is not None and (copy.span, path) not in said:
                said.add((copy.span, path))
                committed = repository.workspace.is_listed(path)
                yield ImageSecret(image, tuple(services), path, committed, names, copy, declared)


def by_cause(secrets: Iterable[ImageSecret]) -> list[list[list[ImageSecret]]]:
    """The files that one COPY brings in, and together what one line mends: the ignore file of the context from which
    images take the same files; a COPY of the very file is a cause of its own."""

    def cause(files: list[ImageSecret]) -> tuple[object, ...]:
        first = files[0]
        if any(one.explicit for one in files):
            return first.copy.span, first.committed
        paths = tuple(one.path for one in files)
        return first.image.context, first.image.ignore_path, first.ignored_in_vain, paths, first.committed

    return grouped(grouped(secrets, lambda one: (one.copy.span, one.committed)), cause)


def _for_development(image: Image, target: Stage) -> bool:
    words = re.split(r"[^a-z]+", f"{image.dockerfile or ''} {target.name or ''}".lower())
    return not {"dev", "develop", "development", "test", "tests", "local", "debug", "ci"}.isdisjoint(words)


def _may_be_secret(path: str) -> bool:
    named = _ENV_FILE.search(path) or _KEY_FILE.search(path)
    return named is not None and _STAND_IN.search(path) is None


def _candidates(
    workspace: Workspace, image: Image, services: Iterable[Service]
) -> Iterator[tuple[str, tuple[str, ...], Span | None]]:
    """(path, names of secrets, where) of the files with secrets that lie, or will lie, in the build context."""
    from dotmac_lint.model.compose import stand_in

    context = image.build_context
    assert context is not None
    folder = context.prefix.rstrip("/")
    for path in workspace.chosen(_may_be_secret):
        if folder and not path.startswith(f"{folder}/"):
            continue
        if _ENV_FILE.search(path):
            names, declared = _secrets(workspace, path, real=True)
            if names and not _is_of_defaults(workspace, path):
                yield path, names, declared
        elif _KEY_FILE.search(path):
            data = workspace.bytes(path) or b""
            key = _PRIVATE_KEY.search(data)
            if key and _ENCRYPTED_KEY not in data:
                yield path, (), None
    for path, project in sorted(_uncommitted(services).items()):
        if not path.startswith(context.prefix) or workspace.is_listed(path):
            continue
        written = path if workspace.kind(path) == "file" else stand_in(workspace, path)
        if written is not None:
            names, declared = _secrets(workspace, written, real=False)
        else:
            names, declared = _expected(workspace, path, project)
        if names:
            yield path, names, declared


def _is_of_defaults(workspace: Workspace, path: str) -> bool:
    """Whether it is the `.env` or `.env.prod` of a Symfony application: committed, for defaults, and the application
    does not start without it (symfony.com/doc, "Configuring Environment Variables in .env Files"); secrets are in
    `.env.local`."""
    manifest = workspace.bytes(posixpath.join(posixpath.dirname(path), "composer.json"))
    own = re.fullmatch(r"\.env(\.(?!local)\w+)?", posixpath.basename(path))
    return own is not None and b'"symfony/dotenv"' in (manifest or b"")


def _uncommitted(services: Iterable[Service]) -> dict[str, Project | None]:
    """The env files that whoever starts these services has; the project where Compose itself reads one."""
    paths: dict[str, Project | None] = {}
    for service in services:
        for reference in service.definition.env_files:
            if isinstance(reference.path.value, Known) and not reference.path.outside:
                paths.setdefault(reference.path.value.value)
        folder = posixpath.dirname(service.deployment.spec.files[0])
        if not service.deployment.spec.env_files:
            paths[posixpath.join(folder, ".env")] = service.deployment.project
    return {path: project for path, project in paths.items() if _ENV_FILE.search(path)}


def _expected(
    workspace: Workspace, path: str, project: Project | None
) -> tuple[tuple[str, ...], Span | None]:
    """The secrets that Compose needs and that the `.env` beside it, which git ignores, must give; not those that the
    shells of developers have anyway.
    """
    if project is None or not workspace.is_ignored(path):
        return (), None
    needed = [
        reference
        for reference in project.interpolations
        if _is_secret(reference.name)
        and "-" not in reference.operator
        and reference.source is None
        and _OF_THE_SHELL.match(reference.name) is None
    ]
    return tuple(dict.fromkeys(r.name for r in needed)), needed[0].span if needed else None


def _is_secret(name: str) -> bool:
    """Whether a variable of the name holds a secret; what bundlers put into pages is for everybody who opens them."""
    return is_secret_name(name) and BUNDLED.match(name) is None


def _secrets(workspace: Workspace, path: str, *, real: bool) -> tuple[tuple[str, ...], Span | None]:
    """The variables of an env file that hold secrets; with `real`, only literals that may open something."""
    file = workspace.env_file(path)
    found = [
        entry
        for entry in (file.entries if file else ())
        if _is_secret(entry.key) and (not real or is_real_secret(entry.value or ""))
    ]
    declared = found[0].key_range.at(path) if found else None
    return tuple(dict.fromkeys(entry.key for entry in found)), declared


def _brought_by(image: Image, target: Stage, path: str) -> Copy | None:
    """The step that brings the file `path` from the context into the target stage, there or not yet there."""
    from dotmac_lint.model.image import Stage

    context = image.build_context
    assert context is not None
    if context.exclusion(path[len(context.prefix) :]) is not None:
        return None
    held: dict[int, dict[str, Copy]] = {}
    for stage in image.built_stages:
        places = dict(held[stage.base.index]) if isinstance(stage.base, Stage) else {}
        for copy in stage.copies:
            if copy.instruction.flag("exclude") is not None:
                continue
            if copy.origin == "context" and isinstance(copy.path, Known):
                rest = _rest(copy, path)
                if rest is not None:
                    places[_join(copy.destination, rest)] = copy
            elif copy.from_stage is not None and isinstance(copy.source_path, Known):
                source = copy.source_path.value.rstrip("/")
                for place, origin in held.get(copy.from_stage, {}).items():
                    if place == source or place.startswith(source + "/"):
                        places[_join(copy.destination, place[len(source) :].lstrip("/"))] = origin
        if stage is not target and stage not in target.chain and _removes(stage, path):
            places = {}
        held[stage.index] = places
    return next(iter(held.get(target.index, {}).values()), None)


def _rest(copy: Copy, path: str) -> str | None:
    """What of `path` lies below the COPY's source: "" for the file itself; None where it is not copied."""
    assert isinstance(copy.path, Known)
    source = copy.path.value
    if has_wildcards(source):
        matches = is_valid_glob(source) and go_match(source)(path)
        return posixpath.basename(path) if path in copy.matches or matches else None
    if copy.is_directory:
        if not source:
            return path
        return path[len(source) + 1 :] if path.startswith(source + "/") else None
    if path != source:
        return None
    return posixpath.basename(path) if copy.destination_is_directory else ""


def _join(destination: Known[str] | Unknown, rest: str) -> str:
    if isinstance(destination, Unknown):
        return f"?/{rest}"
    return posixpath.join(destination.value, rest).rstrip("/") if rest else destination.value.rstrip("/")


def _removes(stage: Stage, path: str) -> bool:
    """Whether a step of the stage removes the file."""
    name = posixpath.basename(path)
    runs = (instruction.value for instruction in stage.instructions if instruction.keyword == "RUN")
    commands = (command.split() for run in runs if name in run for command in re.split(r"[;&|\n]", run))
    return any("rm" in words and any(word.endswith(name) for word in words) for words in commands)


def _needs(service: Service, found: ImageSecret) -> bool:
    """Whether settings of the service may read the copy in the image, and nothing else gives it what stands there."""
    name = posixpath.basename(found.path)
    read = any(
        name
        in map(
            posixpath.basename, (*(settings.env_files or ()), *(f.path for f in settings.env_files_beside))
        )
        for settings in service.settings
    )
    return read and not any(service.environment.get(variable) for variable in found.names)


def keep_out(found: ImageSecret) -> Fix | None:
    """Add the file to the .dockerignore that counts; a COPY of the file itself would then fail, and a service whose
    settings get their values from the copy alone would not start."""
    context = found.image.build_context
    assert context is not None
    pattern = found.path[len(context.prefix) :]
    if (
        found.explicit
        or not re.fullmatch(r"[\w./-]+", pattern)
        or any(_needs(s, found) for s in found.services)
    ):
        return None
    path = found.image.ignore_path
    title = f"Add `{pattern}` to `{path or posixpath.join(context.directory, '.dockerignore')}`"
    if path is None:
        create = CreateFile(posixpath.join(context.directory, ".dockerignore"), f"{pattern}\n")
        return Fix(title, creates=(create,))
    source = found.image.workspace.source(path)
    if source is None:
        return None
    return Fix(title, edits=(append_lines(source, pattern),))
