"""What the variables in Compose files stand for, and who says so: interpolation as its owners meet it.

Source of behaviour: Compose specification, "Interpolation"; `environment` and `env_file` are for containers,
and feed nothing to it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Literal

import msgspec

from dotmac_lint.facts import fact
from dotmac_lint.fix import Edit, Fix
from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.model.compose import env_file_layers, stand_in
from dotmac_lint.model.compose_tree import Items, Leaf, Reference, Table, Tree, every_leaf
from dotmac_lint.model.made_elsewhere import lines_naming
from dotmac_lint.model.servers import account_names
from dotmac_lint.model.similar import similar_name
from dotmac_lint.report.secrets import is_secret_name
from dotmac_lint.source import Span
from dotmac_lint.workspace import Workspace

if TYPE_CHECKING:
    from dotmac_lint.model.compose import Project, Service
    from dotmac_lint.model.deployment import Deployment, Repository
    from dotmac_lint.model.deployment import Service as RunningService
    from dotmac_lint.model.environment import Variable

_HOST = frozenset({
    "HOME", "USER", "LOGNAME", "PATH", "PWD", "SHELL", "TERM", "LANG", "DISPLAY", "SSH_AUTH_SOCK", "TMPDIR", "TMP",
    "TEMP", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "WAYLAND_DISPLAY", "USERPROFILE", "APPDATA", "LOCALAPPDATA",
    "HOMEDRIVE", "HOMEPATH", "ProgramData", "CI", "COMPOSE_PROJECT_NAME", "DOCKER_HOST", "DOCKER_CONFIG",
    "SSH_CLIENT", "SSH_CONNECTION", "OLDPWD", "EDITOR", "VIRTUAL_ENV", "CONDA_PREFIX", "XAUTHORITY", "HOSTNAME",
})  # fmt: skip
_HOST_PREFIXES = (
    "COMPOSE_",
    "DOCKER_",
    "GITHUB_",
    "CI_",
    "CIRCLE_",
    "BUILDKITE_",
    "GITLAB_",
    "RUNNER_",
    "DDEV_",
    "LC_",
)
"""Variables that shells, desktops, Docker, CI systems and DDEV give."""

_MAGIC = regex(r"SERVICE_(FQDN|URL|NAME|USER|PASSWORD|BASE64|REALBASE64|HEX)(_\d+)?_[A-Z][A-Z0-9_]*")
"""Names for which Coolify makes a value (its "magic environment variables")."""

Kind = Literal["undefined", "env-file", "default", "eaten"]
_RUN = frozenset({"command", "entrypoint", "healthcheck", "post_start", "pre_stop"})


class Undefined(msgspec.Struct, frozen=True):
    """A variable without a default that nothing sets for Compose, where a service (None: the project) uses it."""

    name: str
    at: Span
    service: Service | None
    attribute: str
    leaf: Leaf
    scope_names: tuple[str, ...]
    passed_on: bool
    """`X: ${X}`, which hands the host's variable to the container, if there is one."""
    handed_as: str | None
    """Y of `Y: ${X}`."""


def undefined(project: Project) -> Iterator[Undefined]:
    """Each use of such a variable by an active service, or by a top-level declaration, in the merged project."""
    for service in project.services.values():
        for attribute, row in service.node.rows.items() if service.active else ():
            yield from _in_tree(row.value, attribute, service)
    for kind in ("volumes", "networks", "secrets", "configs"):
        for declaration in getattr(project, kind).values():
            if isinstance(declaration.node, Table | Items | Leaf):
                yield from _in_tree(declaration.node, f"{kind}.{declaration.name}", None)


