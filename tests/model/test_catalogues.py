"""Repositories of many stacks, which a platform, a script or their reader completes."""

from pathlib import Path

import pytest

from dotmac_lint.model.builds import missing_references as missing_builds
from dotmac_lint.model.committed_secrets import committed_secrets
from dotmac_lint.model.compose_references import dangling_references
from dotmac_lint.model.connections import Network, loopbacks, unknown_hosts
from dotmac_lint.model.deployment import Repository
from dotmac_lint.model.documentation import missing_references
from dotmac_lint.model.documented_scripts import missing_scripts
from dotmac_lint.model.env_files import missing_env_files
from dotmac_lint.model.example_drift import idle_entries
from dotmac_lint.model.expectations import unread_variables
from dotmac_lint.model.interpolated import blanks
from dotmac_lint.model.mounts import missing_sources
from dotmac_lint.model.reach import unreachable
from dotmac_lint.workspace import Workspace

IMAGE = "    image: registry.example/app\n"
APP = f"services:\n  app:\n{IMAGE}"


def _repository(folder: Path, files: dict[str, str]) -> Repository:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Repository(Workspace(folder))


@pytest.mark.parametrize(
    ("stacks", "code", "idle"), [(3, "sh", ["STORE_ZONE"] * 3), (4, "sh", []), (4, "py", ["STORE_ZONE"] * 4)]
)
def test_a_variable_of_all_examples(tmp_path: Path, stacks: int, code: str, idle: list[str]) -> None:
    files = {
        f"stacks/s{n}/{name}": text
        for n in range(stacks)
        for name, text in (
            ("compose.yaml", APP.rstrip() + ":$TAG\n"),
            (".env.example", f"TAG={n}\nSTORE_ZONE=a\n"),
            (f"run.{code}", ""),
        )
    }
    repository = _repository(tmp_path, files)
    assert [found.name for found in idle_entries(repository)] == idle


@pytest.mark.parametrize(("others", "found"), [(2, ["shelf"]), (3, [])])
def test_a_network_that_all_stacks_lack(tmp_path: Path, others: int, found: list[str]) -> None:
    stack = f"{APP}    networks: [shelf]\n"
    files = {f"stacks/s{n}/compose.yaml": stack for n in range(others)}
    repository = _repository(tmp_path, {"compose.yaml": stack, **files})
    root = next(one for one in repository.deployments if one.spec.files == ("compose.yaml",))
    assert [one.name for one in dangling_references(root)] == found


@pytest.mark.parametrize(("inside", "names"), [("icon: a.png", []), ("shelf: a", ["AppID"])])
def test_a_file_for_a_store(tmp_path: Path, inside: str, names: list[str]) -> None:
    text = f"{APP}    volumes:\n      - /data/$AppID:/data\nx-shop:\n  main: app\n\n  {inside}\n"
    repository = _repository(tmp_path, {"compose.yaml": text})
    assert [blank.name for blank in blanks(repository.deployments[0])] == names


@pytest.mark.parametrize(("stacks", "names"), [(3, ["CODE_DIR"] * 3 + ["EXTRA"]), (4, [])])
def test_variables_of_all_stacks(tmp_path: Path, stacks: int, names: list[str]) -> None:
    stack = f"{APP}    volumes: ['$CODE_DIR:/app']\n"
    files = {f"stacks/s{n}/compose.yaml": stack for n in range(stacks)}
    files["stacks/s0/compose.yaml"] += "    labels: [tier=$EXTRA]\n"
    repository = _repository(tmp_path, files)
    found = [blank.name for deployment in repository.deployments for blank in blanks(deployment)]
    assert sorted(found) == names


@pytest.mark.parametrize(
    ("file", "names"),
    [("old stuff/a/compose.yaml", []), ("a/examplecompose.yml", []), ("a/compose.yaml", ["EXTRA"])],
)
def test_what_is_kept_to_look_it_up(tmp_path: Path, file: str, names: list[str]) -> None:
    repository = _repository(tmp_path, {file: f"{APP}    labels: [tier=$EXTRA]\n"})
    assert [blank.name for blank in blanks(repository.deployments[0])] == names


