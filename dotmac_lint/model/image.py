"""The image that a Dockerfile builds: its stages, their environment, and the files that they hold.

Source of behaviour: moby/buildkit, frontend/dockerfile/dockerfile2llb (stages, arguments, inheritance) and
solver/llbsolver/file (where COPY puts what). What the base image or a RUN step adds cannot be seen:
`Stage.holds` answers Unknown wherever one of them may have made the path.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from dotmac_lint.known import Known, Unknown
from dotmac_lint.lazy import regex
from dotmac_lint.model.environment import Variable
from dotmac_lint.model.run_step import RunStep, Value, executable_mode, is_system_path
from dotmac_lint.readers.dockerfile import (
    Dockerfile,
    ExpansionError,
    Flag,
    Heredoc,
    Instruction,
    Word,
    expand_word,
    read_dockerfile,
)
from dotmac_lint.readers.dockerignore import (
    Dockerignore,
    Exclusion,
    Pattern,
    go_match,
    has_wildcards,
    is_valid_glob,
)
from dotmac_lint.source import Range, Span

if TYPE_CHECKING:
    from dotmac_lint.workspace import Workspace

PROXY_ARGUMENTS = frozenset(
    name
    for proxy in ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
    for name in (proxy, proxy.lower())
)
"""Arguments that every Dockerfile takes without ARG."""
BUILDKIT_ARGUMENTS = frozenset(
    {"SOURCE_DATE_EPOCH", "BUILDKIT_CACHE_MOUNT_NS", "BUILDKIT_CONTEXT_KEEP_GIT_DIR", "BUILDKIT_INLINE_CACHE"}
    | {"BUILDKIT_MULTI_PLATFORM", "BUILDKIT_SANDBOX_HOSTNAME", "BUILDKIT_SYNTAX", "BUILDKIT_DOCKERFILE_CHECK"}
)
"""Arguments that BuildKit itself takes."""
PLATFORM_ARGUMENTS = frozenset(
    side + part for side in ("BUILD", "TARGET") for part in ("PLATFORM", "OS", "OSVERSION", "ARCH", "VARIANT")
) | {"TARGETSTAGE"}
MAX_PLACED = 400_000
"""Files placed by all COPY steps of an image; beyond it nothing more is followed."""
MAX_FOLLOWED = 2_000
"""Places that are asked for one path."""
MAX_DEPTH = 40
"""COPY --from steps that are followed from one stage into another."""

# Images without an application of their own: what they hold lies in the system's folders.
_PLAIN_IMAGES = regex(
    r"(?:docker\.io/|public\.ecr\.aws/docker/)?(?:library/)?(?:alpine|debian|ubuntu|python|node|golang|rust|ruby|busybox"
    r"|fedora|centos|rockylinux|almalinux|amazonlinux|archlinux|buildpack-deps|openjdk|eclipse-temurin|amazoncorretto"
    r"|maven|gradle|pypy|oraclelinux|php|perl|erlang|elixir)"
    r"|(?:ghcr\.io/|docker\.io/)?(?:astral-sh/(?:uv|python)|astral/uv)|gcr\.io/distroless/[^/]+|(?:docker\.io/)?nvidia/cuda"
    r"|mcr\.microsoft\.com/(?:dotnet/[a-z/]+|devcontainers/[^/]+)|cgr\.dev/chainguard/(?:python|node|wolfi-base|static|bash)"
    r"|(?:docker\.io/)?oven/bun|denoland/deno|registry\.access\.redhat\.com/ubi\d+(?:/ubi)?(?:-\w+)?"
)
_DIRECTORIES = frozenset(
    {
        "/",
        "/bin",
        "/etc",
        "/home",
        "/lib",
        "/media",
        "/mnt",
        "/opt",
        "/root",
        "/run",
        "/sbin",
        "/srv",
        "/tmp",
        "/usr",
    }
    | {
        "/usr/bin",
        "/usr/lib",
        "/usr/local",
        "/usr/local/bin",
        "/usr/local/etc",
        "/usr/local/lib",
        "/usr/local/sbin",
    }
    | {
        "/usr/local/share",
        "/usr/sbin",
        "/usr/share",
        "/usr/src",
        "/var",
        "/var/lib",
        "/var/log",
        "/var/run",
        "/etc/cron.d",
    }
    | {
        "/docker-entrypoint-initdb.d",
        "/etc/nginx",
        "/etc/nginx/conf.d",
        "/etc/nginx/templates",
        "/usr/share/nginx/html",
    }
)


class Place(NamedTuple):
    """The Dockerfile's spans: in its file, or all of them the value of `dockerfile_inline`."""

    path: str
    inline: Span | None

    def span(self, at: Range) -> Span:
        return self.inline or at.at(self.path)


class Command(msgspec.Struct, frozen=True, gc=False):
    """ENTRYPOINT, CMD, or the command of HEALTHCHECK. A shell form is one word."""

    form: Literal["exec", "shell"]
    words: tuple[str, ...]
    spans: tuple[Span, ...]
    span: Span
    instruction: Instruction | None = None


class Argument(msgspec.Struct, frozen=True, gc=False):
    """An ARG. `value` is None when it has neither a default nor a build argument."""

    name: str
    value: Known[str] | Unknown | None
    default: Known[str] | Unknown | None
    span: Span


class Chmod(msgspec.Struct, frozen=True):
    """A path or glob that gets an execute bit, absolute where that can be told."""

    path: str
    recursive: bool
    span: Span