def _in_tree(node: Tree, attribute: str, service: Service | None, key: str = "") -> Iterator[Undefined]:
    if isinstance(node, Table):
        for name, row in node.rows.items():
            yield from _in_tree(row.value, attribute, service, name)
    elif isinstance(node, Items):
        for item in node.items:
            yield from _in_tree(item, attribute, service)
    else:
        outer: list[Reference] = []
        for reference in node.references:
            scope = node.origin.scope
            inside = any(
                o.span.start < reference.span.start and reference.span.end <= o.span.end for o in outer
            )
            if reference.operator:
                if reference.name in scope and reference.operator in {":-", "-"}:
                    outer.append(reference)  # its default is not used
                continue
            if reference.name in scope or inside or host_gives(reference.name):
                continue
            written = (f"${reference.name}", f"${{{reference.name}}}")
            passed_on = any(
                (node.raw == text and key == reference.name) or node.raw == f"{reference.name}={text}"
                for text in written
            )
            own, _, given = node.raw.partition("=") if key == "" else (key, "", node.raw)
            yield Undefined(
                reference.name,
                reference.span,
                service,
                attribute,
                node,
                tuple(scope),
                passed_on,
                own if given in written else None,
            )


def host_gives(name: str) -> bool:
    """Whether shells, desktops, Docker, CI systems, DDEV or Coolify give the variable."""
    return name in _HOST or name.startswith(_HOST_PREFIXES) or _MAGIC.fullmatch(name) is not None


class Blank(msgspec.Struct, frozen=True):
    """A variable that Compose replaces by nothing, and what was meant.

    Of kind "eaten" is what the container's shell should have seen, or no variable at all; of kind "env-file" what
    only an `env_file` sets, of kind "default" where it has a default, which the container gets instead; of kind
    "undefined" what nobody sets, and no document, script or example names.
    """

    kind: Kind
    name: str
    at: Span
    service: str | None
    attribute: str
    given: Variable | None = None
    """What the container has under that name, or what an `env_file` sets."""
    escapable: bool = False
    """`$$` in its place gives what was meant."""
    meant: str | None = None
    """A variable that is set, and whose name is like it."""
    path: str = ""
    """Of kind "env-file" and "default": the file; of kind "eaten" the env file in which the value stands."""
    text: tuple[Span, ...] = ()
    """Of kind "eaten": all such places of a value in which a `$` means itself. The name may be part of a secret."""

    @property
    def user(self) -> str:
        """What needs it, as messages say it."""
        return f"`{self.attribute}`" + (f" of service `{self.service}`" if self.service else "")

    @property
    def fix(self) -> Fix | None:
        """Of kind "eaten": how the `$` is kept."""
        return _quoted(self) if self.path else _doubled(self) if self.escapable else None


def _doubled(blank: Blank) -> Fix:
    places = sorted(blank.text or (blank.at,))
    edits = tuple(Edit(Span(place.path, place.start, place.start), "$") for place in places)
    return Fix("Double the dollar", edits)


def _quoted(blank: Blank) -> Fix | None:
    """Single quotes around the value, in place of double ones where there are some."""
    value, at = (blank.given.raw or "", blank.given.value_span) if blank.given else ("", None)
    quotes = (at.end - at.start - len(value)) // 2 if at is not None else -1
    if at is None or quotes not in (0, 1) or "'" in value or "\\" in value:
        return None
    ends = (Span(at.path, at.start, at.start + quotes), Span(at.path, at.end - quotes, at.end))
    return Fix("Put the value in single quotes", tuple(Edit(end, "'") for end in ends))


def blanks(deployment: Deployment) -> Iterator[Blank]:
    """The variables of the deployment that stay empty: each once a place, those inside a text as one."""
    seen: set[Span] = set()
    texts: dict[Leaf, Blank] = {}
    others: list[tuple[Undefined, Blank | None]] = []
    services = {service.name: service for service in deployment.services}
    given = cache(lambda: _given_by_env_files(deployment.project))
    for use in undefined(deployment.project):
        if use.at in seen:
            continue
        seen.add(use.at)
        name = use.service.name if use.service else None
        running = services[name] if name else None
        found = (
            _eaten(use, running, deployment.repository)
            or _from_env_file(use, deployment, given())
            or _unknown(use, running, deployment)
        )
        if found is not None:
            found = msgspec.structs.replace(found, service=name)
        if found is None or not found.text:
            others.append((use, found))
        else:
            earlier = texts.get(use.leaf)
            places = (*earlier.text, *found.text) if earlier is not None else found.text
            texts[use.leaf] = msgspec.structs.replace(earlier or found, text=places)
    for use, found in others:
        text, written = texts.get(use.leaf), use.at.end - use.at.start
        if text is not None and written == len(use.name) + 1:  # where one `$` means itself, so does this
            texts[use.leaf] = msgspec.structs.replace(text, text=(*text.text, use.at))
        elif found is not None:
            yield found
    yield from texts.values()
    yield from _eaten_in_env_files(deployment.project, seen)
    yield from _kept_defaults(deployment, given)


