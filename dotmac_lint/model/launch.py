"""How an image's application is launched, for the entrypoint script that a fix creates."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dotmac_lint import scaffold
from dotmac_lint.known import Known
from dotmac_lint.lazy import regex

if TYPE_CHECKING:
    from dotmac_lint.model.application import Application
    from dotmac_lint.model.image import Stage
    from dotmac_lint.model.settings import Field, SettingsClass
    from dotmac_lint.model.start_scripts import MissingScript
    from dotmac_lint.workspace import Workspace

_NO_SHELL = regex(r"distroless|chainguard|^scratch$")
_ONLY_SH = regex(r"alpine|wolfi|busybox")
_MAIN = regex(r"(^|/)(main|app|asgi|wsgi|server|application)\.py$")
_WORKER = regex(r"celery|worker|beat|flower|queue", re.IGNORECASE)
_DEPENDENCIES = regex(r"(^|/)(requirements[^/]*\.txt|pyproject\.toml|Pipfile|setup\.(py|cfg))$")
_SERVERS = {
    "database": ("database", "postgres", "postgresql", "db", "mysql", "mariadb"),
    "cache": ("redis", "valkey", "cache"),
}
_DEFAULT_PORTS = {"database": 5432, "cache": 6379, "broker": 6379}
# What the image's ENV says of gunicorn, and the option that takes it.
_GUNICORN = {
    "GUNICORN_BIND": "--bind",
    "GUNICORN_WORKERS": "--workers",
    "GUNICORN_WORKER_CLASS": "--worker-class",
    "GUNICORN_TIMEOUT": "--timeout",
}
# The same of Celery's worker.
_WORKER_OPTIONS = {
    "CELERY_LOGLEVEL": "--loglevel",
    "CELERY_CONCURRENCY": "--concurrency",
    "CELERY_QUEUES": "--queues",
    "CELERY_HOSTNAME": "--hostname",
    "CELERY_MAX_TASKS_PER_CHILD": "--max-tasks-per-child",
    "CELERY_TASK_TIME_LIMIT": "--time-limit",
    "CELERY_TASK_SOFT_TIME_LIMIT": "--soft-time-limit",
}


def entrypoint_text(missing: MissingScript) -> str | None:
    """The script for `missing`; None where the repository does not show what it would start."""
    from dotmac_lint.model.application import find_applications
    from dotmac_lint.model.settings_found import find_settings

    stage, workspace = missing.stage, missing.image.workspace
    if not (missing.source or "").endswith((".sh", ".bash")):
        return None
    held = {file for built in missing.image.stages for file in built.sources}
    applications = [a for a in find_applications(workspace) if a.path in held]
    settings = [s for s in find_settings(workspace) if s.path in held]
    tasks = [a for a in applications if a.kind == "celery"]
    server = _first([a for a in applications if a.kind != "celery"])
    named_worker = _WORKER.search(posixpath.basename(missing.script)) or _WORKER.search(stage.name or "")
    base = stage.external_base.value if isinstance(stage.external_base, Known) else ""
    alpine = _ONLY_SH.search(base) is not None
    if _NO_SHELL.search(base):
        return None
    if tasks and named_worker:
        endpoints = list(_endpoints(settings, ("broker", "cache")))[:1]
        return scaffold.entrypoint("the Celery processes", endpoints, _celery(tasks[0], stage), alpine=alpine)
    if server is None:
        return None
    launches = [scaffold.Launch(_mode(stage), tuple(_server(server, stage, workspace)))]
    if _migrates(stage):
        launches.append(scaffold.Launch("migrate", (f"exec {_MIGRATE}",)))
    endpoints = list(_endpoints(settings, ("database", "cache")))
    return scaffold.entrypoint("the API", endpoints, launches, alpine=alpine)


def _first(servers: list[Application]) -> Application | None:
    """The one that is called as servers' modules are, highest up; None where several are, and none of them first."""
    ranks = [(_MAIN.search(one.path) is None, one.path.count("/")) for one in servers]
    best = [one for one, rank in zip(servers, ranks, strict=True) if rank == min(ranks)]
    return best[0] if len({one.path for one in best}) == 1 else None


