"""Which deployments a repository has, and the command lines that tell."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from dotmac_lint.model.command_lines import CommandLine, find_command_lines
from dotmac_lint.model.deployments import ConfiguredDeployment, DeploymentSpec, discover, find_deployments
from dotmac_lint.workspace import Workspace

APP = "services: {app: {image: acme, depends_on: [db]}, db: {image: postgres}}\n"
OVERLAY = "services: {app: {environment: {A: b}}}\n"
ALONE = "services: {app: {build: .}}\n"
BASE_AND_PROD = {"compose.yml": APP, "compose.prod.yml": OVERLAY}


def workspace(root: Path, files: Mapping[str, str]) -> Workspace:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return Workspace(root)


def found(root: Path, files: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {spec.name: spec.files for spec in find_deployments(workspace(root, files))}


def only(root: Path, files: Mapping[str, str]) -> CommandLine:
    (line,) = find_command_lines(workspace(root, files))
    return line


# ---- command lines


@pytest.mark.parametrize(
    "path, text",
    [
        ("Makefile", "up:\n\tdocker compose -f compose.yml -f compose.prod.yml up -d\n"),
        (
            "Makefile",
            "F = -f compose.yml\nF += -f compose.prod.yml\nDC := docker compose $(F)\n\nup:\n\t@$(DC) up\n",
        ),
        (
            "build/rules.mk",
            "D = compose.prod.yml\nup:\n\tdocker compose -f compose.yml \\\n\t  -f $D up\n",
        ),
        (
            "justfile",
            "f := '-f compose.yml'\nup:\n  docker compose {{f}} -f compose.prod.yml up\n",
        ),
        ("run.sh", "docker-compose --file=compose.yml -fcompose.prod.yml up\n"),
        ("run.sh", 'F="-f compose.yml"\nF="$F -f compose.prod.yml"\ndocker compose $F up\n'),
        (
            "run.sh",
            'F=(\n  -f compose.yml\n)\nF+=(-f compose.prod.yml)\ndocker compose "${F[@]}" up\n',
        ),
        ("run.sh", "export COMPOSE_FILE=compose.yml:compose.prod.yml\ndocker compose up\n"),
        ("run.sh", "COMPOSE_FILE=compose.yml:compose.prod.yml docker compose up\n"),
        (
            "run.sh",
            'dc="docker compose -f compose.yml -f compose.prod.yml"\n\nstart() {\n  $dc up -d\n}\n',
        ),
        (
            "run.sh",
            'ssh host "cd /opt && docker compose -f compose.yml -f compose.prod.yml up"\n',
        ),
        (
            "scripts/up.sh",
            'HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"\n'
            'docker compose -f "$HERE/compose.yml" -f "${HERE}/compose.${1:-prod}.yml" up\n',
        ),
        (
            "scripts/up.sh",
            'cd "$(dirname "$0")/.."\ndocker compose -f compose.yml -f compose.$1.yml up\n',
        ),
        (
            "README.md",
            "```sh\ngit clone x\ncd x\ndocker compose -f compose.yml -f compose.prod.yml up\n```\n",
        ),
        ("README.md", "1. Run `docker compose -f compose.yml -f compose.prod.yml up -d`.\n"),
        ("docs/a.rst", "Run::\n\n    $ docker compose -f compose.yml -f compose.prod.yml up\n"),
        (
            "package.json",
            '{"scripts": {"up": "docker compose -f compose.yml -f compose.prod.yml up"}}',
        ),
        (
            ".github/workflows/ci.yml",
            "jobs:\n  a:\n    steps:\n      - name: x\n        run: |\n          docker compose \\\n"
            "            -f compose.yml \\\n            -f compose.prod.yml up\n",
        ),
        (
            ".gitlab-ci.yml",
            "up:\n  script:\n    - echo x\n    - docker compose -f compose.yml -f compose.prod.yml up\n",
        ),
        (
            "Taskfile.yml",
            "tasks:\n  up:\n    cmds:\n      - docker compose -f compose.yml -f compose.prod.yml up\n",
        ),
        (
            "ops.yml",
            "# Usage:\n#   docker compose -f compose.yml \\\n#     -f compose.prod.yml up\na: 1\n",
        ),
    ],
)
def test_where_command_lines_are_found(tmp_path: Path, path: str, text: str) -> None:
    line = only(tmp_path, {**BASE_AND_PROD, path: text})
    assert line.span.path == path
    assert [word.path for word in line.files] == ["compose.yml", "compose.prod.yml"]
    assert line.complete
    assert all(word.exists for word in line.files)
    assert line.subcommand == "up"


def test_the_parts_of_a_command_line(tmp_path: Path) -> None:
    text = (
        "deploy: build\n\tcd deploy && docker compose -p acme --env-file ../.env.prod --profile web "
        "-f stack.yml -f gone.yml --project-directory .. up -d --scale app=2 app worker\n"
    )
    line = only(tmp_path, {"deploy/stack.yml": APP, "Makefile": text})
    command = text[text.index("docker compose") :].rstrip()
    assert text[line.span.start : line.span.end] == command
    assert (line.program, line.directory, line.kind) == ("docker compose", "deploy", "make")
    assert [(w.text, w.path, w.exists, text[w.span.start : w.span.end]) for w in line.files] == [
        ("stack.yml", "deploy/stack.yml", True, "stack.yml"),
        ("gone.yml", "deploy/gone.yml", False, "gone.yml"),
    ]
    assert [(w.path, w.exists) for w in line.env_files] == [(".env.prod", False)]
    assert line.project_directory is not None
    assert (line.project_directory.path, line.project_directory.exists) == ("", True)
    assert (line.project_name, line.profiles, line.subcommand) == ("acme", ("web",), "up")
    assert [(s.name, text[s.span.start : s.span.end]) for s in line.services] == [
        ("app", "app"),
        ("worker", "worker"),
    ]


def test_a_program_in_a_variable_is_placed_where_it_is_used(tmp_path: Path) -> None:
    text = "DC = docker compose -f compose.yml\n\nup:\n\t@$(DC) up -d web\n"
    line = only(tmp_path, {"compose.yml": APP, "Makefile": text})
    assert text[line.span.start : line.span.end] == "$(DC) up -d web"
    assert text[line.files[0].span.start : line.files[0].span.end] == "compose.yml"


def test_values_of_variables_that_depend_on_conditions(tmp_path: Path) -> None:
    text = (
        'FILES=\'-f compose.yml\'\nif [ "$1" = prod ]; then\n  FILES="$FILES -f compose.prod.yml"\nfi\n'
        "docker compose $FILES up\n"
    )
    lines = find_command_lines(workspace(tmp_path, {**BASE_AND_PROD, "up.sh": text}))
    assert sorted(tuple(word.path for word in line.files) for line in lines) == [
        ("compose.yml",),
        ("compose.yml", "compose.prod.yml"),
    ]


def test_a_word_that_is_not_known_is_open(tmp_path: Path) -> None:
    line = only(tmp_path, {"compose.yml": APP, "up.sh": 'docker compose -f "$FILE" up\n'})
    assert not line.complete
    assert line.files[0].path is None


@pytest.mark.parametrize(
    "path, text",
    [
        ("README.md", "We use docker compose for that, and docker-compose files.\n"),
        ("CHANGELOG.md", "`docker compose up` works again\n"),
        ("node_modules/x/README.md", "```\ndocker compose up\n```\n"),
        ("run.sh", "# docker-compose is nice\necho docker\n"),
    ],
)
def test_what_is_no_command_line(tmp_path: Path, path: str, text: str) -> None:
    assert find_command_lines(workspace(tmp_path, {"compose.yml": APP, path: text})) == ()


def test_the_working_directory_of_a_workflow(tmp_path: Path) -> None:
    text = (
        "jobs:\n  a:\n    steps:\n      - run: docker compose up -d\n        working-directory: deploy\n"
        "      - run: |\n          cd other\n          docker compose up\n      - run: docker compose ps\n"
    )
    files = {"deploy/compose.yml": APP, "other/compose.yml": APP, ".github/workflows/a.yml": text}
    lines = find_command_lines(workspace(tmp_path, files))
    assert [(line.directory, line.subcommand) for line in lines] == [
        ("deploy", "up"),
        ("other", "up"),
        ("", "ps"),
    ]


# ---- deployments


def test_the_default_pair_and_an_overlay(tmp_path: Path) -> None:
    files = {"compose.yaml": APP, "compose.override.yaml": OVERLAY, "compose.production.yaml": OVERLAY}
    assert found(tmp_path, files) == {
        "default": ("compose.yaml", "compose.override.yaml"),
        "production": ("compose.yaml", "compose.production.yaml"),
    }


def test_an_overlay_is_never_alone(tmp_path: Path) -> None:
    files = {"a-compose.yml": APP, "b-compose.yml": APP, "compose.prod.yml": OVERLAY}
    result = discover(workspace(tmp_path, files))
    assert [spec.files for spec in result.specs] == [("a-compose.yml",), ("b-compose.yml",)]
    assert [(u.path, u.reason) for u in result.unplaced] == [
        ("compose.prod.yml", "its service `app` has neither an image nor a build")
    ]


def test_what_owners_start(tmp_path: Path) -> None:
    files = {
        "compose.base.yml": APP,
        "compose.prod.yml": OVERLAY,
        "compose.monitoring.yml": ALONE,
        "Makefile": "C = docker compose\n"
        "prod:\n\tdocker compose -f compose.base.yml -f compose.prod.yml --env-file .env.prod "
        "--profile web up\n"
        "logs:\n\t$(C) -f compose.base.yml -f compose.prod.yml --profile jobs logs\n",
    }
    specs = {spec.name: spec for spec in find_deployments(workspace(tmp_path, files))}
    assert {name: spec.files for name, spec in specs.items()} == {
        "monitoring": ("compose.monitoring.yml",),
        "production": ("compose.base.yml", "compose.prod.yml"),
    }
    production = specs["production"]
    assert production.production
    assert (production.env_files, production.profiles) == ((".env.prod",), ("web", "jobs"))
    assert [label.text.partition(" --profile")[0] for label in production.evidence] == [
        "docker compose -f compose.base.yml -f compose.prod.yml --env-file .env.prod",
        "$(C) -f compose.base.yml -f compose.prod.yml",
    ]
    assert not specs["monitoring"].production


def test_one_deployment_for_each_env_file(tmp_path: Path) -> None:
    files = {
        "compose.yml": APP,
        "up.sh": "docker compose up\ndocker compose --env-file .env.prod up\n"
        "docker compose --env-file .env.staging up\ndocker compose --env-file nowhere/.env up\n",
    }
    specs = find_deployments(workspace(tmp_path, files))
    assert [(spec.name, spec.env_files, spec.production) for spec in specs] == [
        ("default", (), False),
        ("production", (".env.prod",), True),
        ("staging", (".env.staging",), False),
    ]


def test_what_an_env_file_states(tmp_path: Path) -> None:
    files = {
        "compose.yml": APP,
        "compose.tls.yml": OVERLAY,
        ".env.example": "COMPOSE_FILE=compose.yml:compose.tls.yml\n"
        "COMPOSE_PROFILES=web,jobs\nCOMPOSE_PROJECT_NAME=acme\n",
    }
    (spec,) = find_deployments(workspace(tmp_path, files))
    assert (spec.files, spec.profiles, spec.project_name) == (
        ("compose.yml", "compose.tls.yml"),
        ("web", "jobs"),
        "acme",
    )
    assert [label.span.path for label in spec.evidence] == [".env.example"]


def test_names_are_unique(tmp_path: Path) -> None:
    files = {"a/compose.yml": APP, "b/compose.yml": APP, "dev-compose.yml": APP, "compose.dev.yml": ALONE}
    assert found(tmp_path, files) == {
        "a-default": ("a/compose.yml",),
        "b-default": ("b/compose.yml",),
        "dev": ("compose.dev.yml",),
        "dev-2": ("dev-compose.yml",),
    }


@pytest.mark.parametrize(
    "path, text",
    [
        ("{{cookiecutter.name}}/compose.yml", APP),
        ("compose.yml", "services:\n  app:\n    image: {{ image }}\n"),
        ("compose.yml", "{% if x %}\nservices: {a: {image: b}}\n{% endif %}\n"),
        ("tests/fixtures/compose.yml", APP),
        ("vendor/x/compose.yml", APP),
        ("compose.yml", "version: '3'\n"),
        ("compose.yml", "services: [\n"),
        ("compose.yml", ""),
        ("compose.yml", "\udcff\x00"),
        ("src/compose.py", APP),
    ],
)
def test_what_is_no_deployment(tmp_path: Path, path: str, text: str) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert find_deployments(Workspace(tmp_path)) == ()


def test_go_templates_of_docker_are_no_jinja(tmp_path: Path) -> None:
    text = 'services:\n  app:\n    image: x\n    hostname: "{{.Node.Hostname}}"\n    # {{ jinja }}\n'
    assert found(tmp_path, {"compose.yml": text}) == {"default": ("compose.yml",)}


def test_a_fixture_that_somebody_starts(tmp_path: Path) -> None:
    files = {
        "tests/fixtures/compose.yml": APP,
        "Makefile": "t:\n\tdocker compose -f tests/fixtures/compose.yml up\n",
    }
    assert found(tmp_path, files) == {"default": ("tests/fixtures/compose.yml",)}


def test_included_and_extended_files_are_parts_of_others(tmp_path: Path) -> None:
    files = {
        "compose.yml": "include: [db/compose.db.yml]\nservices:\n  app:\n    image: x\n    depends_on: [db]\n"
        "  job: {extends: {file: compose.common.yml, service: base}}\n",
        "db/compose.db.yml": "services: {db: {image: postgres}}\n",
        "compose.common.yml": "services: {base: {environment: {A: b}}}\n",
    }
    assert found(tmp_path, files) == {"default": ("compose.yml",)}


def test_a_development_container(tmp_path: Path) -> None:
    files = {
        "compose.yml": APP,
        ".devcontainer/compose.dev.yml": OVERLAY,
        ".devcontainer/devcontainer.json": '{"dockerComposeFile": ["../compose.yml", "compose.dev.yml"]}',
    }
    assert found(tmp_path, files)["development"] == ("compose.yml", ".devcontainer/compose.dev.yml")


def test_twins(tmp_path: Path) -> None:
    result = discover(workspace(tmp_path, {"compose.yaml": APP, "docker-compose.yml": ALONE}))
    assert [spec.files for spec in result.specs] == [("compose.yaml",)]
    assert [(u.path, u.reason) for u in result.unplaced] == [
        ("docker-compose.yml", "Compose takes `compose.yaml` of the same folder instead")
    ]


def test_examples_of_overrides_wait_to_be_copied(tmp_path: Path) -> None:
    result = discover(workspace(tmp_path, {"compose.yml": APP, "compose.override.example.yml": OVERLAY}))
    assert [spec.files for spec in result.specs] == [("compose.yml",)]
    assert [u.reason for u in result.unplaced] == ["it is an example of an override"]


def test_the_configuration_has_the_last_word(tmp_path: Path) -> None:
    configured = (
        ConfiguredDeployment("live", ("compose.yml", "compose.prod.yml"), profiles=("web",)),
        ConfiguredDeployment("lab", ("compose.yml",), production=True),
    )
    assert find_deployments(workspace(tmp_path, BASE_AND_PROD), configured) == (
        DeploymentSpec("live", ("compose.yml", "compose.prod.yml"), profiles=("web",), production=True),
        DeploymentSpec("lab", ("compose.yml",), production=True),
    )


@pytest.mark.parametrize(
    "text",
    [
        "docker compose " + "$(" * 5_000,
        "A=${A:-" * 5_000 + "docker compose",
        "docker compose -f " + '"' * 20_001,
        "F=(docker compose\n" * 5_000,
        "docker compose " + "\\\n" * 20_000,
        "\n".join(f'A="$A$A docker compose {n}"' for n in range(200)),
        "if docker compose; then\n" * 5_000,
    ],
)
@pytest.mark.parametrize("path", ["x.sh", "Makefile", "README.md", "ci.yml"])
def test_odd_texts_take_no_time(tmp_path: Path, path: str, text: str) -> None:
    find_command_lines(workspace(tmp_path, {path: text, "compose.yml": APP}))