def _eaten_in_env_files(project: Project, seen: set[Span]) -> Iterator[Blank]:
    """The secrets that lose a part where Compose reads their env file: there, too, `$` begins a variable."""
    for service in project.services.values():
        layers = env_file_layers(project, service) if service.active and service.env_files else ()
        variables = [variable for _, layer in layers for variable in layer or ()]
        given = {variable.name for variable in (*service.environment, *variables)}
        for variable in variables:
            if variable.placeholder or not variable.references or variable.span in seen:
                continue
            seen.add(variable.span)
            lost = _lost(project, variable, given)
            if lost:
                found = Blank("eaten", variable.name, lost[0], service.name, "env_file", given=variable)
                yield msgspec.structs.replace(found, path=variable.span.path, text=lost)


def _lost(project: Project, variable: Variable, given: set[str]) -> tuple[Span, ...]:
    """Where a hash or a secret of an env file has a `$` that means itself."""
    path = variable.span.path
    file = project.workspace.env_file(path) if project.workspace is not None else None
    entry = file.last(variable.name) if file is not None else None
    text = variable.raw or ""
    hashed = _HASH.search(text) is not None
    return tuple(
        part.range.at(path)
        for part in (entry.references if entry is not None else ())
        if part.name not in given
        and part.name not in project.scope
        and part.range.end - part.range.start == len(part.name) + 1
        and (hashed or (is_secret_name(variable.name) and re.search(rf"[A-Za-z0-9!#%^*]\${part.name}", text)))
    )


def _eaten(use: Undefined, service: RunningService | None, repository: Repository) -> Blank | None:
    """The shell in the container was to expand it, or the text has a `$` that means itself."""
    text, name = use.leaf.raw, use.name
    blank = Blank("eaten", name, use.at, None, use.attribute, escapable=True)
    if use.attribute in _RUN and service is not None:
        if re.search(rf"(^|[\s;&|(`]){name}=|\b(for|read|local|export)\s+(-\w+\s+)*{name}\b", text):
            return blank
        held = service.environment.get(name)
        if held is not None and name in held.references and any(map(_ENV.search, _named(use, repository))):
            return None  # it is for Compose as well, and some env file or an example of one sets it
        shell = _runs_in_shell(use)
        own = held is not None and (held.mechanism == "dockerfile" or isinstance(held.value, Known))
        if (
            held is not None
            and own
            and (shell or held.mechanism != "env_file")
            and not _set_elsewhere(use, repository, held)
        ):
            return msgspec.structs.replace(blank, given=held, escapable=shell)
    if use.attribute in {"environment", "labels"} and not _named(use, repository):
        before = "A-Za-z0-9!#%^*" if name.isupper() else r"\w.!#%^*(&-"
        if _HASH.search(text) or re.search(rf"[{before}]\${name}", text):
            return msgspec.structs.replace(blank, text=(use.at,))
    return None


def _set_elsewhere(use: Undefined, repository: Repository, held: Variable) -> bool:
    """Whether a script, a program or another env file gives the variable a value that Compose may see."""
    name = re.escape(use.name)
    sets = re.compile(
        rf"^\s*(export\s+)?{name}=|\bset_?env\(\s*[\"']{name}[\"']|\benviron\[[\"']{name}[\"']\]\s*=", re.M
    )
    sources = (repository.workspace.source(path) for path in _named(use, repository) - {held.span.path})
    return any(source is not None and sets.search(source.text) for source in sources)


_HASH = regex(r"\$(apr1|2[abxy]|argon2\w*|[156])\$")
"""Of a password, as htpasswd and crypt write it."""


