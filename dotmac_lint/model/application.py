"""What the repository's Python code is started as: its ASGI or WSGI application, its Celery application."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from dotmac_lint.facts import fact
from dotmac_lint.lazy import regex
from dotmac_lint.source import Span
from dotmac_lint.workspace import Workspace

_KINDS = (b"FastAPI", b"Starlette", b"Litestar", b"Quart", b"Flask", b"Celery")
_CALL = regex(rb"=[ \t]*(?:\w+\.)?(" + b"|".join(_KINDS) + rb")\(")
_FUNCTION = regex(
    rb"^def (?P<name>\w+)\([^()]*(?:\([^()]*\)[^()]*)*\)[ \t]*(?:->[ \t]*[\"']?(?P<returns>[\w.]+)[\"']?[ \t]*)?:"
    rb"(?P<body>[^\n]*\n(?:[ \t][^\n]*\n|[ \t\r]*\n)*)",
    re.MULTILINE,
)
_NOT_SHIPPED = regex(r"(^|/)(tests?|examples?|docs|scripts|benchmarks?)/|(^|/)(test_[^/]*|conftest)\.py$")


class Application(msgspec.Struct, frozen=True):
    """A module-level application object, such as `app = FastAPI()` or `app = create_app()` in `src/acme/main.py`."""

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


def _is_shipped(path: str) -> bool:
    return path.endswith(".py") and _NOT_SHIPPED.search(path) is None


def _find(workspace: Workspace) -> tuple[Application, ...]:
    factories: dict[bytes, bytes] = {}  # by name: what they make
    modules = workspace.chosen(_is_shipped)
    for path in modules:
        factories |= _factories_in(workspace, path)
    makers = (*_KINDS, *factories)
    names = [maker.decode() for maker in makers]
    found = []
    for path, _ in workspace.words.search(modules, makers):
        for name, maker, start in _applications_in(workspace, path, *names):
            kind = factories.get(maker, maker)
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


@fact(dict[bytes, bytes])
def _factories_in(workspace: Workspace, path: str) -> dict[bytes, bytes]:
    data = workspace.bytes(path) or b""
    return dict(_factories(data)) if any(kind in data for kind in _KINDS) else {}


@fact(list[tuple[str, bytes, int]])
def _applications_in(workspace: Workspace, path: str, *makers: str) -> list[tuple[str, bytes, int]]:
    """The name of each, what makes it, and where it stands."""
    made = "|".join(map(re.escape, makers)).encode()
    pattern = re.compile(
        rb"^(?P<name>[A-Za-z_]\w*)[ \t]*(?::[^=\n]+)?=[ \t]*(?:\w+\.)?(?P<maker>" + made + rb")\(",
        re.MULTILINE,
    )
    data = workspace.bytes(path) or b""
    return [
        (
            match["name"].decode(),
            match["maker"],
            len(data[: match.start()].decode("utf-8", "surrogateescape").removeprefix("\ufeff")),
        )
        for match in pattern.finditer(data)
    ]


def _factories(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The module's functions that make an application, by what they are said to return or what they call."""
    for match in _FUNCTION.finditer(data):
        made = match["returns"] or b""
        if made.rpartition(b".")[2] not in _KINDS:
            call = _CALL.search(match["body"])
            made = call[1] if call and b"return" in match["body"] else b""
        if made:
            yield match["name"], made.rpartition(b".")[2]
