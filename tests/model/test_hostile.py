"""Repositories that want to be read for ever, or to be read outside: each ends in a clear DM000."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from dotmac_lint.config import ConfigError, load
from dotmac_lint.known import Known
from dotmac_lint.model.deployment import Repository
from dotmac_lint.model.env_files import missing_env_files
from dotmac_lint.workspace import Workspace

APP = "services: {app: {image: acme}}\n"
WITH_ENV = "services: {app: {image: acme, env_file: app.env, environment: {Z: '${A50}'}}}\n"
GROWING = "A0=xxxxxxxxxx\n" + "".join(f"A{i}=${{A{i - 1}}}${{A{i - 1}}}\n" for i in range(1, 60))


def repository(root: Path, files: Mapping[str, str | int]) -> Repository:
    """A number is the size of a file of zeros."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, int):
            with path.open("wb") as stream:
                stream.truncate(content)
        else:
            path.write_text(content)
    return Repository(Workspace(root))


def bomb() -> str:
    lines = ["x-a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9]"]
    lines += [f"x-{c}: &{c} [{', '.join([f'*{p}'] * 9)}]" for p, c in zip("abcdefg", "bcdefgh", strict=True)]
    return "\n".join([*lines, "services: {app: {image: x, labels: *h}}", ""])


def chain(length: int) -> str:
    services = [
        f"  s{i}: {{extends: {{service: s{i - 1}}}, environment: {{A{i}: b}}}}" for i in range(1, length)
    ]
    return "\n".join(["services:", "  s0: {image: x}", *services, ""])


def included(count: int, *, twice: bool) -> dict[str, str]:
    files = {
        f"f{i}.yml": f"include: [f{i + 1}.yml{f', ./f{i + 1}.yml' * twice}]\n{APP}" for i in range(count)
    }
    return {"compose.yml": f"include: [f0.yml]\n{APP}", **files, f"f{count}.yml": APP}


@pytest.mark.parametrize(
    "files, message",
    [
        ({"compose.yml": bomb()}, "This YAML has over 50000 nodes when its aliases are expanded."),
        ({"compose.yml": "services: " + "[" * 100_000}, "This is not valid YAML: exceeded maximum nesting depth."),
        ({"compose.yml": 50_000_000}, "`compose.yml` is larger than 8 MB and is not read."),
        ({"compose.yml": APP + "#" * 2_000_000}, "`compose.yml` is larger than 1024 KB and is not read."),
        (
            {"compose.yml": "services: {app: {build: .}}\n", "Dockerfile": 50_000_000},
            "`Dockerfile` is larger than 8 MB and is not read.",
        ),
        ({"compose.yml": WITH_ENV, "app.env": 50_000_000}, "`app.env` is larger than 8 MB and is not read."),
        ({"compose.yml": WITH_ENV, "app.env": "A=b\n" * 90_000}, "`app.env` is larger than 256 KB and is not read."),
        ({"compose.yml": APP, ".env": "A=b\n" * 90_000}, "`.env` is larger than 256 KB and is not read."),
        (
            {"compose.yml": WITH_ENV, "app.env": GROWING},
            "The value of `A14` grows to over 128 KB once its variables are put in.",
        ),
        (
            {"compose.yml": WITH_ENV, ".env": GROWING},
            "The value of `A14` grows to over 128 KB once its variables are put in.",
        ),
        (
            {
                "compose.yml": WITH_ENV,
                "app.env": "A=" + "x" * 60_000 + "\n" + "".join(f"B{i}=${{A}}\n" for i in range(200)),
            },
            "The value of `B68` grows to over 128 KB once its variables are put in.",
        ),
        (
            {"compose.yml": WITH_ENV.replace("${A50}", "${A}" * 1_000), ".env": "A=" + "x" * 1_000 + "\n"},
            "Values grow without bound here once their variables are put in.",
        ),
        (
            {
                "compose.yml": APP.replace("image", "environment: {" + "".join(f"Z{i}: '$A', " for i in range(900))
                + "}, image"),
                ".env": "A=" + "x" * 60_000 + "\n",
            },
            "Values grow without bound here once their variables are put in.",
        ),
        (
            {"compose.yml": WITH_ENV.replace("${A50}", "${A:-" * 500 + "}" * 500)},
            "Compose refuses this value: Interpolations are nested too deeply here.",
        ),
        (
            {"compose.yml": f"include: [a.yml]\n{APP}", "a.yml": f"include: [compose.yml]\n{APP}"},
            "This include leads back to the file that it stands in.",
        ),
        (included(60, twice=True), "Too many files include one another: what follows is not read."),
        (included(600, twice=False), "Too many files include one another: what follows is not read."),
        (
            {"compose.yml": f"include: [{', '.join(f'f{i}.yml' for i in range(600))}]\n"}
            | {f"f{i}.yml": APP for i in range(600)},
            "This project has more than 500 files, which are not all read.",
        ),
        (
            {"compose.yml": "services: {a: {image: x, extends: b}, b: {extends: {service: a}}}\n"},
            "The service `b` extends itself.",
        ),
        (
            {
                "compose.yml": "services: {a: {image: x, extends: {file: o.yml, service: b}}}\n",
                "o.yml": "services: {b: {extends: {file: compose.yml, service: a}}}\n",
            },
            "The service `a` extends itself.",
        ),
        ({"compose.yml": chain(3_000)}, "Too much is extended here: what follows is not taken over."),
        (
            {"compose.yml": "\n".join(["services:", *reversed(chain(1_000).splitlines()[1:])])},
            "Too much is extended here: what follows is not taken over.",
        ),
        (
            {
                "compose.yml": "services:\n  b: {image: x, environment: {"
                + "".join(f"A{i}: b, " for i in range(2_000)) + "}}\n"
                + "".join(f"  s{i}: {{extends: b}}\n" for i in range(200))
            },
            "Too much is extended here: what follows is not taken over.",
        ),
    ],
)  # fmt: skip
def test_too_much(tmp_path: Path, files: Mapping[str, str | int], message: str) -> None:
    messages = [problem.message for problem in repository(tmp_path, files).unreadable()]
    assert message in messages
    assert len(messages) <= 3, messages