def _runs_in_shell(use: Undefined) -> bool:
    """Whether a shell of the container reads the text: `CMD-SHELL`, or a word after `sh -c`."""
    assert use.service is not None
    if use.attribute == "healthcheck":
        check = use.service.healthcheck
        return (
            check is not None
            and bool(check.test)
            and (len(check.test) == 1 or check.test[0].raw == "CMD-SHELL")
        )
    command = use.service.command if use.attribute == "command" else use.service.entrypoint
    words = [word.raw for word in command.words] if command else []
    return any(re.fullmatch(r"(.*/)?(ba|da|a|z)?sh", word) for word in words) and any(
        re.fullmatch(r"-\w*c", word) for word in words
    )


_Given = dict[str, tuple["Variable", str]]
"""By name: what an env file sets first, and the path of the file."""


def _given_by_env_files(project: Project) -> dict[str | None, _Given]:
    """What the env files of each service set, by its name, and those of all: by None."""
    found: dict[str | None, _Given] = {None: {}}
    for service in project.services.values():
        own = found[service.name] = {}
        for reference, variables in env_file_layers(project, service):
            if isinstance(reference.path.value, Known):
                for variable in variables or ():
                    own.setdefault(variable.name, (variable, reference.path.value.value))
        for name, first in own.items():
            found[None].setdefault(name, first)
    return found


def _from_env_file(use: Undefined, deployment: Deployment, given: dict[str | None, _Given]) -> Blank | None:
    own = given.get(use.service.name, {}) if use.service else {}
    found = own.get(use.name) or given[None].get(use.name)
    if found is None or deployment.spec.env_files_elsewhere:
        return None
    variable, path = found
    if not _is_only_for_containers(use, deployment.repository, variable, path):
        return None
    return Blank("env-file", use.name, use.at, None, use.attribute, given=variable, path=path)


def _is_only_for_containers(use: Undefined, repository: Repository, variable: Variable, path: str) -> bool:
    elsewhere = _named(use, repository) - {variable.span.path}
    if any(
        not _DOCUMENT.search(other) and may_reach_compose(repository.workspace, other) for other in elsewhere
    ):
        return False  # a script may set it
    if use.at in _given_in_some_deployment(repository):
        return False  # its owners start the file otherwise, with what it needs
    return not _is_put_as_dotenv(repository, path, use.at.path)


def _kept_defaults(deployment: Deployment, given: Callable[[], dict[str | None, _Given]]) -> Iterator[Blank]:
    """`X: ${X:-default}` where only an `env_file` sets X to another value: what those who have the file are to log in
    with at this server, or what the file gives the service itself in vain. What only the example of one holds may be
    meant for other ways to start the service."""
    if deployment.spec.env_files_elsewhere:
        return
    seen: set[Span] = set()
    for service in deployment.services:
        node = service.definition.attribute("environment") if service.definition.active else None
        for use, default in _with_defaults(node, service.definition) if node is not None else ():
            logs_in = use.name in account_names(service)
            found = given()[None if logs_in else service.name].get(use.name)
            if found is None or use.at in seen or found[0].value == Known(default):
                continue
            if found[0].placeholder and not logs_in:
                continue
            seen.add(use.at)
            if _is_only_for_containers(use, deployment.repository, *found):
                variable, path = found
                yield Blank(
                    "default", use.name, use.at, service.name, "environment", given=variable, path=path
                )


def _with_defaults(node: Tree, service: Service) -> Iterator[tuple[Undefined, str]]:
    """The variables that are handed on under their own names and with a default, which they keep."""
    for leaf in every_leaf(node):
        for reference in leaf.references:
            name = reference.name
            written = rf"({name}=)?\$\{{{name}:?-([^${{}}]*)\}}"
            match = re.fullmatch(written, leaf.raw) if name not in leaf.origin.scope else None
            if match is not None and not host_gives(name):
                scope = tuple(leaf.origin.scope)
                use = Undefined(name, reference.span, service, "environment", leaf, scope, True, name)
                yield use, match[2]


def _is_put_as_dotenv(repository: Repository, path: str, compose_file: str) -> bool:
    """Whether a comment of the Compose file, a document or a script copies or links the env file to `.env`."""
    name = re.escape(posixpath.basename(path))
    puts = re.compile(
        rf"\b(?:cp|ln|mv|copy|mklink)\b[^\n]*[\s\"'/]{name}[\"']?[ \t]+[\"']?(?:\./)?\.env(?![\w.-])"
    )
    source = repository.workspace.source(compose_file)
    texts = (source.text if source is not None else "", *lines_naming(repository.workspace, path))
    return any(map(puts.search, texts))


