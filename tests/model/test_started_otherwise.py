"""What owners start otherwise than the files say by themselves, or make before they do."""

from __future__ import annotations

from pathlib import Path

import pytest

from dotmac_lint.model.builds import missing_sources, missing_sources_of_others
from dotmac_lint.model.compose_references import dangling_references
from dotmac_lint.model.deployment import Repository
from dotmac_lint.model.documentation import missing_references
from dotmac_lint.model.documented_scripts import missing_scripts
from dotmac_lint.model.example_drift import idle_entries
from dotmac_lint.model.expectations import unread_variables
from dotmac_lint.model.interpolated import blanks
from dotmac_lint.model.network import peers
from dotmac_lint.model.orphans import orphans
from dotmac_lint.model.published_ports import port_clashes
from dotmac_lint.model.start_scripts import missing_in_images
from dotmac_lint.model.twins import twin_files
from dotmac_lint.workspace import Workspace


def _repository(root: Path, files: dict[str, str]) -> Repository:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Repository(Workspace(root))


def _missing(repository: Repository) -> list[str]:
    return [found.name for found in missing_references(repository)]


DOCKERFILE = "FROM node:24\nCOPY lock.json ./\nCOPY api/ ./api/\nCMD node api/main.js\n"
SUITE = """
services:
  suite:
    image: ci/$PROJECT:$BUILD
    environment:
      API_ZONE: north
      API_TIDE: high
  pack:
    build: .
    image: ci/$PROJECT:$BUILD
"""
MAKEFILE = """
FLAGS ?= -f compose.yaml
IMAGE ?= ci/$(PROJECT):$(BUILD)
build:
\tdocker build --tag $(IMAGE) --file Dockerfile ..
pack:
\tdocker compose $(FLAGS) up pack
\tdocker compose $(FLAGS) up post
"""


def test_an_image_that_a_command_makes_in_another_context(tmp_path: Path) -> None:
    repository = _repository(
        tmp_path,
        {
            "lock.json": "{}",
            "aaa/main.js": "process.env.API_OTHER",
            "aaa/compose.ci.yaml": SUITE,
            "aaa/Dockerfile": "FROM node:24\nCOPY main.js ./\nCMD node main.js\n",
            "api/main.js": "process.env.API_ZONE",
            "api/compose.ci.yaml": SUITE,
            "api/compose.yaml": "services:\n  web:\n    image: registry.example/web\n",
            "api/Dockerfile": DOCKERFILE,
            "api/Makefile": MAKEFILE,
        },
    )
    (suite,) = (d for d in repository.deployments if d.spec.files == ("api/compose.ci.yaml",))
    assert not list(missing_sources(suite))
    assert [unread.variable.name for unread in unread_variables(suite)] == ["API_TIDE"]
    assert _missing(repository) == ["post"]  # of whichever file the caller of make names


@pytest.mark.parametrize(("file", "found"), [("rules.mk", []), ("Makefile", ["port"])])
def test_a_part_of_makefiles_that_enters_a_folder_above(tmp_path: Path, file: str, found: list[str]) -> None:
    files = {
        "compose.yaml": "services:\n  ferry:\n    image: registry.example/ferry\n",
        f"parts/{file}": "COMPOSE := cd ../ && docker compose -f compose.yaml\ntest:\n\t$(COMPOSE) run port\n",
    }
    assert _missing(_repository(tmp_path, files)) == found


@pytest.mark.parametrize(("output", "found"), [("$(PROGRAM)", 0), ("$(OTHER)", 1)])
def test_a_compiler_gets_the_name_by_a_variable(tmp_path: Path, output: str, found: int) -> None:
    repository = _repository(
        tmp_path,
        {
            "Makefile": "PROGRAM=ferry_core\nOTHER=pier\n"
            f"core:\n\tdocker run --rm builder go build -o $(ROOT)/make/core/{output}\n"
            "image:\n\tdocker build -f make/core/Dockerfile .\n",
            "make/core/run.sh": "",
            "make/core/conf.yml": "",
            "make/core/Dockerfile": "FROM debian:13\nCOPY make/core/run.sh /\nCOPY make/core/conf.yml /\n"
            "COPY make/core/ferry_core /\n",
        },
    )
    assert len(list(missing_sources_of_others(repository))) == found


@pytest.mark.parametrize(("to", "found"), [("make/.", []), ("other/", ["./make/compose.test.yml"])])
def test_a_script_copies_the_file_into_the_folder(tmp_path: Path, to: str, found: list[str]) -> None:
    files = {
        "tests/prepare.sh": f"cp tests/compose.test.yml {to}\n",
        "tests/compose.test.yml": "services:\n  ferry:\n    image: registry.example/ferry\n",
        "ci.sh": "docker compose -f ./make/compose.test.yml up -d\n",
        "make/run.sh": "",
    }
    assert _missing(_repository(tmp_path, files)) == found


