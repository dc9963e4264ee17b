"""What fixes create is accepted by the programs that it is for: shellcheck, the shell, Redis, PostgreSQL."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import yaml

from dotmac_lint import fixer, scaffold
from dotmac_lint.config import Settings
from dotmac_lint.engine import Result, lint
from dotmac_lint.fix import Applicability
from dotmac_lint.readers.hcl import read_policy
from dotmac_lint.registry import load_rules
from dotmac_lint.workspace import Workspace

ROOT = Path(__file__).parents[1]
DATABASE = scaffold.Endpoint("database", "//${DATABASE__HOST:-localhost}:${DATABASE__PORT:-5432}", 5432)
BROKER = scaffold.Endpoint("broker", "${BROKER_URL:-redis://localhost:6379/0}", 6379)
API = scaffold.Launch("api", ("alembic upgrade head", 'exec uvicorn shop.main:app --port 8000 "$@"'))
MIGRATE = scaffold.Launch("migrate", ("exec alembic upgrade head",))
WORKER = scaffold.Launch("worker", ('exec celery -A shop worker --loglevel="$CELERY_LOGLEVEL" "$@"',))
ENTRYPOINTS = {
    f"{name}-{'alpine' if alpine else 'debian'}": scaffold.entrypoint(
        "the API", endpoints, launches, alpine=alpine
    )
    for alpine in (False, True)
    for name, endpoints, launches in (
        ("api", [DATABASE, BROKER], [API, MIGRATE]),
        ("worker", [BROKER], [WORKER]),
        ("bare", [], []),
    )
}


def program(name: str) -> str:
    """A real program, beside this Python or on the path; without it the test is skipped."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"{name} is not installed: .ci/run installs it where it can")
    return found