def _given_in_some_deployment(repository: Repository) -> frozenset[Span]:
    """Where Compose has a value for a variable that stands there, in one of the deployments that hold the place."""

    def find() -> frozenset[Span]:
        services = (s for deployment in repository.deployments for s in deployment.project.services.values())
        leaves = (leaf for service in services if service.active for leaf in every_leaf(service.node))
        return frozenset(r.span for leaf in leaves for r in leaf.references if r.name in leaf.origin.scope)

    found: frozenset[Span] = repository.workspace.remembered("variables given", find)
    return found


def _unknown(use: Undefined, service: RunningService | None, deployment: Deployment) -> Blank | None:
    if use.passed_on and not (service is not None and _hides_default(service, use.name)):
        return None  # the host may have it, and the service takes it for none where it has not
    if not _variables_are_known(deployment, use) or _named(use, deployment.repository):
        return None
    if deployment.is_brought_elsewhere:
        return None  # where another `.env` lies beside it
    workspace = deployment.repository.workspace
    if any(_tells_to_set(workspace, path, use.name) for path in deployment.project.files):
        return None
    if any(r.name == use.name and r.demands for r in deployment.project.interpolations):
        return None  # Compose stops where it is not set
    if _is_the_platforms(deployment.repository.workspace, use):
        return None
    if use.at.path in _given_from_outside(deployment.repository) or _LAID_BY.search(use.at.path):
        return None
    if use.handed_as and _is_switch(deployment.repository, use.handed_as):
        return None
    if use.attribute in _RUN and _is_only_tested(use):
        return None
    if use.name.startswith(_beginnings_made(deployment.repository.workspace)):
        return None
    handed = service.environment.get(use.handed_as) if service and use.handed_as else None
    if service and handed and service.reads(handed) is False:
        return None  # nothing needs it: DM003
    meant = similar_name(use.name, use.scope_names)
    return Blank("undefined", use.name, use.at, None, use.attribute, meant=meant)


def _hides_default(service: RunningService, name: str) -> bool:
    """Whether a field of the settings has a default, in whose place an empty text comes."""
    return any(
        isinstance(field.default, Known) and field.default.value not in (None, "")
        for settings in service.settings
        if not settings.env_ignore_empty
        for field in settings.lookup(name).fields
    )


@fact(bool)
def _tells_to_set(workspace: Workspace, path: str, name: str) -> bool:
    """Whether a comment of the Compose file sets the variable: `# TOKEN=... docker compose up`."""
    told = rb"(?m)^[ \t]*#(?![ \t#]*- )[^\n]{0,200}?(?<![\w$.{-])%s=" % re.escape(name.encode())
    return re.search(told, workspace.bytes(path) or b"") is not None


def _is_the_platforms(workspace: Workspace, use: Undefined) -> bool:
    """Whether the file speaks to a platform of the name that the variable begins with: `x-fly:` and FLY_REGION;
    describes itself to a store of applications; takes what GitLab gives to jobs, beside what its projects keep; or
    lies in a folder of templates, for which Portainer asks."""
    if use.at.path.partition("/")[0] in _folders_of_templates(workspace):
        return True
    source, first = workspace.source(use.at.path), re.escape(use.name.lower().partition("_")[0])
    return source is not None and bool(
        re.search(rf"(?m)^[ \t]*x-{first}:(?![ \t]*&)", source.text)
        or _OF_A_JOB.search(source.text)
        or is_for_a_store(workspace, use.at.path)
    )


_OF_A_JOB = regex(r"\$\{?CI_(COMMIT|ENVIRONMENT|JOB|PIPELINE|PROJECT|REGISTRY|SERVER)_?\w*")
"""Variables that GitLab gives to every job (docs.gitlab.com, "Predefined CI/CD variables reference")."""


@fact(bool)
def is_for_a_store(workspace: Workspace, path: str) -> bool:
    """Whether the Compose file describes itself to a store of applications, which completes it."""
    source = workspace.source(path)
    return source is not None and _FOR_A_STORE.search(source.text) is not None


