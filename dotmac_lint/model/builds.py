"""What the builds of services name and do not have: contexts, Dockerfiles, targets, sources, arguments.

Source of behaviour: Compose Build Specification; moby/buildkit (frontend/dockerui: which Dockerfile is read;
dockerfile2llb: COPY, and the warning about arguments that were not consumed).
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec

from dotmac_lint.fix import Edit, Fix, joined
from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.model.build_commands import missing_dockerfiles
from dotmac_lint.model.compose_tree import Leaf
from dotmac_lint.model.edits import replace_word
from dotmac_lint.model.image import is_plain_image
from dotmac_lint.model.made_elsewhere import (
    is_copy,
    is_made_by_hand_or_script,
    is_made_elsewhere,
    is_own_program,
    is_told_to_be_written,
)
from dotmac_lint.model.similar import folders_beside, similar_file, similar_name, similar_path
from dotmac_lint.readers.dockerignore import has_wildcards
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.compose import Build
    from dotmac_lint.model.compose_tree import Text
    from dotmac_lint.model.deployment import Deployment, Repository, Service
    from dotmac_lint.model.image import Copy, Image, Stage
    from dotmac_lint.readers.dockerignore import Exclusion, Pattern
    from dotmac_lint.workspace import Workspace

_FIXTURE = regex(r"(^|/)tests?/(data|resources|fixtures|assets)/")
_REMOTE = regex(r"^(github\.com/|[\w.-]+@[\w.-]+:)|\.git(#|$)")
_SECRET = regex(r"(^|/)(\.env|\.git|secrets?)([./]|$)|\.(pem|key|p12|pfx|kdbx)$|(^|/)id_\w+$", re.IGNORECASE)
_FRONTEND = regex(r"^(docker\.io/)?docker/dockerfile(-upstream)?([:@].*)?$")


class MissingSource(msgspec.Struct, frozen=True):
    """A COPY or ADD of something that the build context does not have."""

    service: Service | None
    """None where no deployment builds the Dockerfile."""
    copy: Copy
    path: str
    """In the repository, where the context would hold it."""
    context: str
    context_span: Span | None
    elsewhere: str | None
    """The same words, read from another folder, name this path, which exists."""
    fix: Fix | None
    found_by_others: Literal["", "another context", "other arguments"]
    """What other builds of the Dockerfile have that find it."""
    absent: str
    """The outermost folder on the way that is not there either, else the path itself."""

    @property
    def secret(self) -> bool:
        """Nobody commits it."""
        return _SECRET.search(self.path) is not None

    @property
    def other_context(self) -> str | None:
        """The folder from which the words lead to what exists."""
        words = self.path.removeprefix(f"{self.context}/") if self.context else self.path
        return None if self.elsewhere is None else self.elsewhere.removesuffix(words).rstrip("/")


def by_cause(sources: Iterable[MissingSource]) -> list[list[MissingSource]]:
    """Those of one Dockerfile and context together that another context has, or that lie below one absent folder."""
    sources = tuple(sources)
    causes: dict[tuple[str, str, str], list[MissingSource]] = {}
    elsewhere = Counter((s.copy.span.path, s.context, s.other_context) for s in sources)
    for source in sources:
        place, other = source.copy.span.path, source.other_context
        moved = other is not None and elsewhere[place, source.context, other] > 1
        causes.setdefault((place, source.context, f"in {other}" if moved else source.absent), []).append(
            source
        )
    return list(causes.values())


def repair(group: Sequence[MissingSource]) -> Fix | None:
    """The repairs of all of one cause; not where another context is meant."""
    fixes = [found.fix for found in group if found.fix is not None]
    if len(fixes) < len(group) or (len(group) > 1 and group[0].elsewhere is not None):
        return None
    return joined(fixes)


def _builds(deployment: Deployment) -> Iterator[tuple[Service, Build]]:
    """The services of all profiles that are built in the repository: whoever starts the profile needs the image."""
    if all(_FIXTURE.search(path) for path in deployment.spec.files):
        return
    for service in deployment.startable:
        build = service.definition.build
        if build is not None and not _REMOTE.search(build.context.raw):
            yield service, build


_ARCHIVED = regex(
    r"(^|[/._-])(archived?|deprecated|legacy|old|backups?|attic)([._-][^/]*)?/|[._-]backup$",
    re.IGNORECASE,
)
"""Folders of what is no longer built, and how its files end."""


def missing_sources(deployment: Deployment) -> Iterator[MissingSource]:
    """Each COPY that stops the build of a service, once for each context."""
    workspace = deployment.repository.workspace
    seen: set[tuple[Span, str]] = set()
    for service, build in _builds(deployment):
        image = service.image
        if image is None or image.context is None or workspace.kind(image.context) != "directory":
            continue
        if _is_for_other_projects(workspace, _copies(image)):
            continue
        name = service.definition.image
        if name is not None and "$" in name.raw and deployment.repository.whole(image) is not image:
            continue  # a command makes the image first, and gives it the name
        for copy in _copies(image):
            if not copy.missing or not isinstance(copy.path, Known) or (copy.span, image.context) in seen:
                continue
            seen.add((copy.span, image.context))
            if any(reference.path.value == copy.path for reference in service.definition.env_files):
                continue  # the service needs it anyway: DM010
            if not _is_made(workspace, copy, copy.path.value):
                at = build.context.span
                yield _missing_source(deployment.repository, service, image, copy, copy.path.value, at)


def missing_sources_of_others(repository: Repository) -> Iterator[MissingSource]:
    """Each COPY of a Dockerfile that no deployment builds, where no context is likely that has the source.

    Likely are those that command lines state, else its own folder and those above; and only if they have most
    of what the Dockerfile copies. What is in another of these folders may be meant from there. A pattern that matches
    nothing speaks against one; that all of it is copied, for its own folder alone.
    """
    workspace = repository.workspace
    commanded: dict[str | None, list[Image]] = {}
    for _, image in repository.commanded_images:
        commanded.setdefault(image.dockerfile, []).append(image)
    for guess, others in repository.dockerfile_images:
        if guess.dockerfile not in commanded and _ARCHIVED.search(guess.dockerfile or ""):
            continue
        if guess in repository.built_images or not _FRONTEND.search(_syntax(guess)):
            continue
        found: list[tuple[Image, dict[Span, Copy]]] = []
        elsewhere: set[Span] = set()
        for image in commanded.get(guess.dockerfile, (guess, *others)):
            copies = [c for stage in image.stages for c in stage.copies if c.origin == "context"]
            missing = {copy.span: copy for copy in copies if copy.missing}
            if guess.dockerfile not in commanded:
                elsewhere.update(copy.span for copy in copies if not copy.missing)
            if not missing or _is_for_other_projects(workspace, copies):
                break
            own = posixpath.dirname(image.dockerfile or "") == image.context
            telling = [copy for copy in copies if own or copy.path != Known(image.context or "")]
            if (len(missing) + sum(map(_matches_nothing, telling))) * 2 < len(telling):
                found.append((image, missing))
        else:
            if not found:
                continue
            image, missing = min(found, key=lambda likely: len(likely[1]))
            for span, copy in missing.items():
                paths = [absent[span].path for _, absent in found if span in absent]
                known = [path.value for path in paths if isinstance(path, Known)]
                if span in elsewhere or len(known) < len(found) or not isinstance(copy.path, Known):
                    continue
                if not any(_is_made(workspace, copy, path) for path in known):
                    yield _missing_source(repository, None, image, copy, copy.path.value, None)


def _matches_nothing(copy: Copy) -> bool:
    path = copy.path.value if isinstance(copy.path, Known) else ""
    return has_wildcards(path) and not (copy.matches or copy.excluded)


_MANIFESTS = {
    "package.json": (".js", ".ts", ".mjs", ".cjs", ".jsx", ".tsx", ".vue", ".svelte"),
    "composer.json": (".php",),
    "go.mod": (".go",),
    "Cargo.toml": (".rs",),
    "Gemfile": (".rb",),
    "pom.xml": (".java", ".kt", ".scala"),
    "mix.exs": (".ex",),
    "requirements.txt": (".py",),
    "pyproject.toml": (".py",),
}
"""What an application of a language has, and what its sources end with."""


def _is_for_other_projects(workspace: Workspace, copies: Iterable[Copy]) -> bool:
    """Whether the Dockerfile builds an application in a language of which the repository has no line: a template."""
    wanted = [
        _MANIFESTS[name]
        for copy in copies
        if copy.missing and (name := posixpath.basename(copy.source.text)) in _MANIFESTS
    ]
    endings: set[str] = workspace.remembered(
        "endings", lambda: {posixpath.splitext(path)[1] for path in workspace.files}
    )
    return any(endings.isdisjoint(sources) for sources in wanted)


def _missing_source(
    repository: Repository, service: Service | None, image: Image, copy: Copy, path: str, at: Span | None
) -> MissingSource:
    contexts = {
        built.context
        for built in repository.built_images
        if built.dockerfile == image.dockerfile and not image.inline
        if any(other.span == copy.span and not other.missing for other in _copies(built))
    }
    found_by_others: Literal["", "another context", "other arguments"] = ""
    if contexts:
        found_by_others = "other arguments" if image.context in contexts else "another context"
    elsewhere = _elsewhere(image.workspace, image, path)
    found = MissingSource(
        service=service,
        copy=copy,
        path=path,
        context=image.context or "",
        context_span=at,
        elsewhere=elsewhere,
        fix=None,
        found_by_others=found_by_others,
        absent=image.workspace.absent(path),
    )
    all_meant = elsewhere is not None and _takes_all(image)
    fix = None if image.inline or found_by_others or all_meant else _other_source(image, copy, path)
    return msgspec.structs.replace(found, fix=fix)


def _is_made(workspace: Workspace, copy: Copy, path: str) -> bool:
    """Whether the source is made before the build; the line that makes it may have signs escaped as the COPY has."""
    written = copy.source.text
    return (
        is_made_elsewhere(workspace, path)
        or is_own_program(workspace, path)
        or ("\\" in written and is_made_by_hand_or_script(workspace, written))
    )


def _copies(image: Image) -> Iterator[Copy]:
    """What the build of the target takes from its context."""
    for stage in image.built_stages:
        yield from (copy for copy in stage.copies if copy.origin == "context")


def _elsewhere(workspace: Workspace, image: Image, path: str) -> str | None:
    context = image.context or ""
    words = path[len(context) + 1 :] if context else path
    own = [*_parents(image.dockerfile or "")]
    folders = [*(own if _takes_all(image) else own[:1]), posixpath.dirname(context), ""]
    candidates = [posixpath.join(folder, words) for folder in folders if folder != context]
    return next((candidate for candidate in candidates if workspace.kind(candidate)), None)


def _takes_all(image: Image) -> bool:
    """Whether it copies all of its context: all that it copies is meant from the folder that has some of it."""
    return any(copy.path == Known(image.context or "") for copy in _copies(image))


def _other_source(image: Image, copy: Copy, path: str) -> Fix | None:
    """Copy the file that was meant."""
    context = image.context or ""
    beside = posixpath.join(posixpath.dirname(image.dockerfile or ""), posixpath.basename(path))
    inside = image.workspace.is_listed(beside) and f"{beside}/".startswith(f"{context}/" if context else "")
    meant = beside if inside else similar_file(image.workspace, context, path)
    exclusion = image.build_context.exclusion if image.build_context else None
    written = meant[len(context) + 1 :] if meant and context else meant
    if written is None or (exclusion and exclusion(written)):
        return None
    if any(other.path == Known(meant) for other in _copies(image)):
        return None  # it is copied for itself
    name = posixpath.basename(path)
    source = image.workspace.source(copy.span.path)
    if copy.destination_is_directory and posixpath.basename(written) != name and source is not None:
        if source.text.count(name) > 1:
            return None  # other lines go by the name that it would have lost
    before = copy.span.range.slice(source.text).lstrip("\"'") if source is not None else ""
    edit = replace_word(image.workspace, copy.span, f"./{written}" if before.startswith("./") else written)
    return Fix(f"Copy `{written}` instead", edits=(edit,)) if edit else None


class IgnoredSource(msgspec.Struct, frozen=True):
    """A COPY of something that the ignore file keeps out of the build."""

    service: Service | None
    """None where no deployment builds the Dockerfile."""
    copy: Copy
    path: str
    pattern: Span
    """The line that keeps it out."""
    fix: Fix | None


def ignored_sources(deployment: Deployment) -> Iterator[IgnoredSource]:
    """Each COPY of a path that is not sent to the builder, once for each ignore file."""
    seen: set[tuple[Span, str | None]] = set()
    for service, _ in _builds(deployment):
        image = service.image
        for source in _ignored(image, service) if image is not None else ():
            if (source.copy.span, source.pattern.path) not in seen:
                seen.add((source.copy.span, source.pattern.path))
                yield source


def ignored_sources_of_others(repository: Repository) -> Iterator[IgnoredSource]:
    """Each such COPY of a Dockerfile that no deployment builds, in every context in which a command builds it; where
    none does, of one in the root, whose context is the root."""
    commanded: dict[str | None, list[Image]] = {}
    for _, image in repository.commanded_images:
        commanded.setdefault(image.dockerfile, []).append(image)
    built = {image.dockerfile for image in repository.built_images}
    for guess, others in repository.dockerfile_images:
        if guess.dockerfile in built or not _FRONTEND.search(_syntax(guess)):
            continue
        images = commanded.get(guess.dockerfile) or ([guess] if not (others or guess.context) else [])
        first, *rest = (
            {source.copy.span: source for source in _ignored(image, None)} for image in images or [guess]
        )
        yield from (
            source for span, source in first.items() if images and all(span in other for other in rest)
        )


def _ignored(image: Image, service: Service | None) -> Iterator[IgnoredSource]:
    """What the ignore file keeps out of the image's build.

    Of a folder whose content alone is ignored, BuildKit copies the empty folder; of a pattern, nothing.
    Whether the path is there does not matter, if a tool makes it: it is not sent either. Of what is never there DM005
    tells.
    """
    if image.build_context is None or image.ignore_path is None:
        return
    exclusion, prefix = image.build_context.exclusion, image.build_context.prefix
    for copy in _copies(image):
        if copy.matches or not isinstance(copy.path, Known) or has_wildcards(copy.path.value):
            continue
        inside = copy.path.value[len(prefix) :]
        pattern = exclusion(inside) if inside else None
        if copy.missing and not _is_made(image.workspace, copy, copy.path.value):
            continue
        if pattern is not None and not _is_readmitted(exclusion, inside):
            fix = _readmit(image.workspace, image.ignore_path, pattern, inside)
            span = pattern.range.at(image.ignore_path)
            yield IgnoredSource(service, copy, copy.path.value, span, fix)


def _is_readmitted(exclusion: Exclusion, path: str) -> bool:
    """Whether a later line may let in something below `path`."""
    return any(
        pattern.negated and (pattern.text.startswith(path + "/") or has_wildcards(pattern.text))
        for pattern in exclusion.patterns
    )


def _readmit(workspace: Workspace, ignore_path: str, pattern: Pattern, path: str) -> Fix | None:
    """Take the line away where it names just this path, else let the path in behind it; never a secret."""
    source = workspace.source(ignore_path)
    if source is None or _SECRET.search(path):
        return None
    line = source.position(pattern.range.start).line
    at = source.line_range(line)
    if pattern.text == path:
        end = min(at.end + len(source.newline), len(source.text))
        edit, title = Edit(Span(ignore_path, at.start, end), ""), f"No longer ignore `{path}`"
    else:
        edit = Edit(Span(ignore_path, at.end, at.end), f"{source.newline}!{path}")
        title = f"Let `{path}` in"
    return Fix(title, edits=(edit,))


class MissingReference(msgspec.Struct, frozen=True):
    """A build section, or a command, that names a context, a Dockerfile or a target that is not there."""

    service: Service | None
    kind: Literal["context", "named context", "dockerfile", "target"]
    name: str
    """The path in the repository, or the name of the target."""
    at: Span
    image: Image | None
    stages: tuple[Stage, ...]
    fix: Fix | None
    base: str | None = None
    """The folder from which the words of a context lead to what exists, where its own does not."""

    @property
    def absent(self) -> str:
        """The outermost folder on the way to it that is not there either, else its own path."""
        return self.service.workspace.absent(self.name) if self.service is not None else self.name

    @property
    def is_below(self) -> bool:
        """Whether it lies in a folder that is not there, and nothing says what is meant."""
        alone = self.fix is None and self.base is None
        return self.kind != "target" and alone and self.absent != self.name

    @property
    def cause(self) -> tuple[object, ...]:
        """What names the same, or lies in the same absent folder, in one file; a target, at one place."""
        place = self.at if self.service is None or self.kind == "target" else self.at.path
        if self.base is not None:
            return self.kind, self.base, self.at.path, bool(self.pulled)
        if self.is_below:
            return self.kind, self.absent, place, bool(self.pulled)
        return self.kind, self.name, place, self.pulled, self.fix and self.fix.title

    @property
    def pulled(self) -> str | None:
        """The image of a registry that Compose tries to pull before it builds (Compose specification, "build")."""
        definition = self.service.definition if self.service is not None else None
        image = definition.image.value if definition is not None and definition.image is not None else None
        if definition is None or not isinstance(image, Known) or "/" not in image.value:
            return None
        policy = definition.attribute("pull_policy")
        return None if isinstance(policy, Leaf) and policy.raw in ("build", "never") else image.value


def missing_references(deployment: Deployment) -> Iterator[MissingReference]:
    for found in _missing_references(deployment):
        if not deployment.is_placed:
            return
        yield found


_ELSEWHERE = regex(r"[a-z][a-z-]*:|git@")
"""Images, stages, services and repositories, which a build may have for contexts too."""


def _missing_references(deployment: Deployment) -> Iterator[MissingReference]:
    workspace = deployment.repository.workspace
    for service, build in _builds(deployment):
        context, dockerfile = build.context, build.dockerfile
        if not isinstance(context.value, Known) or context.outside:
            continue
        folder = context.value.value
        if workspace.kind(folder) != "directory":
            if not _may_be_there(deployment, service, folder, context.raw):
                base = _other_base(deployment, folder)
                if base is None:
                    meant = similar_path(folder, folders_beside(workspace, folder))
                    fix = _other_text(workspace, context, folder, meant) or _higher(
                        deployment, context, folder
                    )
                else:
                    fix = _from_base(deployment, context, folder, base)
                yield MissingReference(service, "context", folder, context.span, None, (), fix, base)
            continue
        for other in build.additional_contexts.values():
            place = other.value.value if isinstance(other.value, Known) and not other.outside else None
            if place is None or _ELSEWHERE.match(other.raw) or workspace.kind(place) is not None:
                continue
            if not _may_be_there(deployment, service, place, other.raw):
                yield MissingReference(service, "named context", place, other.span, None, (), None)
        image = service.image
        if image is None or image.context is None:
            continue
        if dockerfile is not None and image.syntax is None and isinstance(dockerfile.value, Known):
            path = dockerfile.value.value
            written = posixpath.join(context.raw, dockerfile.raw)
            if (
                workspace.kind(path) is None
                and not _may_be_there(deployment, service, path, written)
                and not _is_overlaid(deployment, service, path)
            ):
                fix = None
                if dockerfile.span != context.span:
                    folder, name = posixpath.split(path)
                    near = workspace.files_in(folder)
                    others = (o for o in map(posixpath.basename, near) if not _is_variant(name, o))
                    meant = similar_name(name, others)
                    fix = _other_text(workspace, dockerfile, path, meant and posixpath.join(folder, meant))
                    fix = fix or _in_other_case(workspace, dockerfile, path)
                yield MissingReference(service, "dockerfile", path, dockerfile.span, image, (), fix)
        elif build.target is not None and isinstance(build.target.value, Known) and image.stages:
            name = build.target.value.value
            if image.target is None and name and _FRONTEND.search(_syntax(image)):
                stages = tuple(stage for stage in image.stages if stage.name)
                meant = similar_name(name, [stage.name or "" for stage in stages])
                fix = _other_text(workspace, build.target, name, meant)
                yield MissingReference(service, "target", name, build.target.span, image, stages, fix)


def _other_base(deployment: Deployment, folder: str) -> str | None:
    """The folder above the project's from which the words that lead to `folder` name a folder that exists."""
    words = posixpath.relpath(folder, deployment.spec.folder or ".")
    above = () if words.startswith("..") else (*_parents(deployment.spec.folder), "")
    exists = deployment.repository.workspace.kind
    return next((base for base in above if exists(posixpath.join(base, words)) == "directory"), None)