@pytest.mark.parametrize(("more", "secrets"), [("", ["DB_PASSWORD"]), ("x-shop:\n  category: books\n", [])])
def test_a_password_that_a_store_hands_out(tmp_path: Path, more: str, secrets: list[str]) -> None:
    environment = "[APP_ENV=production, DB_PASSWORD=cd876479-f30b-43f2-8714-e52e040c657a]"
    repository = _repository(tmp_path, {"compose.yaml": f"{APP}    environment: {environment}\n{more}"})
    assert [found.name for found in committed_secrets(repository)] == secrets


def test_what_a_container_says_starts_nothing(tmp_path: Path) -> None:
    told = (
        f"{APP}    command: \"bash -c 'echo start.sh, not docker compose up -d?'\"\n    depends_on: [store]\n"
    )
    files = {"compose.yaml": APP.replace("app", "store"), "more/docker-compose.yml": told}
    repository = _repository(tmp_path, files)
    assert not [label for one in repository.deployments for label in one.spec.evidence if label.span.end]


def test_a_profile_of_a_file_that_is_joined_by_guess(tmp_path: Path) -> None:
    more = f"services:\n  store:\n{IMAGE}    profiles: [tiers]\n  app:\n    depends_on: [store]\n"
    repository = _repository(tmp_path, {"compose.yaml": APP, "compose.tiers.yaml": more})
    assert any(one.spec.joined_by_guess for one in repository.deployments)
    assert not [one for deployment in repository.deployments for one in dangling_references(deployment)]


@pytest.mark.parametrize(
    ("import_", "unread"), [('"registry.example/tide/pkg/server"', []), ('"net/http"', ["TIDE_ZONE"])]
)
def test_a_program_of_another_module(tmp_path: Path, import_: str, unread: list[str]) -> None:
    compose = "services:\n  ferry:\n    build: .\n    environment: {TIDE_ZONE: north, TIDE_PORT: 1}\n"
    files = {
        "compose.yaml": compose,
        "Dockerfile": "FROM golang:1.26 AS b\nWORKDIR /build\nCOPY . .\nRUN go build\n"
        'FROM debian:13\nCOPY --from=b /build/ferry /bin/ferry\nCMD ["/bin/ferry"]\n',
        "go.mod": "module ferry\n",
        "other/.env": "TIDE_ZONE=south\n",
        "main.go": f"package main\n\nimport {import_}\n\nfunc main() {{\n\tserver.Start(os.Getenv(`TIDE_PORT`))\n}}\n",
    }
    deployment = _repository(tmp_path, files).deployments[0]
    assert [found.variable.name for found in unread_variables(deployment)] == unread


def _mounted(folder: Path, mounts: str, files: dict[str, str]) -> list[str]:
    text = f"{APP}    volumes: [{mounts}]\n"
    return [
        m.source
        for m in missing_sources(_repository(folder, {"a/compose.yaml": text, **files}).deployments[0])
    ]


@pytest.mark.parametrize(
    ("mounts", "kept", "found"),
    [
        ("'./data/mibs:/usr/share/mibs:ro'", {}, []),
        ("'./data/mibs:/usr/share/mibs:ro'", {"a/data/.gitkeep": ""}, []),
        ("'./data/mibs:/usr/share/mibs:ro'", {"data/mibs/a.mib": ""}, ["a/data/mibs"]),
        ("'./data/mibs:/usr/share/mibs:ro'", {"a/data/seed.csv": ""}, ["a/data/mibs"]),
        ("'./panel/nginx:/etc/nginx/conf.d', './panel/logs:/app/logs'", {}, []),
        ("'./panel/nginx:/etc/nginx/conf.d', './logs:/app/logs'", {}, ["a/panel/nginx"]),
        ("'./acme:/root/.acme.sh/'", {}, []),
        ("'./acme:/root/.acme.sh'", {}, ["a/acme"]),
    ],
)
def test_folders_that_programs_keep(
    tmp_path: Path, mounts: str, kept: dict[str, str], found: list[str]
) -> None:
    assert _mounted(tmp_path, mounts, kept) == found


