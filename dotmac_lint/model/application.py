"""What the repository's Python code is started as: its ASGI or WSGI application, its Celery application."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from dotmac_lint.source import Span
from dotmac_lint.workspace import Workspace

_KINDS = (b"FastAPI", b"Starlette", b"Litestar", b"Quart", b"Flask", b"Celery")
_APPLICATION = re.compile(
    rb"^(?P<name>[A-Za-z_]\w*)[ \t]*(?::[^=\n]+)?=[ \t]*(?:\w+\.)?(?P<kind>" + b"|".join(_KINDS) + rb")\(",
    re.MULTILINE,
)
_NOT_SHIPPED = re.compile(
    r"(^|/)(tests?|examples?|docs|scripts|benchmarks?)/|(^|/)(test_[^/]*|conftest)\.py$"
)


class Application(msgspec.Struct, frozen=True):
    """A module-level application object, such as `app = FastAPI()` in `src/acme/main.py`."""

    kind: Literal["asgi", "wsgi", "celery"]
    module: str
    name: str
    path: str
    span: Span

    @property
    def target(self) -> str:
        """What gunicorn, uvicorn or `celery -A` are given: `acme.main:app`."""
        return f"{self.module}:{self.name}"


def module_name(workspace: Workspace, path: str) -> str:
    """The dotted name under which `path` is imported: from the folder above its topmost package, or `src`."""
    parts = path.removesuffix(".py").split("/")
    if parts[-1] == "__init__":
        parts.pop()
    start = len(parts) - 1
    while start > 0 and workspace.is_listed("/".join((*parts[:start], "__init__.py"))):
        start -= 1
    if "src" in parts[:start]:  # namespace packages below src have no __init__.py
        start = len(parts[:start]) - parts[:start][::-1].index("src")
    return ".".join(parts[start:])


def find_applications(workspace: Workspace) -> tuple[Application, ...]:
    """Every module-level application of the code that is shipped, in the order of paths."""
    found: tuple[Application, ...] = workspace.remembered("applications", lambda: _find(workspace))
    return found


def _find(workspace: Workspace) -> tuple[Application, ...]:
    found = []
    for path in workspace.files:
        if not path.endswith(".py") or _NOT_SHIPPED.search(path):
            continue
        data = workspace.bytes(path) or b""
        if not any(kind in data for kind in _KINDS):
            continue
        for match in _APPLICATION.finditer(data):
            kind = match["kind"]
            start = len(data[: match.start()].decode("utf-8", "surrogateescape").removeprefix("\ufeff"))
            name = match["name"].decode()
            found.append(
                Application(
                    kind="celery" if kind == b"Celery" else "wsgi" if kind == b"Flask" else "asgi",
                    module=module_name(workspace, path),
                    name=name,
                    path=path,
                    span=Span(path, start, start + len(name)),
                )
            )
    return tuple(found)