def _from_base(deployment: Deployment, context: Text, folder: str, base: str) -> Fix | None:
    """Write the context as it is called from the project's folder."""
    project = deployment.spec.folder
    meant = posixpath.join(base, posixpath.relpath(folder, project))
    written = posixpath.relpath(meant, project)
    edit = (
        None if context.references else replace_word(deployment.repository.workspace, context.span, written)
    )
    return Fix(f"Build `{meant}` instead", edits=(edit,)) if edit else None


def _higher(deployment: Deployment, context: Text, folder: str) -> Fix | None:
    """Write the context without the folders on the way that are not there, where the project's folder has the rest,
    and a Dockerfile in it."""
    workspace, project = deployment.repository.workspace, deployment.spec.folder
    below = posixpath.relpath(folder, workspace.absent(folder))
    meant = posixpath.join(project, below)
    if below == "." or context.references or workspace.kind(f"{meant}/Dockerfile") != "file":
        return None
    edit = replace_word(workspace, context.span, f"./{below}")
    return Fix(f"Build `{meant}` instead", edits=(edit,)) if edit else None


def _is_variant(name: str, other: str) -> bool:
    """Whether one of the Dockerfiles is called as the other, for a purpose of its own: Dockerfile.dev, Dockerfile."""
    short, long = sorted((name, other), key=len)
    return long.startswith(tuple(short + separator for separator in "._-"))