class Copy(msgspec.Struct, frozen=True, gc=False):
    """One source of one COPY or ADD."""

    stage: int
    instruction: Instruction
    source: Word
    span: Span
    path: Known[str] | Unknown | None
    """In the repository, or None when the source is not in a build context; may hold wildcards."""
    destination: Known[str] | Unknown
    """Absolute; as written in respect of a slash at its end."""
    destination_is_directory: bool
    origin: Literal["context", "stage", "image", "named", "heredoc", "remote"] = "context"
    from_stage: int | None = None
    from_image: Known[str] | Unknown | None = None
    """`--from=IMAGE`, the named context, or the URL."""
    source_path: Known[str] | Unknown | None = None
    """Absolute in the stage or image that it is copied from."""
    matches: tuple[str, ...] = ()
    """The repository's files that are copied."""
    excluded: Pattern | None = None
    """The ignore pattern that removed all that the source names."""
    ignore_path: str | None = None
    missing: bool = False
    """Nothing in the context, neither listed nor on disk, has the name. A pattern may match nothing."""
    is_directory: bool = False
    heredoc: Heredoc | None = None
    parents: bool = False


class _Context:
    """A folder that is sent to the builder."""

    def __init__(self, workspace: Workspace, directory: str, ignore_path: str | None) -> None:
        self.workspace = workspace
        self.directory = directory
        self.prefix = f"{directory}/" if directory else ""
        self.ignore_path = ignore_path
        ignore = workspace.dockerignore(ignore_path) if ignore_path else None
        self.exclusion = Exclusion(ignore or Dockerignore())
        self._under: dict[str, tuple[tuple[str, ...], Pattern | None]] = {}

    def under(self, path: str) -> tuple[tuple[str, ...], Pattern | None]:
        """The files sent below a folder of the context, or the one that it is a link to, and a pattern that keeps
        others of them out."""
        if path not in self._under:
            folder = self.workspace.real((self.prefix + path).rstrip("/"))
            root = f"{self.workspace.real(self.directory)}/" if self.directory else ""
            skip = len(root)
            sent, first = [], None
            for file in self.workspace.under(folder) if f"{folder}/".startswith(root) else ():
                pattern = self.exclusion(file[skip:])
                if pattern is None:
                    sent.append(file)
                else:
                    first = first or pattern
            self._under[path] = (tuple(sent), first)
        return self._under[path]

    def find(self, path: str) -> tuple[tuple[str, ...], Pattern | None, bool, bool]:
        """(files sent, pattern that removed everything, missing, is a directory) for a cleaned source."""
        if has_wildcards(path):
            return self.glob(path)
        full = (self.prefix + path).rstrip("/")
        kind = self.workspace.kind(full or "")
        if kind == "file":
            pattern = self.exclusion(path)
            return (
                ((), pattern, False, False) if pattern else ((self.workspace.real(full),), None, False, False)
            )
        if kind == "directory" or not path:
            files, pattern = self.under(path)
            if not files and not pattern and path:
                pattern = self.exclusion(path)
            return files, None if files else pattern, False, True
        return (), None, True, False

    def glob(self, path: str) -> tuple[tuple[str, ...], Pattern | None, bool, bool]:
        parts = path.split("/")
        fixed = next(index for index, part in enumerate(parts) if has_wildcards(part) or "\\" in part)
        base = "/".join(parts[:fixed])
        wild = "/".join(parts[fixed:])
        if not is_valid_glob(wild):
            return (), None, True, False
        match, depth = go_match(wild), len(parts) - fixed
        skip = len(self.prefix) + (len(base) + 1 if base else 0)
        seen: dict[str, bool] = {}
        found, pattern = [], None
        for file in self.workspace.under((self.prefix + base).rstrip("/")):
            head = "/".join(file[skip:].split("/", depth)[:depth])
            if head not in seen:
                seen[head] = head.count("/") == depth - 1 and match(head)
            if seen[head]:
                removed = self.exclusion(file[len(self.prefix) :])
                pattern = pattern or removed
                if removed is None:
                    found.append(file)
        return tuple(found), None if found else pattern, False, False


def _context(workspace: Workspace, directory: str, ignore_path: str | None) -> _Context:
    found: _Context = workspace.remembered(
        f"context {directory}\0{ignore_path or ''}", lambda: _Context(workspace, directory, ignore_path)
    )
    return found


def build_image(
    workspace: Workspace,
    dockerfile_path: str | None,
    *,
    inline: str | None = None,
    inline_span: Span | None = None,
    context: str | None = "",
    target: Value | None = None,
    build_args: Mapping[str, Value | None] | None = None,
    additional_contexts: Mapping[str, Value] | None = None,
) -> Image:
    """The image of a build section. Paths are relative to the root; `context` is None where it is unknown,
    remote, or outside the root. With `inline` (dockerfile_inline), all spans are `inline_span`.
    `additional_contexts` gives a path relative to the root, or a URL such as `docker-image://...`.
    """
    return Image(
        workspace,
        dockerfile_path,
        inline,
        inline_span,
        context,
        target,
        build_args or {},
        additional_contexts or {},
    )


class _UnresolvedError(Exception):
    """A variable whose value is not known."""


def untagged(name: str) -> str:
    """The image's name without its tag and digest."""
    head, slash, tail = name.partition("@")[0].rpartition("/")
    return head + slash + tail.partition(":")[0]


def is_plain_image(name: str) -> bool:
    """Whether the image `name` is a language runtime or a plain system, which reads no settings of its own."""
    return name == "scratch" or bool(_PLAIN_IMAGES.fullmatch(untagged(name)))