def test_much_is_not_too_much(tmp_path: Path) -> None:
    """Many services may extend one of another file, and each gets what it has."""
    files = {
        "compose.yml": "services:\n"
        + "".join(f"  s{i}: {{image: x, extends: {{file: base.yml, service: b}}}}\n" for i in range(300)),
        "base.yml": "services: {b: {environment: {A: b}}}\n",
    }
    made = repository(tmp_path, files)
    assert list(made.unreadable()) == []
    (deployment,) = made.deployments
    assert all([v.name for v in service.definition.environment] == ["A"] for service in deployment.services)


def test_nobody_hears_of_a_large_file_that_is_no_configuration(tmp_path: Path) -> None:
    made = repository(tmp_path, {"compose.yml": APP, "film.raw": 50_000_000})
    assert made.workspace.bytes("film.raw") is None
    assert list(made.unreadable()) == []


def test_an_env_file_that_is_not_read_is_not_empty(tmp_path: Path) -> None:
    made = repository(tmp_path, {"compose.yml": WITH_ENV, "app.env": "A=b\n" * 90_000})
    (service,) = made.deployments[0].services
    assert service.environment.unknown


def test_nothing_outside_the_root_is_read(tmp_path: Path) -> None:
    secret = {"image": "leaked", "environment": {"LEAKED": "1"}}
    outside = tmp_path / "outside"
    repository(
        outside,
        {"x.yml": f"services: {{x: {secret}}}\n", "x.env": "LEAKED=1\n", "Dockerfile": "ENV LEAKED=1\n"},
    )
    root = tmp_path / "a" / "root"
    made = repository(
        root,
        {
            "compose.yml": "include: [../../outside/x.yml, link.yml, folder/x.yml]\nservices:\n"
            "  a: {image: x, extends: {file: ../../outside/x.yml, service: x}}\n"
            "  b: {image: x, extends: {file: link.yml, service: x}}\n"
            "  c: {image: x, env_file: [../../outside/x.env, link.env, folder/x.env]}\n"
            "  d: {build: {context: ../../outside}}\n"
            "  e: {build: {context: ., dockerfile: folder/Dockerfile}}\n",
            "up.sh": "docker compose -f compose.yml -f ../../outside/x.yml -f link.yml up\n",
        },
    )
    (root / "link.yml").symlink_to(outside / "x.yml")
    (root / "link.env").symlink_to(outside / "x.env")
    (root / "folder").symlink_to(outside, target_is_directory=True)
    (root / "loop").symlink_to("loop")
    (root / ".env").symlink_to("/dev/zero")
    os.mkfifo(root / "pipe.yml")
    (deployment,) = made.deployments
    assert deployment.spec.files == ("compose.yml",)
    assert "link.env" not in {missing.path for missing in missing_env_files(deployment)}
    for service in deployment.services:
        assert service.image is None or not service.image.stages
        assert all(variable.name != "LEAKED" for variable in service.definition.environment)
        assert "LEAKED" not in service.environment.variables
        assert service.base_image != Known("leaked")
    assert [service.environment.unknown is not None for service in deployment.services[:2]] == [True, True]
    assert [(found.message.split("`")[1], found.outside) for found in made.unreadable()] == [
        (path, True)
        for path in ("../../outside/x.yml", "link.yml", "folder/x.yml", "../../outside/x.yml", "link.yml")
    ]


def test_a_compose_file_that_is_a_link_to_the_outside_is_told(tmp_path: Path) -> None:
    repository(tmp_path / "outside", {"x.yml": "services: {x: {image: leaked}}\n"})
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "compose.yml").symlink_to(tmp_path / "outside" / "x.yml")
    made = repository(tmp_path / "root", {"Dockerfile": "FROM scratch\n"})
    (found,) = made.unreadable()
    assert (found.span.path, found.outside) == ("compose.yml", True)
    assert not made.deployments


@pytest.mark.parametrize(
    "text, message",
    [
        ("#" * 300_000, "it is larger than 256 KB"),
        ("a" + ".a" * 100_000 + " = 1\n", "its keys are nested too deeply"),
        ("['a'" + ". 'a'" * 30_000 + "]\n", "its keys are nested too deeply"),
        ("a = " + "[" * 50_000, "this is no valid TOML"),
        ("x = " + "{a = " * 20_000, "this is no valid TOML"),
        ("a" * 250_000, "this is no valid TOML"),
        (
            "".join(f"[deployments.x{i}]\nfiles = ['a.yml']\n" for i in range(101)),
            "there are more than 100 deployments",
        ),
    ],
)
@pytest.mark.parametrize("name", [".dotmac-lint.toml", "pyproject.toml"])
def test_configuration(tmp_path: Path, name: str, text: str, message: str) -> None:
    if name == "pyproject.toml":
        text = "[tool.dotmac-lint]\n" + text.replace("[deployments", "[tool.dotmac-lint.deployments")
    (tmp_path / name).write_text(text)
    with pytest.raises(ConfigError, match=message):
        load(tmp_path)