def missing_targets_of_commands(repository: Repository) -> Iterator[MissingReference]:
    """The targets of command lines and workflow steps that are no stages."""
    for command, image in repository.commanded_images:
        target = command.target
        if (
            target is None
            or not image.stages
            or image.stage(target.name)
            or not _FRONTEND.search(_syntax(image))
            or target.name.isupper()  # to be filled in
        ):
            continue
        stages = tuple(stage for stage in image.stages if stage.name)
        meant = similar_name(target.name, [stage.name or "" for stage in stages])
        fix = (
            Fix(f"Write `{meant}` instead of `{target.name}`", edits=(Edit(target.span, meant),))
            if meant
            else None
        )
        yield MissingReference(None, "target", target.name, target.span, image, stages, fix)


def missing_dockerfiles_of_steps(repository: Repository) -> Iterator[MissingReference]:
    """The Dockerfiles of workflow steps that do not exist."""
    for path, found in missing_dockerfiles(repository.workspace):
        at = Span(path, found.start, found.end)
        yield MissingReference(None, "dockerfile", found.path, at, None, (), None)


def _is_overlaid(deployment: Deployment, service: Service, dockerfile: str) -> bool:
    """Whether nothing says that the files are started alone, and with others they build from another Dockerfile."""
    files = set(deployment.spec.files)
    overlaid = (
        other.project.services.get(service.name)
        for other in deployment.repository.deployments
        if not deployment.spec.commanded and files < set(other.spec.files)
    )
    builds = (definition.build for definition in overlaid if definition is not None)
    return any(
        build is not None and build.dockerfile is not None and build.dockerfile.value != Known(dockerfile)
        for build in builds
    )