_FOR_A_STORE = regex(
    r"^x-[\w-]+:[ \t]*\r?\n(?:[ \t]+\S[^\n]*\n|[ \t]*\r?\n)*?[ \t]+(icon|category|tagline|thumbnail|developer|author):",
    re.M,
)
"""An extension of the file that tells what an application is called, and what it looks like."""


_LAID_BY = regex(
    r"(^|/)([^/]*[ _-])?(old|archived?|references?)([ _-][^/]*)?/|(^|/)(example|sample)[^/]*compose[^/]*$",
    re.I,
)
"""What is kept to look it up, and nobody starts."""
_CUSTOM = 4
"""Folders whose Compose files take a variable that nothing sets, so that what starts them does."""


def _given_from_outside(repository: Repository) -> frozenset[str]:
    """The Compose files that take a variable of which those of several other folders wait as well: what starts a stack
    that way may set its others, too."""

    def find() -> frozenset[str]:
        files: dict[str, set[str]] = {}
        for deployment in repository.deployments:
            for use in undefined(deployment.project):
                files.setdefault(use.name, set()).add(use.at.path)
        customs = (held for held in files.values() if len({*map(posixpath.dirname, held)}) >= _CUSTOM)
        return frozenset(path for held in customs for path in held)

    found: frozenset[str] = repository.workspace.remembered("files with variables from outside", find)
    return found


_STACK_FILE = regex(rb"\"stackfile\"[ \t]*:[ \t]*\"(?:https?://[\w.-]+/[\w.-]+/[\w.-]+/[\w.-]+/)?([\w.-]+)/")


def _folders_of_templates(workspace: Workspace) -> frozenset[str]:
    """The folders of the root that have stacks of a list of templates for Portainer."""

    def find() -> frozenset[str]:
        lists = (path for path in workspace.files if "/" not in path and path.endswith(".json"))
        return frozenset(folder for path in lists for folder in _stacks_in(workspace, path))

    found: frozenset[str] = workspace.remembered("folders of templates", find)
    return found


@fact(set[str])
def _stacks_in(workspace: Workspace, path: str) -> set[str]:
    return {folder.decode() for folder in _STACK_FILE.findall(workspace.bytes(path) or b"")}


def _is_switch(repository: Repository, name: str) -> bool:
    """Whether a program compares the variable with a word: it is off where it is empty."""
    workspace = repository.workspace
    programs = (path for path in workspace.files if _CODE.search(path))
    compared = re.compile(rb"\b%s\b[\"'\])]*\s*[!=]==?\s*[\"'`]" % re.escape(name.encode()))
    return any(
        compared.search(workspace.bytes(path) or b"")
        for path, _ in workspace.words.search(programs, {name.encode()})
    )


def _is_only_tested(use: Undefined) -> bool:
    """Whether shell code only asks whether the variable is set, or compares it: it is off where it is empty."""
    written = rf"\$(?:{use.name}\b|\{{{use.name}\}})"
    tests = rf"\[\[?\s+(?:!\s+)?(?:-[nz]\s+)?\\?[\"']?{written}\\?[\"']?\s+(?:[!=]?=|\]|-(?:eq|ne))"
    return len(re.findall(tests, use.leaf.raw)) == len(re.findall(written, use.leaf.raw))


def _variables_are_known(deployment: Deployment, use: Undefined) -> bool:
    """Whether the env files that Compose reads are there, or stand-ins of them, or are not expected at all."""
    if deployment.spec.env_files_elsewhere:
        return False
    workspace = deployment.repository.workspace
    files = deployment.spec.env_files or (posixpath.join(use.leaf.origin.base, ".env"),)
    given = (one.path.value for service in deployment.services for one in service.definition.env_files)
    demanded = {path.value for path in given if isinstance(path, Known)}  # where it is missing DM010 says so
    for path in files:
        if workspace.kind(path) == "file":
            if workspace.env_file(path) is None:
                return False  # it is too large, or encrypted
        elif stand_in(workspace, path) is None and (workspace.is_ignored(path) or path in demanded):
            return False
    return not deployment.spec.env_files or all(
        workspace.kind(path) == "file" or stand_in(workspace, path) for path in deployment.spec.env_files
    )