@pytest.mark.parametrize(
    ("file", "text", "found"),
    [
        ("a/scripts/init.sh", 'touch "${DATA}/own.yaml"\n', []),
        ("a/scripts/init.sh", 'FILE="$DATA/own.yaml"\ncat > "$FILE" <<EOF\n', []),
        ("a/scripts/init.sh", "mkdir -p data\ntouch data/pst.db own.yaml\n", []),
        ("a/scripts/init.sh", 'cat "$DATA/own.yaml"\n', ["a/own.yaml"]),
        ("a/scripts/init.sh", "# cp sample.yaml own.yaml\n", ["a/own.yaml"]),
        ("a/README.md", "    wget -O own.yaml https://forge.example/own.yaml\n", []),
        ("b/scripts/init.sh", 'touch "${DATA}/own.yaml"\n', ["a/own.yaml"]),
        ("a/README.adoc", "This creates it in `./own.yaml`.\n", []),
        ("a/README.adoc", "This reads `./own.yaml`.\n", ["a/own.yaml"]),
    ],
)
def test_what_makes_a_mounted_file(tmp_path: Path, file: str, text: str, found: list[str]) -> None:
    assert _mounted(tmp_path, "'./own.yaml:/etc/own.yaml:ro'", {file: text}) == found


@pytest.mark.parametrize(("made", "found"), [("policies", []), ("rules", ["a/policies"])])
def test_a_script_below_makes_the_folder(tmp_path: Path, made: str, found: list[str]) -> None:
    script = f'FOLDER="$DATA/{made}"\nmkdir -p "$FOLDER"\n'
    assert _mounted(tmp_path, "'./policies:/policies:ro'", {"a/scripts/init.sh": script}) == found


@pytest.mark.parametrize(("source", "found"), [("./www", ["www"]), ("${SITE:-./www}", [])])
def test_a_folder_that_who_starts_it_chooses(tmp_path: Path, source: str, found: list[str]) -> None:
    text = f"services:\n  web:\n    build: .\n    volumes: ['{source}:/www']\n"
    files = {"compose.yaml": text, "Dockerfile": "FROM php:8\nWORKDIR /www\n"}
    deployment = _repository(tmp_path, files).deployments[0]
    assert [mount.source for mount in missing_sources(deployment)] == found


@pytest.mark.parametrize(("told", "found"), [("create a file in the", []), ("see the", ["a/provisioning"])])
def test_a_document_tells_to_fill_the_folder(tmp_path: Path, told: str, found: list[str]) -> None:
    text = f"To have it, {told} `provisioning/sources` folder.\n"
    mounts = "'./provisioning:/etc/grafana/provisioning'"
    assert _mounted(tmp_path, mounts, {"a/docs/settings.md": text}) == found


@pytest.mark.parametrize(("name", "missing"), [("exp-cc.env", []), ("exp.env", ["scripts/exp.env"])])
def test_an_env_file_whose_name_a_script_begins_with_a_variable(
    tmp_path: Path, name: str, missing: list[str]
) -> None:
    script = 'FILE="${ROOT}/scripts/${NAME}-cc.env"\ncat >"${FILE}" <<EOF\nA=1\nEOF\n'
    files = {"compose.yaml": f"{APP}    env_file: scripts/{name}\n", "scripts/start.sh": script}
    deployment = _repository(tmp_path, files).deployments[0]
    assert [found.path for found in missing_env_files(deployment)] == missing


@pytest.mark.parametrize(
    ("value", "hosts"),
    [
        ("STORE_URL=http://server-address:80", []),
        ("STORE_URL=http://stock:80", ["stock"]),
        ("STORE_ADVERTISE_URL=http://stock:80", []),
    ],
)
def test_hosts_that_are_no_names_of_services(tmp_path: Path, value: str, hosts: list[str]) -> None:
    repository = _repository(tmp_path, {"compose.yaml": f"{APP}    environment: ['{value}']\n"})
    assert [found.endpoint.host for found in unknown_hosts(Network(repository.deployments[0]))] == hosts


