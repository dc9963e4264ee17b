"""The whole chain against the real one: the real Compose gives the environment, the real class is made with it.

    python tests/oracle/chain.py CHECKOUTS [--only NAME]

For each service with settings that can be loaded with nothing but pydantic-settings: are they made, and do the
checks pass that start-up code reaches? The host gives only what Compose demands of it. Exit status 1 when we say
otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from dotmac_lint.known import Known
from dotmac_lint.model.compose import load_project
from dotmac_lint.model.deployment import Deployment, Repository, Service
from dotmac_lint.model.startup import Start
from dotmac_lint.workspace import Workspace
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


def compare(root: Path, counts: Counter[str]) -> Iterator[str]:
    """Every disagreement about the services of the repository in `root`."""
    asked: list[tuple[str, Start, dict[str, Any]]] = []
    for deployment in Repository(Workspace(root)).deployments:
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
                one = question(root, service, start, bodies[service.name])
                asked.append((f"{deployment.name} {service.name} {start.settings.qualified}", start, one))
    for (what, start, _), answer in zip(asked, _answers([one for _, _, one in asked]), strict=True):
        raised = answer[0]
        if raised is not None and raised.startswith(
            ("ModuleNotFoundError", "ImportError", "AttributeError: module")
        ):
            counts["cannot be loaded"] += 1
            continue
        counts["starts" if raised is None else "raises"] += 1
        counts[{True: "we say starts", False: "we say raises", None: "we cannot tell"}[start.starts]] += 1
        wrong = disagreement(start, raised)
        if wrong:
            yield f"{root.name} {what}: {wrong}"


def _answers(questions: list[dict[str, Any]]) -> list[list[str | None]]:
    with tempfile.TemporaryDirectory() as empty:
        run = subprocess.run(
            [sys.executable, WORKER], input="".join(json.dumps(one) + "\n" for one in questions),
            cwd=empty, env={"PATH": os.defpath}, capture_output=True, text=True, check=True, timeout=300,
        )  # fmt: skip
    return [json.loads(line) for line in run.stdout.splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("checkouts", type=Path)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    total: Counter[str] = Counter()
    wrong = False
    for folder in sorted(options.checkouts.iterdir()):
        if folder.is_dir() and options.only in folder.name:
            counts: Counter[str] = Counter()
            for line in compare(folder.resolve(), counts):
                wrong = True
                print(line)
            if counts["starts"] + counts["raises"]:
                counts["repositories"] = 1
                print(folder.name, dict(counts), flush=True)
            total += counts
    print(dict(total))
    sys.exit(wrong)


if __name__ == "__main__":
    main()