def test_shellcheck_finds_nothing(tmp_path: Path) -> None:
    for name, text in ENTRYPOINTS.items():
        (tmp_path / f"{name}.sh").write_text(text)
    made = [*tmp_path.glob("*.sh"), *ROOT.glob("rules/dm001_*/examples/*/fixed/**/*.sh")]
    ours = [path for path in made if "Made by dotmac-lint" in path.read_text()]
    assert len(ours) > len(ENTRYPOINTS)
    run = subprocess.run([program("shellcheck"), *ours], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """The entrypoint of an API, with stand-ins for what it starts: each says its name and arguments."""
    path = tmp_path / "entrypoint.sh"
    path.write_text(scaffold.entrypoint("the API", [DATABASE], [API, MIGRATE]))
    path.chmod(0o755)
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("alembic", "uvicorn"):
        (folder / name).write_text(f'#!/bin/sh\necho "{name} $$ $*"\n')
        (folder / name).chmod(0o755)
    (folder / "python3").symlink_to(sys.executable)
    return path


def started(script: Path, *arguments: str, port: int = 1) -> tuple[int, subprocess.CompletedProcess[str]]:
    environment = os.environ | {
        "PATH": f"{script.parent / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "DATABASE__HOST": "127.0.0.1",
        "DATABASE__PORT": str(port),
        "WAIT_TIMEOUT": "1",
    }
    process = subprocess.Popen(
        [script, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    out, err = process.communicate(timeout=60)
    return process.pid, subprocess.CompletedProcess([script], process.returncode, out, err)


def test_the_server_becomes_process_1_after_migrations(script: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        pid, run = started(script, "api", "--reload", port=server.getsockname()[1])
    assert run.returncode == 0, run.stderr
    migration, start = run.stdout.splitlines()
    assert migration.endswith("upgrade head")
    assert start == f"uvicorn {pid} shop.main:app --port 8000 --reload"


def test_migrations_alone(script: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        pid, run = started(script, "migrate", port=server.getsockname()[1])
    assert run.stdout == f"alembic {pid} upgrade head\n"


def test_waiting_has_a_deadline(script: Path) -> None:
    _, run = started(script)
    assert (run.returncode, run.stdout, run.stderr) == (1, "", "database does not answer\n")


def test_other_commands_wait_for_nothing(script: Path) -> None:
    pid, run = started(script, "sh", "-c", 'echo "$$"')
    assert run.stdout == f"{pid}\n"


@pytest.mark.parametrize("password", [True, False])
def test_redis_accepts_its_configuration(tmp_path: Path, password: bool) -> None:
    server, client = program("redis-server"), program("redis-cli")
    (tmp_path / "redis.conf").write_text(scaffold.redis_conf(password=password))
    path = tmp_path / "redis.sock"
    arguments: list[str | Path] = ["--port", "0", "--unixsocket", path, "--dir", tmp_path]
    if password:
        arguments += ["--requirepass", "for-the-test"]
    log = tmp_path / "log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            [server, tmp_path / "redis.conf", *arguments], stdout=stream, stderr=stream
        )
    try:

        def ask(*words: str) -> list[str]:
            login = ["-a", "for-the-test", "--no-auth-warning"] if password else []
            run = subprocess.run(
                [client, "-s", path, *login, *words], capture_output=True, text=True, check=False
            )
            return run.stdout.split()

        wait_until(lambda: ask("PING") == ["PONG"], log)
        assert ask("CONFIG", "GET", "maxmemory") == ["maxmemory", str(256 * 1024**2)]
        assert ask("CONFIG", "GET", "maxmemory-policy") == ["maxmemory-policy", "volatile-lru"]
        assert ask("CONFIG", "GET", "appendonly") == ["appendonly", "yes"]
        assert ask("CONFIG", "GET", "protected-mode") == ["protected-mode", "yes" if password else "no"]
    finally:
        process.terminate()
        process.wait(60)


def wait_until(true: Callable[[], bool], log: Path) -> None:
    for _ in range(600):
        if true():
            return
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def test_postgresql_accepts_the_first_script(tmp_path: Path) -> None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = shutil.which("initdb", path=os.pathsep.join([*map(str, folders), os.environ["PATH"]]))
    if found is None:
        pytest.skip("PostgreSQL is not installed: .ci/run installs it where it can")
    programs = Path(found).parent
    # A short path: that of a socket is limited. PostgreSQL refuses to run as root.
    folder = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    become: Sequence[str] = ()
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        become = ("runuser", "-u", "postgres", "--")

    def run(name: str, *arguments: str | Path) -> None:
        done = subprocess.run(
            [*become, programs / name, *arguments], capture_output=True, text=True, check=False, cwd=folder
        )
        assert done.returncode == 0, done.stdout + done.stderr

    script = folder / "01-init.sql"
    script.write_text(scaffold.init_sql())
    script.chmod(0o644)
    try:
        run("initdb", "--no-sync", "--auth", "trust", "--username", "shop", folder / "data")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        run("pg_ctl", "--wait", "-D", folder / "data", "-o", options, "-l", folder / "log", "start")
        try:
            login = ("-h", str(folder), "-U", "shop", "-d", "postgres")
            for _ in range(2):  # a second time does no harm
                run("psql", *login, "-v", "ON_ERROR_STOP=1", "-f", script)
        finally:
            run("pg_ctl", "--wait", "-D", folder / "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def test_the_policy_grants_what_the_settings_load(tmp_path: Path) -> None:
    """The example in which the loader reads more, without its policy: the one that is made serves it."""
    root = tmp_path / "shop"
    shutil.copytree(ROOT / "rules/dm038_policy_path_mismatch/examples/loader-reads-more/bad", root)
    for path in root.rglob("*.hcl"):
        path.unlink()
    (root / "compose.production.yaml").write_text(
        "services:\n  vault:\n    image: hashicorp/vault:1.18\n    volumes:\n      - ./policies:/vault/policies:ro\n"
    )
    rules, settings = load_rules(), Settings()
    first = lint(root, settings, rules)

    def again(revised: Workspace) -> Result:
        return lint(root, settings, rules, workspace=revised)

    outcome = fixer.fix(first, again, lambda run: run.diagnostics, Applicability.UNSAFE, rules)
    text = outcome.files["policies/app-policy.hcl"].data.decode()
    policy = read_policy(text)
    assert not policy.problems
    granted = {rule.path.text for rule in policy.paths}
    assert granted >= set(first.repository.vault_policy_paths)
    assert len(granted) > 2, "more than its own token"
    assert {"DM037", "DM038", "DM039"}.isdisjoint(d.code for d in outcome.result.diagnostics)


def test_grafana_reads_what_provisions_it() -> None:
    """As YAML, with the keys that its documentation demands ("Provision Grafana"). There may be no Prometheus."""
    dashboards = yaml.safe_load(scaffold.grafana_dashboards("/srv/dashboards"))
    assert dashboards["apiVersion"] == 1
    assert dashboards["providers"][0]["options"] == {"path": "/srv/dashboards"}
    for service, urls in (("metrics", ["http://metrics:9090"]), (None, [])):
        datasources = yaml.safe_load(scaffold.grafana_datasources(service))
        assert [one["url"] for one in datasources["datasources"]] == urls
        assert datasources["apiVersion"] == 1