_WEB_SERVERS = regex(r"(.*/)?(nginx|nginx-unprivileged|caddy|httpd)")
_SERVES = regex(r"(?!.*(?:&&|\|))(\S*/)?(nginx|caddy|httpd(-foreground)?)(\s.*)?", re.DOTALL)


class Image:
    """What `docker build` makes of one Dockerfile. Nothing is worked out before it is asked for."""

    def __init__(
        self,
        workspace: Workspace,
        dockerfile: str | None,
        inline: str | None,
        inline_span: Span | None,
        context: str | None,
        target: Value | None,
        build_args: Mapping[str, Value | None],
        additional_contexts: Mapping[str, Value],
    ) -> None:
        self.workspace = workspace
        self.dockerfile = dockerfile
        self.context = context
        self.requested_target = target
        self.build_args = build_args
        self.additional_contexts = {name.lower(): value for name, value in additional_contexts.items()}
        self.syntax: Dockerfile | None
        if inline is not None:
            self.syntax = read_dockerfile(inline)
        else:
            self.syntax = workspace.dockerfile(dockerfile) if dockerfile is not None else None
        self.place = Place(dockerfile or "", (inline_span or Span("", 0, 0)) if inline is not None else None)
        self.inline = inline is not None
        self.placed = self.followed = 0

    @cached_property
    def ignore_path(self) -> str | None:
        """The ignore file that counts: the Dockerfile's own before the context's."""
        if self.context is None:
            return None
        own = f"{self.dockerfile}.dockerignore"
        if not self.inline and self.dockerfile and self.workspace.kind(own) == "file":
            return own
        common = f"{self.context}/.dockerignore".lstrip("/")
        return common if self.workspace.kind(common) == "file" else None

    @cached_property
    def build_context(self) -> _Context | None:
        return None if self.context is None else _context(self.workspace, self.context, self.ignore_path)

    @cached_property
    def global_args(self) -> dict[str, Argument]:
        """The ARGs before the first FROM."""
        arguments: dict[str, Argument] = {}

        def lookup(name: str) -> str | None:
            if name in arguments:
                return _text(arguments[name].value)
            if name in PLATFORM_ARGUMENTS:
                raise _UnresolvedError(f"{name} depends on the platform")
            return None

        for instruction in self.syntax.instructions if self.syntax else ():
            if instruction.keyword == "FROM":
                break
            if instruction.keyword == "ARG":
                for argument in self.arguments(instruction, lookup, {}):
                    arguments[argument.name] = argument
        return arguments

    def arguments(
        self, instruction: Instruction, lookup: Callable[[str], str | None], defaults: Mapping[str, Argument]
    ) -> Iterator[Argument]:
        """One at a time: `lookup` sees those before."""
        for pair in instruction.pairs:
            name = self.expand(pair.name.text, lookup)
            if isinstance(name, Unknown):
                continue
            default = None if pair.value is None else self.expand(pair.value.text, lookup)
            value: Known[str] | Unknown | None = default
            if default is None and name.value in defaults:
                value = defaults[name.value].value
            if name.value in self.build_args:
                given = self.build_args[name.value]
                value = (
                    given
                    if given is not None
                    else Unknown(f"the build argument {name.value} comes from the host")
                )
            elif value is None and name.value in PLATFORM_ARGUMENTS:
                value = Unknown(f"{name.value} depends on the platform")
            end = pair.value.range.end if pair.value else pair.name.range.end
            yield Argument(name.value, value, default, self.place.span(Range(pair.name.range.start, end)))

    def expand(self, word: str, lookup: Callable[[str], str | None], unset: Iterable[str] = ()) -> Value:
        """`unset`: arguments without a value, on which the word must not depend to be known."""
        for name in unset:
            if re.search(rf"\$(?:{re.escape(name)}\b|\{{{re.escape(name)}\}})", word):
                return Unknown(f"the build argument {name} is given to the build by hand")
        try:
            return Known(expand_word(word, lookup, self.syntax.escape if self.syntax else "\\"))
        except _UnresolvedError as reason:
            return Unknown(str(reason))
        except (ExpansionError, re.error) as reason:
            return Unknown(f"the expansion fails: {reason}")

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        stages: list[Stage] = []
        names: dict[str, Stage] = {}
        start: Instruction | None = None
        body: list[Instruction] = []

        def close() -> None:
            if start is not None:
                stage = Stage(self, len(stages), start, tuple(body), names)
                stages.append(stage)
                if stage.name:
                    names[stage.name] = stage
                body.clear()

        for instruction in self.syntax.instructions if self.syntax else ():
            if instruction.keyword == "FROM":
                close()
                start = instruction
            elif start is not None:
                body.append(instruction)
        close()
        return tuple(stages)

    def stage(self, name: str) -> Stage | None:
        """By name (any case; the last of several) or by index."""
        for stage in reversed(self.stages):
            if stage.name and stage.name == name.lower():
                return stage
        return (
            self.stages[int(name)]
            if name.isdecimal() and name.isascii() and int(name) < len(self.stages)
            else None
        )

    @cached_property
    def target(self) -> Stage | None:
        """The stage that is built; None for a target that is unknown or not there, or without any stage."""
        if isinstance(self.requested_target, Unknown):
            return None
        if self.requested_target is None or not self.requested_target.value:
            return self.stages[-1] if self.stages else None
        return self.stage(self.requested_target.value)

    @cached_property
    def external_base(self) -> Value:
        """The image at the end of the target's FROM chain."""
        if self.target is None:
            return Unknown("the stage that is built is not known")
        return self.target.external_base

    @cached_property
    def built_stages(self) -> tuple[Stage, ...]:
        """The stages that BuildKit runs for the target; others are skipped."""
        needed: set[int] = set()
        todo = [self.target] if self.target else []
        while todo:
            stage = todo.pop()
            if stage.index in needed:
                continue
            needed.add(stage.index)
            if isinstance(stage.base, Stage):
                todo.append(stage.base)
            todo += [self.stages[index] for index in stage.uses]
        return tuple(stage for stage in self.stages if stage.index in needed)

    @cached_property
    def lacks_sources(self) -> bool:
        """Whether the build stops at something that the context does not have."""
        copies = (copy for stage in self.built_stages for copy in stage.copies)
        return any(copy.missing and copy.origin == "context" for copy in copies)

    @cached_property
    def declared_args(self) -> frozenset[str]:
        """Every ARG of the file, in whichever stage: a build argument outside it has no effect (DM052)."""
        names = set(self.global_args)
        for stage in self.stages:
            names |= stage.args.keys()
        return frozenset(names)

    def accepts_argument(self, name: str) -> bool:
        """Whether some ARG takes it, or BuildKit, which knows those of the platform whether or not they are given."""
        return (
            name in self.declared_args
            or name in PROXY_ARGUMENTS
            or name in BUILDKIT_ARGUMENTS
            or name in PLATFORM_ARGUMENTS
        )