def test_an_example_in_the_folder_of_another_repository(tmp_path: Path) -> None:
    text = "It is [here](https://forge.example/ferry/clients/tree/main/java/demo).\n\n"
    text += "```\ncp java/.env.example java/.env\n```\n"
    assert not _missing(_repository(tmp_path, {"docs/java.md": text}))
    assert _missing(_repository(tmp_path, {"docs/java.md": text.replace("/java/demo", "/demo")})) == [
        "java/.env.example"
    ]


BASE = """
services:
  app:
    image: registry.example/app
    ports: [7110:80]
  store:
    image: registry.example/store
"""
ALONE = """
services:
  whole:
    image: registry.example/whole
    ports: [7110:80]
  store:
    image: registry.example/store
  desk:
    image: registry.example/desk
    depends_on: [app]
"""


def test_ports_of_files_that_are_joined_by_guess(tmp_path: Path) -> None:
    files = {"docker-compose.yml": BASE, "docker-compose.all-in-one.yml": ALONE}
    repository = _repository(tmp_path, files)
    assert any(len(deployment.spec.files) == 2 for deployment in repository.deployments)
    assert not [clash for deployment in repository.deployments for clash in port_clashes(deployment)]
    command = {"run.sh": "docker compose -f docker-compose.yml -f docker-compose.all-in-one.yml up -d\n"}
    repository = _repository(tmp_path, command)
    assert [clash for deployment in repository.deployments for clash in port_clashes(deployment)]


NOTED = """
# docker compose -f infra.compose.yaml -f app.compose.yaml up
services:
  app:
    command: serve
    depends_on: [proxy]
"""
INFRA = "services:\n  proxy:\n    image: registry.example/proxy\n    profiles: [proxy]\n"
LOCAL = "services:\n  app:\n    image: registry.example/app\n"


@pytest.mark.parametrize("noted", [True, False])
def test_what_a_comment_leaves_out(tmp_path: Path, noted: bool) -> None:
    command = "docker compose -f infra.compose.yaml -f app.compose.yaml"
    script = f"{command} -f local.compose.yaml --profile proxy up -d\n"
    files = {"infra.compose.yaml": INFRA, "app.compose.yaml": NOTED, "local.compose.yaml": LOCAL}
    repository = _repository(tmp_path, {**files, "run.sh": script if noted else f"{script}{command} up\n"})
    found = [orphan.name for deployment in repository.deployments for orphan in orphans(deployment)]
    assert found == ([] if noted else ["app"])
    left_out = [one for deployment in repository.deployments for one in dangling_references(deployment)]
    assert bool(left_out) is not noted


@pytest.mark.parametrize(("command", "found"), [("logs", 0), ("up", 1)])
def test_a_file_that_is_extended_from_the_root(tmp_path: Path, command: str, found: int) -> None:
    extends = (
        "services:\n  ferry:\n    extends:\n      file: ${OPS:-ops/kit}/common.yaml\n      service: ferry\n"
    )
    repository = _repository(
        tmp_path,
        {
            "ops/kit/compose.yaml": extends,
            "ops/kit/common.yaml": "services:\n  ferry:\n    image: registry.example/ferry\n",
            "run.sh": f"docker compose -f ops/kit/compose.yaml {command}\n",
        },
    )
    references = [one for deployment in repository.deployments for one in dangling_references(deployment)]
    assert len(references) == found


@pytest.mark.parametrize(("umbrel", "known"), [(True, True), (False, False)])
def test_names_of_containers(tmp_path: Path, umbrel: bool, known: bool) -> None:
    files = {
        "ferry/compose.yml": "services:\n  app:\n    image: registry.example/app\n  db:\n    image: postgres\n"
    }
    repository = _repository(
        tmp_path, {**files, **({"ferry/umbrel-app.yml": "id: ferry\n"} if umbrel else {})}
    )
    app = repository.deployments[0].services[0]
    assert "ferry-db-1" in peers(app).containers
    assert ("ferry_db_1" in peers(app).containers) is known


def test_a_twin_that_names_the_other(tmp_path: Path) -> None:
    files = {
        "compose.yaml": BASE,
        "docker-compose.yml": f"# Kept for old habits: compose.yaml is taken.\n{ALONE}",
    }
    assert not list(twin_files(_repository(tmp_path, files)))
    assert list(twin_files(_repository(tmp_path, {"docker-compose.yml": ALONE})))


@pytest.mark.parametrize(
    ("step", "unread"),
    [
        ("RUN git clone https://forge.example/agent . && make install", []),
        ("RUN git clone https://forge.example/agent /opt/agent", ["TIDE_ZONE"]),
        ('RUN go build -toolexec="tide-agent" -o ferry', []),
        ("RUN go build -o ferry", ["TIDE_ZONE"]),
    ],
)
def test_code_of_others_in_an_image(tmp_path: Path, step: str, unread: list[str]) -> None:
    files = {
        "compose.yaml": "services:\n  ferry:\n    build: .\n    environment:\n      TIDE_ZONE: north\n",
        "Dockerfile": f"FROM node:24\nWORKDIR /app\nCOPY main.js ./\n{step}\nCMD node main.js\n",
        "main.js": "process.env.TIDE_PORT",
    }
    deployment = _repository(tmp_path, files).deployments[0]
    assert [found.variable.name for found in unread_variables(deployment)] == unread


