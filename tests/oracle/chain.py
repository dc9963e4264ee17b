"""The whole chain against the real one: the real Compose gives the environment, the real class is made with it.

    python tests/oracle/chain.py CHECKOUTS [--only NAME] [--python PYTHON] [--vary NUMBER] [--seed NUMBER] [--show]

For each service with settings that can be loaded: are they made, and do the checks pass that start-up code reaches?
The host gives only what Compose demands of it. PYTHON is one in which packages are installed that the settings
import; an empty package stands for what is not installed. Each deployment is asked about once more for each NUMBER
of --vary, with values for its settings in one more Compose file. Exit status 1 when we say otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

import msgspec

from dotmac_lint.known import Known
from dotmac_lint.model.compose import load_project
from dotmac_lint.model.deployment import Deployment, Repository, Service
from dotmac_lint.model.startup import Start
from dotmac_lint.workspace import Pending, Workspace
from tests.oracle.compose_corpus import ask, unset
from tests.oracle.compose_oracle import RefusedError

WORKER = Path(__file__).with_name("guard_worker.py")


def resolved(deployment: Deployment) -> dict[str, Any]:
    """The services as the real Compose has them. Raises RefusedError."""
    workspace, spec = deployment.repository.workspace, deployment.spec
    project = load_project(workspace, spec.files, spec.env_files, spec.profiles, spec.project_directory)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch).resolve() / "project"
        answer = ask(workspace, spec, project, root, unset(project, everything=False))
    services: dict[str, Any] = answer["services"]
    return services


def question(root: Path, service: Service, start: Start, body: dict[str, Any]) -> dict[str, Any]:
    """What the worker is asked: the class, its environment, the methods and functions that check it."""
    module, _, name = start.settings.qualified.partition(":")
    package = start.settings.path.endswith("/__init__.py")
    folder = (root / start.settings.path).parents[module.count(".") + package]
    image = {v.name: v.value.value for v in service.environment if isinstance(v.value, Known)}
    image |= {f.name: f.variable.value.value for f in start.fields
              if f.name and f.variable is not None and isinstance(f.variable.value, Known)}  # fmt: skip
    given = {key: value for key, value in (body.get("environment") or {}).items() if value is not None}
    methods = [
        guard.function.removeprefix(f"{name}.")
        for guard in start.guards
        if guard.reached and not guard.settings_construction and guard.function.startswith(f"{name}.")
    ]
    return {
        "folder": str(folder),
        "environments": [image | given],
        "target": [module, name],
        "methods": list(dict.fromkeys(methods)),
    }


def disagreement(start: Start, raised: str | None) -> str:
    """What we say wrongly, as a clause; "" where nothing is wrong."""
    if start.starts is True and raised is not None:
        return f"we say that it starts, it raises {raised!r}"
    stops = [g for g in start.guards if g.reached and g.outcome == "raises" and g.kind != "log"]
    methods = [g for g in stops if g.settings_construction or "." in g.function]
    fields = [f for f in start.fields if type(f.value).__name__ in ("Invalid", "Missing")]
    if start.starts is False and raised is None and (fields or methods):
        return f"we say that it does not start, it does: {[f.field.dotted for f in fields]} {methods}"
    return ""


class Asked(NamedTuple):
    what: str
    start: Start
    question: dict[str, Any]
    raised: str | None = None

    @property
    def loaded(self) -> bool:
        return self.raised is None or not self.raised.startswith(UNLOADED)

    @property
    def of_another(self) -> bool:
        """Whether the module refuses another class than the one that was asked for."""
        found = re.match(r"ValidationError: \d+ validation errors? for (\w+)", self.raised or "")
        return found is not None and found[1] != self.start.settings.name.rpartition(".")[2]


UNLOADED = (
    "SyntaxError",
    "PydanticImportError",
    "ModuleNotFoundError",
    "ImportError",
    "AttributeError: module",
    "no answer",
)


VALUES = (
    "", "0", "1", "8000", "-1", "true", "no", "production", "development", "local", "PROD", "changethis", "INFO", "*",
    "secret", "0123456789abcdef0123456789abcdef", "http://a.example", "postgresql://u:p@h:5432/d", "redis://h:6379/0",
    "[]", '["a"]', "a,b", "{}", "a@b.example", "3.5", "/srv/x",
)  # fmt: skip
OVERLAY = "chain.overlay.yaml"


def varied(deployment: Deployment, choices: random.Random) -> Deployment:
    """The deployment with one more Compose file, which gives values to settings: mostly such as they take."""
    given: dict[str, dict[str, str]] = {}
    for service in deployment.services:
        for start in service.starts:
            for found in start.fields:
                known = isinstance(found.value, Known)
                if (
                    not found.field.names
                    or found.field.section
                    or choices.random() < (0.8 if known else 0.05)
                ):
                    continue
                values = choices.sample(VALUES, len(VALUES))
                name = found.field.names[0]
                fitting = [value for value in values if isinstance(found.field.take(name, value), Known)]
                chosen = fitting if fitting and choices.random() < 0.97 else values
                given.setdefault(service.name, {})[name] = chosen[0]
    body = {"services": {name: {"environment": values} for name, values in given.items()}}
    text = json.dumps(body).replace("$", "$$").encode()
    workspace = deployment.repository.workspace.revised({OVERLAY: Pending(text, 0o644)})
    spec = msgspec.structs.replace(deployment.spec, files=(*deployment.spec.files, OVERLAY))
    return Deployment(Repository(workspace), spec)


REFUSALS = ("ValidationError", "ValueError", "RuntimeError", "AssertionError", "SystemExit", "KeyError")
"""What no empty package in the place of another brings about."""


def compare(
    root: Path, counts: Counter[str], python: str = sys.executable, vary: int = 0, seed: int = 0
) -> Iterator[tuple[Asked, str]]:
    """Every start of the services of the repository in `root`, and what we say wrongly of it."""
    asked: list[Asked] = []
    choices = random.Random(f"{seed} {root.name}")
    found = Repository(Workspace(root)).deployments
    for deployment in (*found, *(varied(one, choices) for one in found for _ in range(vary))):
        services = [service for service in deployment.services if service.settings]
        try:
            bodies = resolved(deployment) if services else {}
        except RefusedError:
            counts["refused"] += 1
            continue
        for service in services:
            for start in service.starts if service.name in bodies else ():
                if start.made is None or start.made.given != frozenset():
                    counts["made in another way"] += 1
                    continue
                if service.process.given != frozenset():
                    counts["shell code sets more"] += 1  # which only Compose's answer lacks
                    continue
                what = f"{deployment.name} {service.name} {start.settings.qualified}"
                asked.append(Asked(what, start, question(root, service, start, bodies[service.name])))
    for one in _answers(asked, python):
        if not one.loaded:
            counts["cannot be loaded"] += 1
            yield one, ""
            continue
        counts["starts" if one.raised is None else "raises"] += 1
        if one.of_another:
            counts["another class is refused"] += 1
            yield one, ""
            continue
        counts[{True: "we say starts", False: "we say raises", None: "we cannot tell"}[one.start.starts]] += 1
        wrong = disagreement(one.start, one.raised)
        counts["wrong"] += bool(wrong)
        yield one, wrong


def _answers(asked: list[Asked], python: str) -> list[Asked]:
    """With what the real classes say; where packages are missing, with empty ones in their place."""
    found = _run([one.question for one in asked], python)
    again = [n for n, raised in enumerate(found) if raised is not None and raised.startswith(UNLOADED)]
    replies = _run([asked[n].question | {"stand_ins": True} for n in again], python)
    for n, raised in zip(again, replies, strict=True):
        odd = raised is not None and not raised.startswith(REFUSALS)
        found[n] = f"no answer: {raised}" if odd else raised
    return [one._replace(raised=raised) for one, raised in zip(asked, found, strict=True)]


def _run(questions: list[dict[str, Any]], python: str) -> list[str | None]:
    """What each raises; where the process dies of one, another goes on with the next."""
    found: list[str | None] = []
    while len(found) < len(questions):
        lines = "".join(json.dumps(one) + "\n" for one in questions[len(found) :])
        with tempfile.TemporaryDirectory() as empty:
            run = subprocess.run(
                [python, WORKER], input=lines, cwd=empty, env={"PATH": os.defpath},
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False, timeout=600,
            )  # fmt: skip
        found += [json.loads(line)[0] for line in run.stdout.splitlines()]
        if len(found) < len(questions):
            found.append("no answer")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("checkouts", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--vary", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="every start, not only what is wrong")
    options = parser.parse_args()
    total: Counter[str] = Counter()
    wrong = False
    for folder in sorted(options.checkouts.iterdir()):
        if folder.is_dir() and options.only in folder.name:
            counts: Counter[str] = Counter()
            for one, clause in compare(folder.resolve(), counts, options.python, options.vary, options.seed):
                wrong |= bool(clause)
                if clause or options.show:
                    real = "starts" if one.raised is None else " ".join(one.raised.split())[:200]
                    print(f"{folder.name} {one.what}: we {one.start.starts}, really {real}. {clause}")
            if counts["starts"] + counts["raises"]:
                counts["repositories"] = 1
                print(folder.name, dict(counts), flush=True)
            total += counts
    print(dict(total))
    sys.exit(wrong)


if __name__ == "__main__":
    main()