def _may_be_there(deployment: Deployment, service: Service, path: str, written: str) -> bool:
    """Whether `path` is made, or lies elsewhere because the project is started from another folder."""
    workspace = deployment.repository.workspace
    if is_made_elsewhere(workspace, path) or is_told_to_be_written(workspace, path):
        return True
    tail = re.sub(r"^(\.{0,2}/)+", "", posixpath.normpath(written))
    lies_elsewhere = any(
        place == tail or place.endswith("/" + tail)
        for file in workspace.files
        if tail in file
        for place in (file, *_parents(file))
    )
    return lies_elsewhere and (
        not (deployment.spec.commanded or _builds_there(deployment))
        or service.definition.image is not None
        or any(is_copy(workspace, file) for file in deployment.spec.files)
    )


def _builds_there(deployment: Deployment) -> bool:
    """Whether another service of the files finds its Dockerfile from the folder that they lie in."""
    images = (service.image for service, build in _builds(deployment) if not build.context.outside)
    return any(image is not None and image.dockerfile and image.syntax is not None for image in images)


def _parents(path: str) -> Iterator[str]:
    while path := posixpath.dirname(path):
        yield path


def _other_text(workspace: Workspace, text: Text, path: str, meant: str | None) -> Fix | None:
    """Write the last part of `meant` where `text` has the last part of `path`."""
    name, other = posixpath.basename(path), posixpath.basename(meant or "")
    if meant is None or text.references or posixpath.dirname(meant) != posixpath.dirname(path):
        return None
    head, found, tail = text.raw.rpartition(name)
    if not found or tail.strip("/"):
        return None
    edit = replace_word(workspace, text.span, head + other + tail)
    return Fix(f"Write `{other}` instead of `{name}`", edits=(edit,)) if edit else None