def test_a_line_that_another_deployment_reads(tmp_path: Path) -> None:
    command = "services:\n  suite:\n    command: node main.js"
    repository = _repository(
        tmp_path,
        {
            "compose.yaml": f"{command} $$SUITE_PART\n    build: .\n    environment:\n      SUITE_PART: all\n",
            "compose.coverage.yaml": f"{command} --coverage\n",
            "Dockerfile": "FROM node:24\nCOPY main.js ./\n",
            "main.js": "process.env.SUITE_ZONE",
            "run.sh": "docker compose up\ndocker compose -f compose.yaml -f compose.coverage.yaml up\n",
        },
    )
    assert len(repository.deployments) == 2
    assert not [one for deployment in repository.deployments for one in unread_variables(deployment)]


def test_a_command_whose_files_a_script_adds_to(tmp_path: Path) -> None:
    script = 'FILES=(-f compose.yaml)\n%sFILES+=(-f store.compose.yaml)\n%sdocker compose "${FILES[@]}" up\n'
    repository = _repository(
        tmp_path,
        {
            "compose.yaml": "services:\n  app:\n    image: registry.example/app\n    depends_on: [store]\n",
            "store.compose.yaml": "services:\n  store:\n    image: registry.example/store\n",
            "run.sh": script % ('if [ "$1" = all ]; then\n', "fi\n"),
        },
    )
    assert len(repository.deployments) == 2
    assert not [one for deployment in repository.deployments for one in dangling_references(deployment)]


@pytest.mark.parametrize(
    ("put", "found"), [('>"$FOLDER/$NAME"', []), ('<"$FOLDER/$NAME"', ["compose.trial.yml"])]
)
def test_a_file_whose_name_a_variable_holds(tmp_path: Path, put: str, found: list[str]) -> None:
    script = f'FOLDER=trial\nNAME="compose.trial.yml"\nsed s/a/b/ {put}\ndocker compose -f "$NAME" up\n'
    files = {"compose.yaml": "services:\n  app:\n    image: registry.example/app\n", "smoke.sh": script}
    assert _missing(_repository(tmp_path, files)) == found


@pytest.mark.parametrize(("language", "idle"), [("yaml", []), ("json", ["FERRY_TOKEN"])])
def test_a_document_shows_a_compose_file_that_takes_it(
    tmp_path: Path, language: str, idle: list[str]
) -> None:
    repository = _repository(
        tmp_path,
        {
            "compose.yaml": "services:\n  app:\n    image: registry.example/app:$FERRY_TAG\n",
            "example.env": "FERRY_TAG=1\nFERRY_TOKEN=\n",
            "README.md": f"# Ferry\n\n```{language}\ncommand: --token ${{FERRY_TOKEN}}\n```\n",
        },
    )
    assert [found.name for found in idle_entries(repository)] == idle


@pytest.mark.parametrize(("base", "found"), [("shore:ferry-base", []), ("shore:other", ["/start.sh"])])
def test_an_image_on_top_brings_the_script(tmp_path: Path, base: str, found: list[str]) -> None:
    files = {
        "start.sh": "#!/bin/sh\n",
        "ci/Dockerfile.ferry-base": 'FROM debian:13\nENTRYPOINT ["tini", "--", "/start.sh"]\n',
        "ci/Dockerfile.ferry": f"FROM registry.example:5000/{base}\nCOPY start.sh /start.sh\n",
        "build.sh": "docker build -f ci/Dockerfile.ferry-base .\ndocker build -f ci/Dockerfile.ferry .\n",
    }
    missing = missing_in_images(_repository(tmp_path, files))
    assert [script.script for script in missing] == found


@pytest.mark.parametrize(
    ("program", "script", "told"),
    [
        ("tidepool", "./tidepool-restore.sh", False),
        ("harbour", "./tidepool-restore.sh", True),
        ("tidepool", "./scripts/tidepool-restore.sh", True),
    ],
)
def test_a_script_of_a_program_that_the_document_links_to(
    tmp_path: Path, program: str, script: str, told: bool
) -> None:
    text = f"# Backups with [it](https://forge.example/shore/{program})\n\n```\n{script} -c list\n```\n"
    repository = _repository(tmp_path, {"README.md": "[how](pool/README.md)", "pool/README.md": text})
    assert [found.name for found in missing_scripts(repository.workspace)] == [script] * told


@pytest.mark.parametrize("listed", [True, False])
def test_variables_that_a_template_asks_for(tmp_path: Path, listed: bool) -> None:
    files = {"edge/ferry/compose.yml": "services:\n  ferry:\n    image: registry.example/ferry:$ferry_tag\n"}
    templates = (
        '{"templates": [{"stackfile": "https://raw.forge.example/shore/kit/main/edge/tide/compose.yml"}]}'
    )
    repository = _repository(tmp_path, {**files, **({"templates.json": templates} if listed else {})})
    assert bool(list(blanks(repository.deployments[0]))) is not listed
