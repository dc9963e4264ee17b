"""The real start of small applications, in a process of its own: are the settings made, does every check pass?

One JSON object a line comes in, `{"folder": ..., "environments": [{...}, ...]}`; out goes, for each environment,
what `app` raised when it was imported and its `main()` or `lifespan()` was run: a text, or null for a start. With
`"target": ["module", "Class"]` that class is made instead, and the `"methods"` are called that need no arguments.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import inspect
import io
import json
import logging
import os
import sys
import warnings
from typing import Any

try:
    from pydantic import v1
except Exception:  # pydantic 1 does not start on every version of Python
    v1 = None  # type: ignore[assignment]

sys.dont_write_bytecode = True
warnings.simplefilter("ignore")
logging.disable()


def start(folder: str, environment: dict[str, str], question: dict[str, Any]) -> str | None:
    os.environ.clear()
    os.environ.update(environment)
    before = set(sys.modules)
    if v1 is not None:
        v1.class_validators._FUNCS.clear()  # it takes the same class again for a mistake
    sys.path.insert(0, folder)
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
        for loaded in set(sys.modules) - before:
            if (getattr(sys.modules[loaded], "__file__", None) or "").startswith(folder):
                del sys.modules[loaded]
    return None


def _make(module: str, name: str, methods: list[str]) -> None:
    made: Any = importlib.import_module(module)
    for part in name.split("."):
        made = getattr(made, part)
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