class _State:
    """What a stage has come to after its last instruction."""

    def __init__(self, parent: _State | None, scratch: bool) -> None:
        outside = None if scratch else Unknown("the base image may set it")
        self.environment: dict[str, Variable] = dict(parent.environment) if parent else {}
        self.args: dict[str, Argument] = {}
        self.workdir: Value = (
            parent.workdir if parent else (Known("/") if scratch else Unknown("the base image sets it"))
        )
        self.user: Known[str] | Unknown | None = parent.user if parent else outside
        self.entrypoint: Command | Unknown | None = parent.entrypoint if parent else outside
        self.cmd: Command | Unknown | None = parent.cmd if parent else outside
        self.healthcheck: Command | Unknown | None = parent.healthcheck if parent else outside
        self.shell: tuple[str, ...] = parent.shell if parent else ("/bin/sh", "-c")
        self.exposed: tuple[str, ...] = parent.exposed if parent else ()
        self.steps: list[Copy | RunStep] = []
        self.chmods: tuple[Chmod, ...] = parent.chmods if parent else ()
        self.tools: set[str] = set(parent.tools) if parent else set()
        self.directories: set[str] = set(parent.directories) if parent else set()


class Stage:
    """One FROM and what follows it."""

    def __init__(
        self,
        image: Image,
        index: int,
        start: Instruction,
        instructions: tuple[Instruction, ...],
        names: Mapping[str, Stage],
    ) -> None:
        self.image = image
        self.index = index
        self.start = start
        self.instructions = instructions
        words = start.arguments
        named = len(words) == 3 and words[1].text.lower() == "as"
        self.name = words[2].text.lower() if named else None
        self.span = image.place.span(words[2].range if named else start.range)
        self.base_span = image.place.span(words[0].range if words else start.range)
        self.base: Stage | Value = self._base(words[0].text if words else "", names)

    def __repr__(self) -> str:
        return f"<Stage {self.index} {self.name or ''}>"

    def _base(self, word: str, names: Mapping[str, Stage]) -> Stage | Value:
        image = self.image

        def lookup(name: str) -> str | None:
            if name in image.global_args:
                return _text(image.global_args[name].value)
            if name in PLATFORM_ARGUMENTS:
                raise _UnresolvedError(f"{name} depends on the platform")
            return None

        name = image.expand(word, lookup, _unset(image.global_args))
        if isinstance(name, Unknown):
            return name
        if name.value.lower() in image.additional_contexts:
            given = image.additional_contexts[name.value.lower()]
            if isinstance(given, Known) and given.value.startswith("docker-image://"):
                return Known(given.value.removeprefix("docker-image://"))
            return Unknown(f"the base {name.value} is a named build context")
        found = names.get(name.value.lower())
        if found:
            return found
        return name if name.value else Unknown("the name of the base image is empty")

    @cached_property
    def chain(self) -> tuple[Stage, ...]:
        """This stage and those that it is FROM, the first one first."""
        chain: list[Stage] = [self]
        while isinstance(base := chain[-1].base, Stage):
            chain.append(base)
        return tuple(reversed(chain))

    @property
    def external_base(self) -> Value:
        base = self.chain[0].base
        assert not isinstance(base, Stage)
        return base

    @property
    def is_web_server(self) -> bool:
        """Whether it is an image of a web server that starts that server and nothing else, as far as is known."""
        base, starts = self.external_base, (self.entrypoint, self.cmd)
        return (
            isinstance(base, Known)
            and bool(_WEB_SERVERS.fullmatch(untagged(base.value)))
            and all(
                _SERVES.fullmatch(" ".join(start.words)) for start in starts if isinstance(start, Command)
            )
        )

    @property
    def from_scratch(self) -> bool:
        return self.external_base == Known("scratch")

    @cached_property
    def _state(self) -> _State:
        for stage in self.chain[:-1]:
            _ = stage._state  # from the first on, so that nothing recurses
        parent = self.base._state if isinstance(self.base, Stage) else None
        return _Evaluation(self, _State(parent, self.from_scratch)).run()

    @property
    def environment(self) -> dict[str, Variable]:
        """The ENV of this stage and of those it is FROM; what an external base sets is not in it."""
        return self._state.environment

    @property
    def args(self) -> dict[str, Argument]:
        """The ARGs declared in this stage itself."""
        return self._state.args

    @property
    def workdir(self) -> Value:
        return self._state.workdir

    @property
    def user(self) -> Known[str] | Unknown | None:
        return self._state.user

    @property
    def entrypoint(self) -> Command | Unknown | None:
        """Unknown: that of the base image. None: none, or reset by `ENTRYPOINT []`."""
        return self._state.entrypoint

    @property
    def cmd(self) -> Command | Unknown | None:
        return self._state.cmd

    @property
    def healthcheck(self) -> Command | Unknown | None:
        """None also for HEALTHCHECK NONE."""
        return self._state.healthcheck

    @property
    def exposed(self) -> tuple[str, ...]:
        return self._state.exposed

    @property
    def chmods(self) -> tuple[Chmod, ...]:
        return self._state.chmods

    @property
    def installed_tools(self) -> frozenset[str]:
        """What the package managers' command lines of this stage and of those it is FROM name."""
        return frozenset(self._state.tools)

    @property
    def copies(self) -> tuple[Copy, ...]:
        """The COPY and ADD sources of this stage itself."""
        return tuple(step for step in self._state.steps if isinstance(step, Copy))

    @property
    def runs(self) -> tuple[RunStep, ...]:
        return tuple(step for step in self._state.steps if isinstance(step, RunStep))

    @cached_property
    def uses(self) -> tuple[int, ...]:
        """The stages that COPY --from and RUN --mount=from take something of."""
        used = {copy.from_stage for copy in self.copies if copy.from_stage is not None}
        for options in self._mounts:
            found = self.earlier(options.get("from", ""))
            if found is not None:
                used.add(found.index)
        return tuple(sorted(used))

    @property
    def _mounts(self) -> Iterator[dict[str, str]]:
        """The options of each RUN --mount."""
        for instruction in self.instructions:
            for flag in instruction.flags:
                if flag.name == "mount" and instruction.keyword == "RUN":
                    yield dict(part.partition("=")[::2] for part in (flag.value or "").split(","))

    @cached_property
    def shown(self) -> frozenset[str]:
        """The repository's files that a RUN step sees without a COPY, and may install: RUN --mount=type=bind."""
        context = self.image.build_context
        if context is None:
            return frozenset()
        sources = {
            posixpath.normpath("/" + options.get("source", options.get("src", ""))).strip("/")
            for options in self._mounts
            if options.get("type", "bind") == "bind" and "from" not in options
        }
        return frozenset(file for source in sources for file in context.find(source)[0])

    def earlier(self, name: str) -> Stage | None:
        found = self.image.stage(name) if name else None
        if found is not None and found.index >= self.index:
            same = [stage for stage in self.image.stages[: self.index] if stage.name == name.lower()]
            found = same[-1] if same else None
        return found

    # ---- files

    @cached_property
    def files(self) -> Mapping[str, str]:
        """Absolute path in the image -> path in the repository, of all that COPY and ADD put there."""
        for stage in self._unfinished():
            _ = stage.files  # those that it needs before it, so that nothing recurses
        files = dict(self.base.files) if isinstance(self.base, Stage) else {}
        image = self.image
        for copy in self.copies:
            if isinstance(copy.destination, Unknown) or image.placed > MAX_PLACED:
                continue
            before = len(files)
            files.update(self._placed(copy, files))
            image.placed += max(len(copy.matches), len(files) - before)
        return files

    def _unfinished(self) -> list[Stage]:
        """The stages that this one takes files of and that have not listed theirs, in order."""
        found: dict[int, Stage] = {}
        todo: list[Stage] = [self]
        while todo:
            stage = todo.pop()
            earlier = [
                self.image.stages[copy.from_stage] for copy in stage.copies if copy.from_stage is not None
            ]
            if isinstance(stage.base, Stage):
                earlier.append(stage.base)
            for needed in earlier:
                if "files" not in needed.__dict__ and needed.index not in found:
                    found[needed.index] = needed
                    todo.append(needed)
        return [found[index] for index in sorted(found)]

    def _placed(self, copy: Copy, files: Mapping[str, str]) -> Iterable[tuple[str, str]]:
        assert isinstance(copy.destination, Known)
        destination = copy.destination.value
        target = destination.rstrip("/") or "/"
        into = "" if target == "/" else target
        is_directory = (
            copy.destination_is_directory or target in _DIRECTORIES or target in self._state.directories
        )
        if copy.origin in {"context", "named"} and isinstance(copy.path, Known):
            path = copy.path.value
            if copy.parents and self.image.build_context is not None:
                skip = len(self.image.build_context.prefix)
                return ((f"{into}/{file[skip:]}", file) for file in copy.matches)
            if copy.is_directory:
                skip = len(self.image.workspace.real(path)) + 1 if path else 0
                return ((f"{into}/{file[skip:]}", file) for file in copy.matches)
            if has_wildcards(path):
                return self._placed_glob(copy, into)
            if not is_directory and copy.matches and any(file.startswith(into + "/") for file in files):
                is_directory = True
            name = f"{into}/{posixpath.basename(path)}" if is_directory else target
            return ((name, file) for file in copy.matches)
        if copy.origin == "stage" and copy.from_stage is not None and isinstance(copy.source_path, Known):
            held = self.image.stages[copy.from_stage].files
            source = copy.source_path.value
            if has_wildcards(source):
                match, depth = go_match(source.lstrip("/")), source.count("/")
                rows = []
                for name, file in held.items():
                    head, rest = "/".join(name[1:].split("/")[:depth]), name[1:].split("/")[depth:]
                    if match(head):
                        rows.append((f"{into}/{'/'.join(rest) if rest else posixpath.basename(head)}", file))
                return rows
            if source in held:
                if not is_directory and any(file.startswith(into + "/") for file in files):
                    is_directory = True
                return [(f"{into}/{posixpath.basename(source)}" if is_directory else target, held[source])]
            prefix = source.rstrip("/") + "/"
            skip = len(prefix)
            return [(f"{into}/{name[skip:]}", file) for name, file in held.items() if name.startswith(prefix)]
        return ()

    def _placed_glob(self, copy: Copy, into: str) -> Iterator[tuple[str, str]]:
        assert isinstance(copy.path, Known)
        depth = copy.path.value.count("/") + 1
        for file in copy.matches:
            parts = file.split("/")
            # The content of a matched folder is copied, not the folder.
            rest = parts[depth:] or parts[-1:]
            yield f"{into}/{'/'.join(rest)}", file

    @property
    def sources(self) -> frozenset[str]:
        """The repository's files that the stage holds, wherever."""
        astray = (c for stage in self.chain for c in stage.copies if isinstance(c.destination, Unknown))
        return frozenset(self.files.values()).union(*(copy.matches for copy in astray))

    @cached_property
    def _folders(self) -> frozenset[str]:
        folders = set(self._state.directories)
        for name in self.files:
            folder = posixpath.dirname(name)
            while folder not in folders and folder != "/":
                folders.add(folder)
                folder = posixpath.dirname(folder)
        return frozenset(folders)

    def resolve(self, path: str) -> str | None:
        """`path` made absolute by the WORKDIR; None where that is not known."""
        if not path.startswith("/"):
            if isinstance(self.workdir, Unknown):
                return None
            path = posixpath.join(self.workdir.value, path)
        return "/" + posixpath.normpath(path).lstrip("/")

    def source_of(self, path: str) -> str | None:
        """The repository's file that lies at `path` in the image."""
        full = self.resolve(path)
        return None if full is None else self.files.get(full)

    def holds(self, path: str) -> Known[bool] | Unknown:
        """Whether a file or folder lies at `path` (absolute, or relative to the WORKDIR)."""
        full = self.resolve(path)
        if full is None:
            return Unknown("the working directory is not known")
        if full in self.files or full in self._folders or full == "/":
            return Known(True)
        why = self.creator(full)
        return Unknown(why) if why else Known(False)

    def may_create(self, path: str) -> bool:
        """Whether something that cannot be followed may have made `path`."""
        full = self.resolve(path)
        return full is None or self.creator(full) is not None

    def creator(self, path: str, depth: int = 0) -> str | None:
        """What may have made the absolute `path` besides the copied files, as a clause."""
        image = self.image
        if depth == 0:
            image.followed = 0
        image.followed += 1
        if depth > MAX_DEPTH or image.followed > MAX_FOLLOWED or image.placed > MAX_PLACED:
            return "the build has too many steps to follow"
        why = self._base_creates(path)
        if why:
            return why
        for stage in self.chain:
            for step in stage._state.steps:
                why = (
                    step.creates(path) if isinstance(step, RunStep) else self._copy_creates(step, path, depth)
                )
                if why:
                    return why
            if stage is not self and any(
                instruction.keyword == "ONBUILD" for instruction in stage.instructions
            ):
                return "an ONBUILD step may make it"
        return None

    def _base_creates(self, path: str) -> str | None:
        base = self.external_base
        if isinstance(base, Unknown):
            return "the base image is not known"
        if base.value == "scratch":
            return None
        tail = base.value.partition("@")[0].rpartition("/")[2]
        if _PLAIN_IMAGES.fullmatch(untagged(base.value)) and "onbuild" not in tail:
            inside = (
                is_system_path(path)
                or path in _DIRECTORIES
                or path.startswith(("/home/node", "/home/vscode"))
            )
            return f"the base image {base.value} may hold it" if inside else None
        return f"the base image {base.value} may hold it"

    def _copy_creates(self, copy: Copy, path: str, depth: int) -> str | None:
        if isinstance(copy.destination, Unknown):
            return "a COPY goes to a place that is not known"
        target = copy.destination.value.rstrip("/")
        if not (path == target or path.startswith(target + "/")):
            return None
        if copy.origin == "stage" and copy.from_stage is not None and isinstance(copy.source_path, Known):
            source = copy.source_path.value.rstrip("/")
            if has_wildcards(source):
                source = source.rpartition("/")[0]
                candidates = [f"{source}/{posixpath.basename(path)}"]
            else:
                rest = path[len(target) :]
                candidates = (
                    [source + rest, source]
                    if rest in {"", "/" + posixpath.basename(source)}
                    else [source + rest]
                )
            stage = self.image.stages[copy.from_stage]
            for candidate in candidates:
                why = stage.creator(candidate or "/", depth + 1)
                if why:
                    return why
            return None
        if copy.origin == "heredoc" and copy.heredoc:
            name = f"{target}/{copy.heredoc.name}"
            return "a COPY writes it from a heredoc" if path in {target, name} else None
        if copy.origin in {"image", "remote"}:
            return "it may be copied from outside the repository"
        if isinstance(copy.path, Unknown) or copy.path is None:
            return "a COPY takes something that is not known"
        if copy.missing or (has_wildcards(copy.path.value) and not copy.matches and not copy.excluded):
            return "a COPY takes something that is not in the repository"
        archive = copy.instruction.keyword == "ADD" and re.search(
            r"\.(tar(\.\w+)?|t?gz|tgz|txz|tbz2?)$", copy.path.value
        )
        if archive:
            return "an ADD unpacks an archive there"
        if copy.is_directory and not copy.excluded:
            # On disk, but not listed: generated and ignored by git.
            inside = f"{copy.path.value}/{path[len(target) + 1 :]}".strip("/")
            context = self.image.build_context
            if self.image.workspace.kind(inside) is not None and (
                copy.origin != "context"
                or context is None
                or not context.exclusion(inside[len(context.prefix) :])
            ):
                return "it is on disk, though git does not list it"
        return None

    def makes_executable(self, path: str) -> bool:
        """Whether a chmod (RUN, or COPY --chmod) covers the absolute `path`."""
        for chmod in self.chmods:
            if chmod.path == path or (chmod.recursive and path.startswith(chmod.path.rstrip("/") + "/")):
                return True
            if has_wildcards(chmod.path) and is_valid_glob(chmod.path) and go_match(chmod.path)(path):
                return True
        return False