@pytest.mark.parametrize(("variable", "found"), [("SHELF_URL", 0), ("MYSQL_URL", 1)])
def test_localhost_where_the_application_is_found(tmp_path: Path, variable: str, found: int) -> None:
    text = (
        f"services:\n  shelf-web:\n{IMAGE}    environment: ['{variable}=http://localhost']\n"
        "  shelf-db:\n    image: mysql:8\n"
    )
    deployment = _repository(tmp_path, {"compose.yaml": text}).deployments[0]
    assert len(list(loopbacks(Network(deployment)))) == found


@pytest.mark.parametrize(("mode", "found"), [("service:web", 0), ("host", 1)])
def test_a_container_beside_it_may_listen(tmp_path: Path, mode: str, found: int) -> None:
    text = (
        f"services:\n  web:\n{IMAGE}    environment: ['S3_ENDPOINT=localhost:9000']\n"
        f"  store:\n    image: minio/minio\n  forward:\n{IMAGE}    network_mode: '{mode}'\n"
    )
    deployment = _repository(tmp_path, {"compose.yaml": text}).deployments[0]
    assert len(list(loopbacks(Network(deployment)))) == found


@pytest.mark.parametrize(("name", "found"), [("OLLAMA_BASE_URL", 1), ("BASE_URL", 0), ("OLLAMA_APP_URL", 0)])
def test_the_base_of_a_server(tmp_path: Path, name: str, found: int) -> None:
    text = (
        f"services:\n  web:\n{IMAGE}    environment: ['{name}=http://localhost:11434']\n"
        "  ollama:\n    image: ollama/ollama\n"
    )
    deployment = _repository(tmp_path, {"compose.yaml": text}).deployments[0]
    assert len(list(loopbacks(Network(deployment)))) == found


@pytest.mark.parametrize(("section", "names"), [("networks", ["inner"]), ("x-off", [])])
def test_a_service_by_the_name_of_a_network(tmp_path: Path, section: str, names: list[str]) -> None:
    text = "# Start\n\n```sh\ndocker compose exec inner ls\n```\n"
    files = {"compose.yaml": f"{APP}{section}:\n  inner:\n    name: a\n", "README.md": text}
    assert [missing.name for missing in missing_references(_repository(tmp_path, files))] == names


@pytest.mark.parametrize(
    ("run", "names"),
    [
        ("cp .env.example .env", [".env.example"]),
        ("|\n          cp .env.example .env", [".env.example"]),
        ("|\n          if [ -f .env.example ]; then\n            cp .env.example .env\n          fi", []),
        ("cp env.example .env", []),
    ],
)
def test_an_example_that_a_workflow_copies(tmp_path: Path, run: str, names: list[str]) -> None:
    workflow = f"on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {run}\n"
    files = {"compose.yaml": APP, "env.example": "A=1\n", ".github/workflows/test.yml": workflow}
    assert [missing.name for missing in missing_references(_repository(tmp_path, files))] == names


@pytest.mark.parametrize(("folders", "hosts"), [(4, []), (2, ["komga"])])
def test_another_application_of_the_catalogue(tmp_path: Path, folders: int, hosts: list[str]) -> None:
    names = ["komf", "komga", "kavita", "calibre"][:folders]
    files = {f"apps/{name}/compose.yaml": APP.replace("app:", f"big-{name}:") for name in names}
    files["apps/komf/compose.yaml"] += "    environment: ['KOMGA_URI=http://komga:25600']\n"
    deployment = next(one for one in _repository(tmp_path, files).deployments if "komf" in one.spec.files[0])
    assert [found.endpoint.host for found in unknown_hosts(Network(deployment))] == hosts