def _in_other_case(workspace: Workspace, text: Text, path: str) -> Fix | None:
    """Write the file as it is called: some file systems take small letters and capitals for the same."""
    files = workspace.named(posixpath.basename(path))
    meant = next((file for file in files if file.lower() == path.lower()), "")[-len(text.raw) :]
    if text.references or not meant or meant.lower() != text.raw.lower():
        return None
    edit = replace_word(workspace, text.span, meant)
    return Fix(f"Write `{meant}` instead: case counts", edits=(edit,)) if edit else None


def _syntax(image: Image) -> str:
    """The frontend that reads the Dockerfile."""
    return image.syntax.directives.get("syntax", "docker/dockerfile") if image.syntax else ""


class UnknownArgument(msgspec.Struct, frozen=True):
    """A build argument for which the Dockerfile has no ARG."""

    service: Service | None
    """None where a command line gives it."""
    name: str
    at: Span
    image: Image
    meant: str | None
    """The ARG that was meant."""

    @property
    def fix(self) -> Fix | None:
        edits = (Edit(self.at, self.meant),) if self.meant is not None else ()
        return Fix(f"Rename `{self.name}` to `{self.meant}`", edits) if edits else None


def unknown_arguments(deployment: Deployment) -> Iterator[list[UnknownArgument]]:
    """For each build the arguments that no ARG of its Dockerfile takes; a block of several services may suit one, and
    one that is an environment as well suits that."""
    accepted = deployment.repository.accepted_arguments
    environments = (service.definition.environment for service in deployment.startable)
    shared = {variable.name_span for environment in environments for variable in environment}
    for service, build in _builds(deployment):
        if service.image is not None:
            spans = {name: value.name_span for name, value in build.args.items()}
            given = {name: at for name, at in spans.items() if at not in accepted and at not in shared}
            yield list(_unknown(service, service.image, given, build.args.keys()))


def unknown_arguments_of_commands(repository: Repository) -> Iterator[list[UnknownArgument]]:
    """The same of the command lines and workflow steps that build an image."""
    for command, image in repository.commanded_images:
        given = {argument.name: argument.span for argument in command.arguments}
        yield list(_unknown(None, image, given, given.keys()))


def _is_left_to_base(image: Image, base: str) -> bool:
    """Whether nothing is copied: ONBUILD steps of the base, which are not seen, do what a build is for."""
    return "/" in base and not is_plain_image(base) and not any(stage.copies for stage in image.stages)


def _unknown(
    service: Service | None, image: Image, given: Mapping[str, Span], all_given: Collection[str]
) -> Iterator[UnknownArgument]:
    base = image.external_base
    if not image.stages or not _FRONTEND.search(_syntax(image)):
        return
    if isinstance(base, Known) and ("onbuild" in base.value or _is_left_to_base(image, base.value)):
        return
    for name, at in given.items():
        if not image.accepts_argument(name):
            free = [argument for argument in sorted(image.declared_args) if argument not in all_given]
            yield UnknownArgument(service, name, at, image, similar_name(name, free))