def _text(value: Known[str] | Unknown | None) -> str | None:
    if isinstance(value, Unknown):
        raise _UnresolvedError(value.why)
    return None if value is None else value.value


def _unset(arguments: Mapping[str, Argument]) -> list[str]:
    return [name for name, argument in arguments.items() if argument.value is None]


_REFERENCE = regex(r"\\.|\$(?:\{([A-Za-z_]\w*)|([A-Za-z_]\w*))", re.S)


class _Evaluation:
    """Runs the instructions of one stage."""

    def __init__(self, stage: Stage, state: _State) -> None:
        self.stage = stage
        self.image = stage.image
        self.state = state
        self.cmd_set = False

    def run(self) -> _State:
        handlers: dict[str, Callable[[Instruction], None]] = {
            "ADD": self.copy,
            "ARG": self.arg,
            "CMD": self.cmd,
            "COPY": self.copy,
            "ENTRYPOINT": self.entrypoint,
            "ENV": self.env,
            "EXPOSE": self.expose,
            "HEALTHCHECK": self.healthcheck,
            "RUN": self.run_step,
            "SHELL": self.shell,
            "USER": self.user,
            "VOLUME": self.volume,
            "WORKDIR": self.workdir,
        }
        for instruction in self.stage.instructions:
            if handler := handlers.get(instruction.keyword):
                handler(instruction)
        return self.state

    def lookup(self, name: str) -> str | None:
        if name in self.state.environment:
            return _text(self.state.environment[name].value)
        if name in self.state.args:
            return _text(self.state.args[name].value)
        if not self.stage.from_scratch and name not in self.image.global_args:
            raise _UnresolvedError(f"{name} may come from the base image")
        return None

    def expand(self, word: str) -> Value:
        return self.image.expand(word, self.lookup)

    def expand_path(self, word: str) -> Value:
        unset = [name for name in _unset(self.state.args) if name not in self.state.environment]
        return self.image.expand(word, self.lookup, unset)

    def span(self, at: Range) -> Span:
        return self.image.place.span(at)

    def arg(self, instruction: Instruction) -> None:
        for argument in self.image.arguments(instruction, self.lookup, self.image.global_args):
            self.state.args[argument.name] = argument

    def env(self, instruction: Instruction) -> None:
        added = []
        for pair in instruction.pairs:
            name = self.expand(pair.name.text)
            if isinstance(name, Unknown) or pair.value is None:
                continue
            value = self.expand(pair.value.text)
            before = self.state.environment.get(name.value)
            references = dict.fromkeys(a or b for a, b in _REFERENCE.findall(pair.value.text) if a or b)
            added.append(
                Variable(
                    name=name.value,
                    value=value,
                    name_span=self.span(pair.name.range),
                    span=self.span(Range(pair.name.range.start, pair.value.range.end)),
                    mechanism="dockerfile",
                    value_span=self.span(pair.value.range),
                    raw=pair.value.text,
                    references=tuple(references),
                    overrides=(before, *before.overrides) if before else (),
                )
            )
        for variable in added:
            self.state.environment[variable.name] = variable

    def workdir(self, instruction: Instruction) -> None:
        if not instruction.arguments:
            return
        path = self.expand_path(instruction.arguments[0].text)
        self.state.workdir = self.absolute(path)
        if isinstance(self.state.workdir, Known):
            full = posixpath.normpath(self.state.workdir.value)
            self.state.workdir = Known(full)
            self.state.directories.add(full)

    def absolute(self, path: Value) -> Value:
        """Joined to the WORKDIR; a slash at the end is kept."""
        if isinstance(path, Unknown):
            return path
        if path.value.startswith("/"):
            full = path.value
        elif isinstance(self.state.workdir, Unknown):
            return self.state.workdir
        else:
            full = posixpath.join(self.state.workdir.value, path.value)
        end = "/" if full.endswith(("/", "/.")) else ""
        return Known(("/" + posixpath.normpath(full).lstrip("/")).rstrip("/") + end or "/")

    def user(self, instruction: Instruction) -> None:
        if instruction.arguments:
            self.state.user = self.expand(instruction.arguments[0].text)

    def command(self, instruction: Instruction, words: tuple[Word, ...]) -> Command | None:
        if not words:
            return None
        return Command(
            "exec" if instruction.json else "shell",
            tuple(word.text for word in words),
            tuple(self.span(word.range) for word in words),
            self.span(instruction.range),
            instruction,
        )

    def entrypoint(self, instruction: Instruction) -> None:
        self.state.entrypoint = self.command(instruction, instruction.arguments)
        if not self.cmd_set:
            self.state.cmd = None

    def cmd(self, instruction: Instruction) -> None:
        self.state.cmd = self.command(instruction, instruction.arguments)
        self.cmd_set = True

    def healthcheck(self, instruction: Instruction) -> None:
        self.state.healthcheck = self.command(instruction, instruction.arguments[1:])

    def shell(self, instruction: Instruction) -> None:
        if instruction.json:
            self.state.shell = tuple(word.text for word in instruction.arguments)

    def expose(self, instruction: Instruction) -> None:
        ports = [self.expand(word.text) for word in instruction.arguments]
        self.state.exposed += tuple(port.value for port in ports if isinstance(port, Known))

    def volume(self, instruction: Instruction) -> None:
        paths = [self.absolute(self.expand_path(word.text)) for word in instruction.arguments]
        self.state.directories |= {path.value.rstrip("/") for path in paths if isinstance(path, Known)}

    def run_step(self, instruction: Instruction) -> None:
        run = RunStep(instruction, self.state.workdir, self.state.shell, self.expand)
        self.state.steps.append(run)
        self.state.tools |= run.tools
        self.state.chmods += tuple(
            Chmod(path, recursive, self.span(instruction.range)) for path, recursive in run.chmods
        )
        self.state.directories |= run.made_directories

    def copy(self, instruction: Instruction) -> None:
        if len(instruction.arguments) < 2:
            return
        *sources, last = instruction.arguments
        destination = self.absolute(self.expand_path(last.text))
        heredocs = {heredoc.name: heredoc for heredoc in instruction.heredocs}
        directory = isinstance(destination, Known) and destination.value.endswith("/")
        chmod = instruction.flag("chmod")
        for source in sources:
            value = self.expand_path(source.text)
            several = len(sources) > 1 or (isinstance(value, Known) and has_wildcards(value.value))
            found = self.copied(instruction, source, value, destination, directory or several, heredocs)
            self.state.steps.append(found)
            if chmod and executable_mode(chmod.value or "") and isinstance(destination, Known):
                target = destination.value.rstrip("/")
                base = posixpath.basename(value.value) if isinstance(value, Known) else ""
                for path in {target or "/", f"{target}/{base}"}:
                    self.state.chmods += (Chmod(path, path == (target or "/"), self.span(instruction.range)),)

    def copied(
        self,
        instruction: Instruction,
        source: Word,
        value: Value,
        destination: Value,
        directory: bool,
        heredocs: Mapping[str, Heredoc],
    ) -> Copy:
        common = Copy(
            self.stage.index,
            instruction,
            source,
            self.span(source.range),
            None,
            destination,
            directory,
            parents=_is_true(instruction.flag("parents")),
        )
        replace = msgspec.structs.replace
        name = re.sub(r"^\d*<<-?\s*", "", source.text).strip("'\"")
        if name != source.text and name in heredocs:
            return replace(common, origin="heredoc", heredoc=heredocs[name])
        origin = instruction.flag("from")
        if origin is not None and instruction.keyword == "COPY":
            return self.copied_from(common, origin.value or "", value)
        written = value.value if isinstance(value, Known) else source.text.strip("'\"")
        if instruction.keyword == "ADD" and re.match(r"(https?|git|ssh|ftp)://|git@", written):
            return replace(common, origin="remote", from_image=value)
        return self.from_context(common, self.image.build_context, value, "context")

    def copied_from(self, common: Copy, name: str, value: Value) -> Copy:
        replace = msgspec.structs.replace
        path = (
            value if isinstance(value, Unknown) else Known(posixpath.normpath("/" + value.value.lstrip("/")))
        )
        given = self.image.additional_contexts.get(name.lower())
        if given is not None:
            if (
                isinstance(given, Known)
                and "://" not in given.value
                and not re.match(r"(service|target):", given.value)
            ):
                ignore = f"{given.value}/.dockerignore".lstrip("/")
                kind = self.image.workspace.kind(ignore)
                context = _context(self.image.workspace, given.value, ignore if kind == "file" else None)
                return replace(self.from_context(common, context, value, "named"), from_image=given)
            return replace(common, origin="image", from_image=given, source_path=path)
        stage = self.stage.earlier(name)
        if stage is not None:
            return replace(common, origin="stage", from_stage=stage.index, source_path=path)
        image: Value = Unknown("--from is not expanded") if "$" in name else Known(name)
        return replace(common, origin="image", from_image=image, source_path=path)

    def from_context(
        self, common: Copy, context: _Context | None, value: Value, origin: Literal["context", "named"]
    ) -> Copy:
        replace = msgspec.structs.replace
        if isinstance(value, Unknown):
            return replace(common, origin=origin, path=value)
        if context is None:
            return replace(common, origin=origin, path=Unknown("the build context is not in the repository"))
        path = posixpath.normpath("/" + value.value).lstrip("/")
        matches, excluded, missing, is_directory = context.find(path)
        return replace(
            common,
            origin=origin,
            path=Known((context.prefix + path).rstrip("/")),
            matches=matches,
            excluded=excluded,
            ignore_path=context.ignore_path,
            missing=missing,
            is_directory=is_directory,
        )


def _is_true(flag: Flag | None) -> bool:
    return flag is not None and (flag.value or "true").lower() == "true"
