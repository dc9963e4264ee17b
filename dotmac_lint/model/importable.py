"""Where Python looks for the modules that a container's commands name.

Source of behaviour: docs.python.org, "The initialization of the sys.path module search path" (`python -m`), and the
servers and workers of `references`, which all put the working directory first.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dotmac_lint.facts import fact
from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.model.image import is_plain_image
from dotmac_lint.model.made_elsewhere import may_be_written
from dotmac_lint.model.scripts import absolute_path, covering_mount, runs_strangers

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Service
    from dotmac_lint.workspace import Workspace

_MOVES = frozenset({"cd", "pushd", "chdir", "ln", "cp", "mv", "git", "pip", "pip3", "uv", "pdm"})
"""Programs of a start that change where Python looks, or what lies there."""
_ELSEWHERE = regex(
    r"--?(app-dir|chdir|pythonpath|path|workdir|working-dir|directory|project)(=.*)?|PYTHONPATH=.*|-P"
)
"""Options of servers and workers for it."""
_INSTALLS = regex(
    r"\bpip3?\b(\\\n|[^\n&;])*\binstall\b(\\\n|[^\n&;])*(?<!-[rcf])(?<!--requirement)(?<!--constraint)[ \t]"
    r"(-e|--editable|--target|-t|['\"]?(\./|/)|['\"]?\.(\[|['\"]|[ \t]|$))"
    r"|\bpoetry\b[^\n&;]*\binstall\b(?![^\n&;]*--no-root)|\buv[ \t]+(sync|run)\b(?![^\n&;]*--no-install-project)"
    r"|\b(pdm|hatch|flit|rye|pixi)\b|setup\.py|\bln[ \t]"
    r"|(>|\b(cp|mv|tee)[ \t])[^\n]*(site-packages|\.pth\b)|\.pth\b[^\n]*>",
    re.MULTILINE,
)
"""Steps of a build that may put the project itself, or a link to it, where Python looks."""
_INSTALLS_OURS = regex(rb"(?m)^[ \t]*(-e\b|--editable\b|\.|file:)|@[ \t]*file:")
"""Lines of requirements that name a folder."""
_CONFIGURES_PATH = regex(rb"chdir|pythonpath|sys\.path")


def importable_from(service: Service, commands: Sequence[Sequence[str]]) -> tuple[str, ...] | None:
    """The folders in which Python finds the container's own modules; None where that is not sure. `commands` are all
    that the container runs, as far as they are known.
    """
    base = service.base_image
    if not isinstance(base, Known) or not is_plain_image(base.value) or _may_install_ours(service):
        return None
    for words in commands:
        if any(_ELSEWHERE.fullmatch(word) for word in words):
            return None
        if any(posixpath.basename(word) in _MOVES for word in words[:2]) or words[:1] in (["."], ["source"]):
            return None
    variables = service.environment
    if runs_strangers(service) or variables.get("GUNICORN_CMD_ARGS") is not None:
        return None
    given = variables.value("PYTHONPATH") if variables.get("PYTHONPATH") is not None else Known("")
    if not isinstance(given, Known):
        return None
    places = [".", *given.value.split(":")]
    roots = [absolute_path(service, place) for place in places if place]
    if any(root is None or "$" in root for root in roots):
        return None
    return tuple(dict.fromkeys(root for root in roots if root is not None))


def _may_install_ours(service: Service) -> bool:
    workspace, image = service.workspace, service.image
    for stage in image.built_stages if image is not None else ():
        for step in stage.instructions:
            if step.keyword == "RUN" and _INSTALLS.search(step.value):
                return True
    for path in service.files:
        name = posixpath.basename(path)
        if "requirements" in path and name.endswith((".txt", ".in")):
            if _INSTALLS_OURS.search(workspace.bytes(path) or b""):
                return True
        elif name.endswith("conf.py") and _CONFIGURES_PATH.search(workspace.bytes(path) or b""):
            return True
    return False


def lies_at(service: Service, path: str) -> bool | None:
    """Whether the container has a file or a folder at `path`; None where that is not sure."""
    workspace = service.workspace
    for one in service.definition.mounts:
        target = one.target.value
        if not isinstance(target, Known) or target.value.startswith(path.rstrip("/") + "/"):
            return None
    mount = covering_mount(service, path)
    if mount is None:
        held = service.stage.holds(path) if service.stage is not None else None
        return held.value if isinstance(held, Known) else None
    inside = _in_repository(service, path)
    if inside is None:
        return None
    if workspace.kind(inside) is not None:
        return True
    if (
        workspace.is_ignored(inside)
        or workspace.is_ignored(f"{inside}/")
        or may_be_written(workspace, inside)
    ):
        return None
    return False


def _in_repository(service: Service, path: str) -> str | None:
    """What a bind mount of the repository puts at `path`, whether or not it is there."""
    mount = covering_mount(service, path)
    if mount is None or mount not in service.binds:
        return None
    assert mount.source is not None
    assert isinstance(mount.source.value, Known)
    assert isinstance(mount.target.value, Known)
    rest = path[len(mount.target.value.value.rstrip("/")) :].lstrip("/")
    return posixpath.join(mount.source.value.value, rest).rstrip("/")


def lacks_module(service: Service, root: str, module: str) -> bool:
    """Whether surely nothing in the folder `root` of the container is the module, or has its last part as a name."""
    parts = module.split(".")
    folder = root
    for index, part in enumerate(parts):
        inside = posixpath.join(folder, part)
        if lies_at(service, f"{inside}.py") is not False:
            return False
        if lies_at(service, inside) is False:
            return not index or index < len(parts) - 1 or not _may_name(service, folder, part)
        folder = inside
    return False


def _may_name(service: Service, package: str, name: str) -> bool:
    path = f"{package}/__init__.py"
    if lies_at(service, path) is False:
        return False
    stage = service.stage
    source = _in_repository(service, path) or (stage.files.get(path) if stage is not None else None)
    return source is None or has_word(service.workspace, source, name)


@fact(bool)
def has_word(workspace: Workspace, path: str, word: str) -> bool:
    source = workspace.source(path)
    return source is None or re.search(rf"\b{re.escape(word)}\b", source.text) is not None


def places_of(service: Service, module: str) -> list[str]:
    """Where the container has the module's file or package, whether or not Python looks there."""
    tail = "/" + module.replace(".", "/")
    return _places(service, (f"{tail}.py", f"{tail}/__init__.py"))


def files_named(service: Service, name: str) -> list[str]:
    """Where the container has files of the repository of that name."""
    return _places(service, (f"/{name}",))


def paths_of(service: Service, file: str) -> list[str]:
    """Where the container has a file of the repository."""
    return [path for path, source in _held(service) if source == file]


def _places(service: Service, ends: tuple[str, ...]) -> list[str]:
    found = (path for path, source in _held(service) if path.endswith(ends) or f"/{source}".endswith(ends))
    return sorted(found, key=lambda path: (path.count("/"), path))


def _held(service: Service) -> Iterator[tuple[str, str]]:
    """The paths of the repository's files in the container, and in the repository."""
    for path, file in service.stage.files.items() if service.stage is not None else ():
        if covering_mount(service, path) is None:
            yield path, file
    workspace = service.workspace
    for mount in service.binds:
        assert mount.source is not None
        assert isinstance(mount.source.value, Known)
        if isinstance(mount.target.value, Known):
            source, target = mount.source.value.value, mount.target.value.value.rstrip("/")
            for file in (source,) if workspace.is_listed(source) else workspace.under(source):
                path = target + file[len(source) :] if source else f"{target}/{file}"
                if covering_mount(service, path) == mount:
                    yield path, file
