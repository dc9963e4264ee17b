"""Which deployments a repository has, and the command lines that tell."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from dotmac_lint.model.command_lines import CommandLine, find_command_lines
from dotmac_lint.model.deployments import ConfiguredDeployment, DeploymentSpec, discover
from dotmac_lint.workspace import Workspace

APP = "services: {app: {image: acme, depends_on: [db]}, db: {image: postgres}}\n"
OVERLAY = "services: {app: {environment: {A: b}}}\n"
PROFILES = "services: {app: {environment: {A: b}}, a: {image: a, profiles: [web]}, b: {image: b, profiles: [jobs]}}\n"
ALONE = "services: {app: {build: .}}\n"
BASE_AND_PROD = {"compose.yml": APP, "compose.prod.yml": OVERLAY}


def workspace(root: Path, files: Mapping[str, str]) -> Workspace:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return Workspace(root)


def found(root: Path, files: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {spec.name: spec.files for spec in discover(workspace(root, files)).specs}


def only(root: Path, files: Mapping[str, str]) -> CommandLine:
    (line,) = find_command_lines(workspace(root, files))
    return line


def test_what_lies_in_a_folder_of_backups_is_not_started(tmp_path: Path) -> None:
    comment = "# docker compose -f compose.yml up -d\n"
    files = {"compose.yml": ALONE, "_backup/2025-12-29/compose.yml": comment + ALONE}
    assert found(tmp_path, files) == {"default": ("compose.yml",)}


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
            "Makefile",
            "up up-prod:\n\tdocker compose -f compose.yml $(if $(findstring -prod,$@),-f compose.prod.yml) up\n",
        ),
        (
            "Makefile",
            "X := 1\n\nup:\n\t@$(shell docker compose -f compose.yml -f compose.prod.yml up)\n",
        ),
        (
            "stack.sh",
            "docker stack deploy --with-registry-auth -c compose.yml --compose-file=compose.prod.yml acme\n",
        ),
        (
            ".github/workflows/ci.yml",
            "env:\n  WHICH: compose.prod.yml # the real one\njobs:\n  a:\n    steps:\n      - run: |\n"
            "          docker compose -f compose.yml -f $WHICH up\n",
        ),
        (
            ".github/workflows/ci.yml",
            "jobs:\n  a:\n    env:\n      COMPOSE_FILE: compose.yml:compose.prod.yml\n    steps:\n"
            "      - run: docker compose up\n  b:\n    env:\n      COMPOSE_FILE: gone.yml\n",
        ),
        (
            ".github/workflows/ci.yml",
            "jobs:\n  a:\n    steps:\n      - run: docker compose up\n        env:\n"
            '          COMPOSE_FILE: "compose.yml:compose.prod.yml"\n',
        ),
        (
            "tests/conftest.py",
            'BASE = ["docker", "compose", "-f", "compose.yml"]\nPROD = "compose.prod.yml"\n'
            'def up(*more):\n    subprocess.run([*BASE, "-f", str(ROOT / PROD)] + ["up", *more])\n',
        ),
        ("start.py", 'os.environ["COMPOSE_FILE"] = ("compose.yml:compose.prod.yml")\n'),
        ("start.py", 'run(["x"], env={"COMPOSE_FILE": "compose.yml:compose.prod.yml"})\n'),
        ("start.py", 'os.system("docker compose -f compose.yml -f compose.prod.yml up -d")\n'),
        ("start.py", 'os.system(f"docker compose -f compose.yml -f compose.{which}.yml up -d")\n'),
        (
            "up.ps1",
            'switch ($e) {\n  "prod" { $files = @("compose.yml", "compose.prod.yml"); $name = "p" }\n}\n'
            '$arguments = ($files | ForEach-Object { "-f $_" }) -join " "\n'
            '$command = "docker compose $arguments -p $name up -d"\nInvoke-Expression $command\n',
        ),
        (
            "up.ps1",
            '$BASE = Join-Path -Path $SCRIPT_DIR -ChildPath "compose.yml"\n$PROD = "compose.prod.yml"\n'
            '& docker compose -f "$BASE" -f $PROD up\n',
        ),
        (
            "up.sh",
            "COMPOSE=$(find_compose)\n$COMPOSE -f compose.yml -f compose.prod.yml up -d\n$X -f compose.yml\n",
        ),
        ("docs/a.md", "```powershell\ndocker compose -f .\\compose.yml `\n  -f compose.prod.yml up\n```\n"),
        ("docs/a.md", "```yaml\n  run: docker compose -f compose.yml -f compose.prod.yml up\n```\n"),
        ("up.ps1", "docker compose -f compose.yml `\r\n  -f compose.prod.yml up\r\n"),
        ("up.bat", "docker compose -f compose.yml ^\r\n  -f compose.prod.yml up\r\n"),
        ("setup.sh", "ln -sf compose.prod.yml docker-compose.override.yml\ndocker logs x\n"),
        ("docs/a.md", "```\ncp compose.prod.yml compose.override.yml\n```\n"),
        (
            "ops.yml",
            "# Usage:\n#   docker compose -f compose.yml \\\n#     -f compose.prod.yml up\na: 1\n",
        ),
    ],
)
def test_where_command_lines_are_found(tmp_path: Path, path: str, text: str) -> None:
    lines = find_command_lines(workspace(tmp_path, {**BASE_AND_PROD, path: text}))
    line = max(lines, key=lambda line: len(line.files))
    assert line.span.path == path
    assert len({word.path for one in lines for word in one.files}) == 2
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
    assert (line.directory, line.kind) == ("deploy", "make")
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


@pytest.mark.parametrize("on_one_line", [False, True])
def test_branches_do_not_see_what_others_have_set(tmp_path: Path, on_one_line: bool) -> None:
    text = (
        'f() {\n  local files="-f compose.yml"\n  case "$1" in\n'
        '    prod)\n      files="$files -f compose.prod.yml"\n      ;;\n'
        '    dev)\n      files="$files -f compose.dev.yml"\n      ;;\n  esac\n  docker compose $files up\n}\n'
    )
    if on_one_line:
        text = text.replace(")\n      files", ") files").replace("\n      ;;", " ;;")
    files = {**BASE_AND_PROD, "compose.dev.yml": APP, "up.sh": text + text.replace("f()", "g()")}
    lines = find_command_lines(workspace(tmp_path, files))
    assert {tuple(word.path for word in line.files) for line in lines} == {
        ("compose.yml",),
        ("compose.yml", "compose.prod.yml"),
        ("compose.yml", "compose.dev.yml"),
    }


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
        (
            "run.sh",
            "cp compose.override.yml\nln\ncp -r a compose.prod.yml\ndocker stack deploy -c\n./x.sh compose.yml\n",
        ),
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
        "compose.prod.yml": PROFILES,
        "compose.monitoring.yml": ALONE,
        "Makefile": "C = docker compose\n"
        "prod:\n\tdocker compose -f compose.base.yml -f compose.prod.yml --env-file .env.prod "
        "--profile web up\n"
        "logs:\n\t$(C) -f compose.base.yml -f compose.prod.yml --profile jobs logs\n",
    }
    specs = {spec.name: spec for spec in discover(workspace(tmp_path, files)).specs}
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


def test_a_profile_of_an_override_that_is_linked(tmp_path: Path) -> None:
    files = {
        "compose.yml": APP,
        "compose.override.dev.yml": PROFILES,
        "use.sh": "ln -s compose.override.dev.yml compose.override.yml\n",
        "test.sh": "docker compose --profile web --profile none run web\n",
    }
    specs = discover(workspace(tmp_path, files)).specs
    assert [(spec.files, spec.profiles) for spec in specs] == [
        (("compose.yml",), ()),
        (("compose.yml", "compose.override.dev.yml"), ("web",)),
    ]


def test_one_deployment_for_each_env_file(tmp_path: Path) -> None:
    files = {
        "compose.yml": APP,
        "up.sh": "docker compose up\ndocker compose --env-file .env.prod up\n"
        "docker compose --env-file .env.staging up\ndocker compose --env-file nowhere/.env up\n",
    }
    specs = discover(workspace(tmp_path, files)).specs
    assert [(spec.name, spec.env_files, spec.production) for spec in specs] == [
        ("default", (), False),
        ("production", (".env.prod",), True),
        ("staging", (".env.staging",), False),
    ]


def test_what_an_env_file_states(tmp_path: Path) -> None:
    files = {
        "compose.yml": APP,
        "compose.tls.yml": PROFILES,
        ".env.example": "COMPOSE_FILE=compose.yml:compose.tls.yml\n"
        "COMPOSE_PROFILES=web,jobs\nCOMPOSE_PROJECT_NAME=acme\n",
    }
    (spec,) = discover(workspace(tmp_path, files)).specs
    assert (spec.files, spec.profiles, spec.project_name) == (
        ("compose.yml", "compose.tls.yml"),
        ("web", "jobs"),
        "acme",
    )
    assert [label.span.path for label in spec.evidence] == [".env.example"]


def test_the_env_files_of_a_workflow(tmp_path: Path) -> None:
    files = {
        "compose.yml": APP,
        "ci/base.yml": OVERLAY,
        "ci/base.env": "A=b\n",
        "ci/plain/compose.yml": OVERLAY,
        "ci/tls/compose.yml": OVERLAY,
        ".github/workflows/ci.yml": "jobs:\n  list: {}\n  test:\n    env:\n"
        "      COMPOSE_FILE: compose.yml:ci/base.yml:${{ matrix.folder }}compose.yml\n"
        "      COMPOSE_ENV_FILES: ci/base.env\n    steps:\n      - run: docker compose up -d\n",
    }
    specs = discover(workspace(tmp_path, files)).specs
    assert [(spec.files, spec.env_files) for spec in specs if spec.name != "default"] == [
        (("compose.yml", "ci/base.yml", "ci/plain/compose.yml"), ("ci/base.env",)),
        (("compose.yml", "ci/base.yml", "ci/tls/compose.yml"), ("ci/base.env",)),
    ]


def test_a_script_that_is_given_several_files(tmp_path: Path) -> None:
    files = {
        "services/compose.yml": APP,
        "services/compose.local.yml": OVERLAY,
        "services/compose.ui.yml": ALONE,
        "tools/merge.bash": 'c="docker stack config"\nfor f in "$@"; do c+=" --compose-file $f"; done\n$c\n',
        "tools/check.sh": 'yamllint "$@"\n',
        "Makefile": ".stack.yml:\n\ttools/merge.bash -e .env \\\n\t\tservices/compose.yml \\\n"
        "\t\tservices/compose.local.yml \\\n\t\tservices/compose.ui.yml > $@\n"
        "check:\n\ttools/check.sh services/compose.local.yml services/compose.ui.yml\n",
    }
    assert set(found(tmp_path, files).values()) == {
        ("services/compose.yml",),
        ("services/compose.yml", "services/compose.local.yml", "services/compose.ui.yml"),
    }


def test_conditions_of_python(tmp_path: Path) -> None:
    code = (
        "class Compose:\n    def __init__(self, name):\n"
        '        self.base = ("docker", "compose", "-p", name)\n    def __call__(self, *command):\n'
        '        files = ["-f", "compose.yml"]\n        if CI:\n            files += ("-f", "compose.prod.yml")\n'
        "        subprocess.check_call(self.base + tuple(files) + command)\n"
    )
    assert found(tmp_path, {**BASE_AND_PROD, "tests/helper.py": code}) == {
        "default": ("compose.yml",),
        "production": ("compose.yml", "compose.prod.yml"),
    }


def test_a_file_of_images_is_an_overlay(tmp_path: Path) -> None:
    files = {
        "compose.yml": "services: {app: {build: ., ports: ['80:80']}, db: {image: postgres, restart: always}}\n",
        "tests/compose.ci.yml": "services: {app: {image: 'registry.test/app:1'}}\n",
        "tests/compose.cache.yml": "services: {cache: {image: redis}}\n",
    }
    assert found(tmp_path, files) == {
        "cache": ("tests/compose.cache.yml",),
        "ci": ("compose.yml", "tests/compose.ci.yml"),
        "default": ("compose.yml",),
    }


def test_a_part_with_a_default_name(tmp_path: Path) -> None:
    """`integrations/x/compose.yml` depends on services of a file with a name of its own."""
    files = {
        "docker/main.yml": APP,
        "integrations/x/compose.yml": "services: {x: {image: x, depends_on: [app], volumes: ['logs:/log']}}\n",
        "integrations/x/compose-tests.yml": "services: {x: {build: .}}\n",
    }
    result = discover(workspace(tmp_path, files))
    assert result.specs == ()
    assert [(u.path, u.reason) for u in result.unplaced] == [
        (
            "integrations/x/compose-tests.yml",
            "it only says which images the services of another file run",
        ),
        ("integrations/x/compose.yml", "`app` is not defined"),
    ]


def test_templates_of_compose_files(tmp_path: Path) -> None:
    files = {"docker-compose.template.yml": APP, "compose.yml": APP}
    assert found(tmp_path, files) == {"default": ("compose.yml",)}


def test_an_included_service_may_be_overridden(tmp_path: Path) -> None:
    files = {
        "dev/compose.yml": "include: [../services/db.yaml]\nvolumes: {dev: {}}\n"
        "services: {db: {volumes: !override ['dev:/data']}}\n",
        "services/db.yaml": "services: {db: {image: postgres, volumes: ['data:/data']}}\n",
    }
    assert found(tmp_path, files) == {"default": ("dev/compose.yml",)}


@pytest.mark.parametrize(
    "port, sets",
    [
        ("'80:80'", {"cpu": ("cpu",), "gpu": ("gpu", "tools")}),
        ("'81:80'", {"default": ("cpu", "gpu", "tools")}),
    ],
)
def test_profiles_that_exclude_each_other(
    tmp_path: Path, port: str, sets: dict[str, tuple[str, ...]]
) -> None:
    files = {
        "compose.yml": "services:\n  app: {image: app}\n  a: {image: a, profiles: [cpu], ports: ['80:80']}\n"
        f"  b: {{image: b, profiles: [gpu], ports: [{port}]}}\n  c: {{image: c, profiles: [tools]}}\n",
        "README.md": "```\ndocker compose up\ndocker compose --profile cpu up\n"
        "docker compose --profile gpu --profile tools --profile gone up\n```\n",
    }
    specs = discover(workspace(tmp_path, files)).specs
    assert {spec.name.removesuffix("-tools"): spec.profiles for spec in specs} == sets
    assert [len(spec.evidence) for spec in specs] == ([2, 2] if len(sets) == 2 else [3])


@pytest.mark.parametrize("port, profiles", [("'80:80'", ()), ("'81:80'", ("cpu", "gpu"))])
def test_profiles_without_which_nothing_starts(tmp_path: Path, port: str, profiles: tuple[str, ...]) -> None:
    files = {
        "compose.yml": "services:\n  a: {image: a, profiles: [cpu], ports: ['80:80']}\n"
        f"  b: {{image: b, profiles: [gpu], ports: [{port}]}}\n"
    }
    (spec,) = discover(workspace(tmp_path, files)).specs
    assert spec.profiles == profiles


def test_an_env_file_beside_the_root(tmp_path: Path) -> None:
    files = {
        "docker/compose.yml": APP,
        "up.sh": "docker compose -f docker/compose.yml --env-file .env up\n",
        "docker/up.sh": "docker compose --env-file .env up\n",
        ".env.example": "A=b\n",
    }
    (spec,) = discover(workspace(tmp_path, files)).specs
    assert spec.env_files == (".env",)


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
        ("tests/resources/docker/compose.yml", APP),
        ("docs/configs/compose.yml", APP),
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
    assert discover(Workspace(tmp_path)).specs == ()


def test_go_templates_of_docker_are_no_jinja(tmp_path: Path) -> None:
    text = 'services:\n  app:\n    image: x\n    hostname: "{{.Node.Hostname}}"\n    # {{ jinja }}\n'
    text += '    command: sh -c "sed s/{{PORT}}/80/ /conf.template > /conf"\n'
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
    assert discover(workspace(tmp_path, BASE_AND_PROD), configured).specs == (
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
        'docker compose "\\',
    ],
)
@pytest.mark.parametrize("path", ["x.sh", "Makefile", "README.md", "ci.yml"])
@pytest.mark.usefixtures("takes_no_time")
def test_odd_texts_take_no_time(tmp_path: Path, path: str, text: str) -> None:
    find_command_lines(workspace(tmp_path, {path: text, "compose.yml": APP}))


def test_what_an_editor_keeps_of_earlier_days_is_no_deployment(tmp_path: Path) -> None:
    earlier = {
        ".history/compose.prod_20250308.yml": APP,
        ".history/up.sh": "docker compose -f .history/compose.prod_20250308.yml up\n",
    }
    assert found(tmp_path, {"compose.yml": APP} | earlier) == {"default": ("compose.yml",)}
