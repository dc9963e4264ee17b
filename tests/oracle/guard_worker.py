"""The real start of small applications, in a process of its own: are the settings made, does every check pass?

One JSON object a line comes in, `{"folder": ..., "environments": [{...}, ...]}`; out goes, for each environment,
what `app` raised when it was imported and its `main()` or `lifespan()` was run: a text, or null for a start. With
`"target": ["module", "Class"]` that class is made instead, and the `"methods"` are called that need no arguments;
with `"stand_ins"` a package that is not installed is an empty one.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import importlib.abc
import importlib.machinery
import inspect
import io
import json
import logging
import os
import sys
import warnings
from typing import Any

try:
    from pydantic.v1 import class_validators
except Exception:  # pydantic 1 itself; or another one, where it does not start on this version of Python
    from pydantic import class_validators  # type: ignore[no-redef]

sys.dont_write_bytecode = True
warnings.simplefilter("ignore")
logging.disable()


class StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Makes what no other finder knows: modules of classes that do nothing."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> importlib.machinery.ModuleSpec:
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def exec_module(self, module: Any) -> None:
        module.__getattr__ = lambda name: StandIn if name[0] != "_" else _missing(module, name)


class StandIn:
    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return StandIn() if name[0] != "_" else _missing(self, name)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return StandIn()


def _missing(owner: object, name: str) -> Any:
    raise AttributeError(f"{owner!r} has no attribute {name}")


def start(folder: str, environment: dict[str, str], question: dict[str, Any]) -> str | None:
    os.environ.clear()
    os.environ.update(environment)
    before = set(sys.modules)
    getattr(class_validators, "_FUNCS", set()).clear()  # it takes the same class again for a mistake
    sys.path.insert(0, folder)
    stand_ins = [StandIns()] if question.get("stand_ins") else []
    sys.meta_path += stand_ins
    importlib.invalidate_caches()
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            if "target" in question:
                module, name = question["target"]
                _make(module, name, question["methods"])
            else:
                _run(importlib.import_module("app"))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    except SystemExit as error:
        return f"SystemExit: {error}"
    finally:
        sys.path.remove(folder)
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder not in stand_ins]
        for loaded in set(sys.modules) - before:
            if (getattr(sys.modules[loaded], "__file__", None) or "").startswith(folder):
                del sys.modules[loaded]
    return None


def _make(module: str, name: str, methods: list[str]) -> None:
    made: Any = importlib.import_module(module)
    for part in name.split("."):
        made = getattr(made, part)
    if isinstance(made, StandIn):
        raise ImportError(f"{name} is made of something that is not installed")
    made = made()
    for method in methods:
        if not inspect.signature(getattr(made, method)).parameters:
            getattr(made, method)()


def _run(app: Any) -> None:
    if hasattr(app, "main"):
        app.main()
    if hasattr(app, "lifespan"):
        lifespan = app.lifespan(None)
        if inspect.isasyncgen(lifespan):
            asyncio.run(anext(lifespan))
        elif inspect.iscoroutine(lifespan):
            asyncio.run(lifespan)


def main() -> None:
    for line in sys.stdin:
        question = json.loads(line)
        answers = [start(question["folder"], given, question) for given in question["environments"]]
        print(json.dumps(answers), flush=True)


if __name__ == "__main__":
    main()