def _target(application: Application, stage: Stage) -> str:
    """The application as it is called from the stage's working directory, where the file lies below that and not where
    its package is looked for: `COPY app/ .` brings `app/main.py` as `main`."""
    places = [path.removesuffix(".py") for path, file in stage.files.items() if file == application.path]
    paths, folder = stage.environment.get("PYTHONPATH"), stage.workdir
    if len(places) != 1 or paths is not None or not isinstance(folder, Known):
        return application.target
    own = folder.value.rstrip("/") + "/"
    inside = places[0].removeprefix(own).replace("/", ".")
    strange = not places[0].startswith(own) or ".src." in f".{inside}"
    return application.target if strange else f"{inside}:{application.name}"


def _mode(stage: Stage) -> str:
    """The word of CMD that says what to start, such as `api`."""
    command = stage.cmd
    words: tuple[str, ...] = getattr(command, "words", ())
    return words[0] if len(words) == 1 and re.fullmatch(r"[a-z][a-z0-9_-]*", words[0]) else "api"


def _celery(application: Application, stage: Stage) -> list[scaffold.Launch]:
    celery = f"exec celery -A {_target(application, stage)}"
    options = {option: f'"${name}"' for name, option in _WORKER_OPTIONS.items() if name in stage.environment}
    options.setdefault("--loglevel", "info")
    level = f"--loglevel={options['--loglevel']}"
    worker = " ".join(f"{option}={value}" for option, value in options.items())
    return [
        scaffold.Launch("worker", (f'{celery} worker {worker} "$@"',)),
        scaffold.Launch("beat", (f'{celery} beat {level} --schedule=/tmp/celerybeat-schedule "$@"',)),
        scaffold.Launch("flower", (f'{celery} flower "$@"',)),
    ]


_MIGRATE = "alembic upgrade head"


def _migrates(stage: Stage) -> bool:
    """Whether its configuration lies where the commands run."""
    return stage.resolve("alembic.ini") in stage.files


def _server(application: Application, stage: Stage, workspace: Workspace) -> Iterator[str]:
    if _migrates(stage):
        yield _MIGRATE
    target = _target(application, stage)
    port = stage.exposed[0].partition("/")[0] if stage.exposed else "8000"
    dependencies = b"\n".join(
        workspace.bytes(path) or b"" for path in workspace.files if _DEPENDENCIES.search(path)
    )
    if b"gunicorn" in dependencies or application.kind == "wsgi":
        options = {option: f'"${name}"' for name, option in _GUNICORN.items() if name in stage.environment}
        options.setdefault("--bind", f"0.0.0.0:{port}")
        if application.kind == "asgi":
            options.setdefault("--worker-class", "uvicorn.workers.UvicornWorker")
        shown = " ".join(f"{option} {value}" for option, value in options.items())
        yield f'exec gunicorn {target} {shown} "$@"'
    else:
        yield f'exec uvicorn {target} --host 0.0.0.0 --port {port} "$@"'


def _endpoints(settings: list[SettingsClass], wanted: tuple[str, ...]) -> Iterator[scaffold.Endpoint]:
    """What the settings really name: a broker's URL, or the host and port of a section."""
    for kind in wanted:
        found = next(filter(None, (_endpoint(one, kind) for one in settings)), None)
        if found is not None:
            yield found


def _endpoint(settings: SettingsClass, kind: str) -> scaffold.Endpoint | None:
    fields = {field.path: field for field in settings.fields if field.names and not field.section}
    port = _DEFAULT_PORTS[kind]
    if kind == "broker":
        for path, field in fields.items():
            if path[-1] in {"broker_url", "celery_broker_url"}:
                return scaffold.Endpoint(kind, _shell(field, "redis://localhost:6379"), port)
        return None
    for path, field in fields.items():
        if path[-1] == "host" and len(path) > 1 and path[-2].lower() in _SERVERS[kind]:
            other = fields.get((*path[:-1], "port"))
            shown = _shell(other, str(port)) if other else str(port)
            return scaffold.Endpoint(kind, f"//{_shell(field, 'localhost')}:{shown}", port)
    return None


def _shell(field: Field, fallback: str) -> str:
    """The field's variable as a shell word, with the default that the settings give it."""
    default = field.default.value if isinstance(field.default, Known) else fallback
    return f"${{{field.names[0]}:-{default}}}"