@pytest.mark.parametrize(("networks", "found"), [("[inner]", 0), ("[default]", 2)])
def test_an_env_file_of_several(tmp_path: Path, networks: str, found: int) -> None:
    own = f"{IMAGE}    env_file: app.env\n    networks: "
    text = (
        f"services:\n  web:\n{own}[default]\n  api:\n{own}{networks}\n"
        f"  sandbox:\n{IMAGE}    networks: [inner]\nnetworks:\n  inner:\n"
    )
    files = {"compose.yaml": text, "app.env": "CODE_ENDPOINT=http://sandbox:8194\n"}
    deployment = _repository(tmp_path, files).deployments[0]
    assert len(list(unreachable(Network(deployment)))) == found


@pytest.mark.parametrize(
    ("entered", "names"),
    [("cd sample", []), ("cd docs", ["ledger"]), ("git clone <url>\ncd sample", ["ledger"])],
)
def test_a_document_about_a_folder_of_others(tmp_path: Path, entered: str, names: list[str]) -> None:
    text = f"= Lessons\n\n== Start\n----\n{entered}\n----\n\n== Go on\n\n    docker compose exec ledger ls\n"
    repository = _repository(tmp_path, {"compose.yaml": APP, "docs/lessons/one.adoc": text})
    assert [missing.name for missing in missing_references(repository)] == names


@pytest.mark.parametrize(("service", "names"), [("nodeX", []), ("node-N", []), ("node9", ["node9"])])
def test_a_service_to_be_filled_in(tmp_path: Path, service: str, names: list[str]) -> None:
    text = f"# Nodes\n\n```sh\ndocker compose stop {service}\n```\n"
    repository = _repository(tmp_path, {"compose.yaml": APP, "README.md": text})
    assert [missing.name for missing in missing_references(repository)] == names


@pytest.mark.parametrize(("file", "found"), [("README.md", 0), ("go.sum", 1)])
def test_a_clone_in_a_list_of_many(tmp_path: Path, file: str, found: int) -> None:
    listed = "".join(f"- https://github.com/owner{n}/ferry{n}\n" for n in range(20))
    clone = "```sh\ngit clone https://github.com/owner1/ferry1.git\ncp .env.example .env\n```\n"
    own = "https://github.com/we/shelf https://github.com/we/shelf\n"
    files = {"README.md": own, "apps/ferry1/about.md": clone}
    files[file] = files.get(file, "") + listed
    assert len(list(missing_references(_repository(tmp_path, files)))) == found


@pytest.mark.parametrize(("told", "found"), [("Create a `Dockerfile`", 0), ("Look at the `Dockerfile`", 1)])
def test_a_dockerfile_that_the_reader_writes(tmp_path: Path, told: str, found: int) -> None:
    files = {"a/compose.yaml": "services:\n  app:\n    build: .\n", "a/README.md": f"1. {told} for it.\n"}
    assert len(list(missing_builds(_repository(tmp_path, files).deployments[0]))) == found


@pytest.mark.parametrize(("ignored", "found"), [("keys.sh", []), ("other.sh", ["./data/keys.sh"])])
def test_a_script_that_git_ignores_beside_the_caller(tmp_path: Path, ignored: str, found: list[str]) -> None:
    files = {"a/.gitignore": f"{ignored}\n", "a/run.sh": "source ./data/keys.sh\n", "a/data/load.sh": "ls\n"}
    repository = _repository(tmp_path, files)
    assert [missing.name for missing in missing_scripts(repository.workspace)] == found


@pytest.mark.parametrize(("told", "found"), [("Place the code in", []), ("Look at", ["trip_loader.py"])])
def test_a_script_that_the_reader_writes(tmp_path: Path, told: str, found: list[str]) -> None:
    text = (
        f"# Trips\n\n{told} trip_loader.py.\n\n" + "Wait.\n\n" * 9 + "```bash\npython trip_loader.py\n```\n"
    )
    repository = _repository(tmp_path, {"README.md": text})
    assert [missing.name for missing in missing_scripts(repository.workspace)] == found