_COMPOSE_FILE = regex(r"compose[^/]*\.ya?ml$", re.I)
_DOCUMENT = regex(
    r"\.(md|mdx|rst|txt|adoc|env|example|sample|template|dist)$|(^|/)[^/]*\.env[^/]*$|(^|/)README", re.I
)
_ENV = regex(r"(^|/)[^/]*\.env[^/]*$", re.I)
_CODE = regex(
    r"\.(py|pyi|ipynb|[cm]?[jt]sx?|vue|svelte|go|rs|java|kt|rb|php|cs|c|h|cpp|swift|scala|sql|css|html|svg|lock)$",
    re.I,
)
_BUILT = regex(r"(^|/)(Dockerfile|Containerfile)[^/]*$|\.Dockerfile$")


def _named(use: Undefined, repository: Repository) -> frozenset[str]:
    """The files that name the variable, Compose files and programs aside."""
    found: dict[str, frozenset[str]] = repository.workspace.remembered(
        "variables named", lambda: _mentions(repository)
    )
    if use.name not in found:
        found |= _naming(repository.workspace, {use.name})
    return found[use.name]


@fact(bool)
def _speaks_of_compose(workspace: Workspace, path: str) -> bool:
    return b"compose" in (workspace.bytes(path) or b"")


def may_reach_compose(workspace: Workspace, path: str) -> bool:
    """Whether what the file sets may be there where Compose starts: it speaks of Compose, or a file that does takes it
    in."""
    takes = rb"(?:\bsource|\binclude|(?<!\S)\.)[ \t]+[^\s;&|]{0,200}" + re.escape(
        posixpath.basename(path).encode()
    )
    if _speaks_of_compose(workspace, path):
        return True
    speaking: tuple[str, ...] = workspace.remembered(
        "files that speak of Compose",
        lambda: tuple(other for other in workspace.files if _speaks_of_compose(workspace, other)),
    )
    return any(re.search(takes, workspace.bytes(other) or b"") for other in speaking)


def _may_set(path: str) -> bool:
    return _COMPOSE_FILE.search(path) is None and _BUILT.search(path) is None


_MAKES = regex(rb"[\"']([A-Z][A-Z0-9]*_)[\"'][ \t]*\+|f[\"']([A-Z][A-Z0-9]*_)\{|`([A-Z][A-Z0-9]*_)\$\{")
"""A name of a variable that a program puts together: `"SHOP_" + key.upper()`."""


def _beginnings_made(workspace: Workspace) -> tuple[str, ...]:
    """How the names begin that programs put together which have to do with Compose."""

    def find() -> tuple[str, ...]:
        programs = (path for path in workspace.files if path.endswith((".py", ".js", ".ts", ".mjs")))
        return tuple(sorted({made for path in programs for made in _made_in(workspace, path)}))

    found: tuple[str, ...] = workspace.remembered("beginnings of variables made", find)
    return found


@fact(set[str])
def _made_in(workspace: Workspace, path: str) -> set[str]:
    data = workspace.bytes(path) or b""
    found = _MAKES.findall(data) if b"compose" in data else ()
    return {name.decode() for names in found for name in names if name}


def _mentions(repository: Repository) -> dict[str, frozenset[str]]:
    """Where each undefined variable of the repository stands outside of Compose files and programs."""
    names = {use.name for deployment in repository.deployments for use in undefined(deployment.project)}
    return _naming(repository.workspace, names)


def _naming(workspace: Workspace, names: set[str]) -> dict[str, frozenset[str]]:
    """Programs count where they have to do with Compose: they may be what starts it."""
    if not names:
        return {}
    files = (
        path
        for path in workspace.chosen(_may_set)
        if not _CODE.search(path) or _speaks_of_compose(workspace, path)
    )
    found: dict[str, set[str]] = {name: set() for name in names}
    for path, here in workspace.words.search(files, {name.encode() for name in names}):
        for name in here:
            found[name.decode()].add(path)
    return {name: frozenset(paths) for name, paths in found.items()}
