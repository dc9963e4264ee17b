"""`dotmac-lint env`: the environment of a service, or the settings reference."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dotmac_lint import config
from dotmac_lint.cli.output import OutputError, fail, tell, write
from dotmac_lint.hint import hint
from dotmac_lint.model.deployment import Deployment, Repository, Service
from dotmac_lint.model.reference import Setting, reference
from dotmac_lint.model.settings import SettingsClass
from dotmac_lint.workspace import Workspace

FOUND = 1


def env(
    service: str | None,
    *,
    deployment: str | None,
    classes: tuple[str, ...],
    reveal: bool,
    output_format: str | None,
    check: Path | None,
    config_file: Path | None,
    isolated: bool,
) -> int:
    """Print what was asked for; returns the exit status."""
    try:
        root = Path.cwd()
        loaded = config.load(root, path=config_file, isolated=isolated)
        repository = Repository(Workspace(root, exclude=loaded.excluded), loaded.deployments)
        if service is not None:
            if check is not None or classes or output_format in ("markdown", "dotenv"):
                raise config.ConfigError(
                    "--check, --settings and the formats markdown and dotenv are for the settings reference:"
                    " leave the service away"
                )
            return _service(repository, service, deployment, reveal, output_format)
        if deployment is not None:
            raise config.ConfigError("--deployment needs a service")
        rows = reference(_classes(repository, classes)) if classes else reference(repository.settings)
        if check is not None:
            return _check(repository, rows, check, output_format)
        return _reference(repository, rows, reveal, output_format)
    except (config.ConfigError, OutputError) as error:
        return fail(str(error))


# ---- a service


def _service(
    repository: Repository, name: str, deployment: str | None, reveal: bool, output_format: str | None
) -> int:
    from dotmac_lint.cli.env_service import entries, table
    from dotmac_lint.report import to_json

    chosen, others = _find(repository, name, deployment)
    write(
        to_json(entries(chosen, reveal=reveal)) if output_format == "json" else table(chosen, reveal=reveal)
    )
    if others:
        tell(
            f"note: this is the deployment `{chosen.deployment.name}`; `{name}` is also in {_listed(others)}"
            " (--deployment)"
        )
    unknown = chosen.environment.unknown
    if unknown is not None:
        tell(f"note: other variables may be set as well: {unknown}")
    return 0


def _find(repository: Repository, name: str, deployment: str | None) -> tuple[Service, list[str]]:
    """The service, and the other deployments that have one of this name."""
    deployments = repository.deployments
    if not deployments:
        raise config.ConfigError("no Compose file was found here: there is no deployment")
    if deployment is not None:
        known = [one.name for one in deployments]
        deployments = tuple(one for one in deployments if one.name == deployment)
        if not deployments:
            raise config.ConfigError(f"there is no deployment `{deployment}`{_meant(deployment, known)}")
    having = [one for one in deployments if name in one.project.services]
    if not having:
        names = sorted({service for one in deployments for service in one.project.services})
        where = "" if deployment is None else f" in the deployment `{deployment}`"
        raise config.ConfigError(f"there is no service `{name}`{where}{_meant(name, names)}")
    # Where it would run comes first, production before the others.
    first = max(having, key=lambda one: (_runs(one, name), one.production))
    return Service(first, first.project.services[name]), [one.name for one in having if one is not first]


def _runs(deployment: Deployment, name: str) -> bool:
    return deployment.project.services[name].active


def _meant(word: str, known: Iterable[str], listed: Iterable[str] | None = None) -> str:
    return hint(word, known) or f"; there is {_listed(known if listed is None else listed)}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"


# ---- the settings


def _classes(repository: Repository, chosen: Iterable[str]) -> list[SettingsClass]:
    """The classes that are named, as `Class` or as `package.module:Class`."""
    known = {name: one for one in repository.settings for name in (one.name, one.qualified)}
    for name in chosen:
        if name not in known:
            qualified = [one.qualified for one in repository.settings]
            raise config.ConfigError(f"there is no settings class `{name}`{_meant(name, known, qualified)}")
    return [one for one in repository.settings if not {one.name, one.qualified}.isdisjoint(chosen)]


def _reference(
    repository: Repository, rows: tuple[Setting, ...], reveal: bool, output_format: str | None
) -> int:
    from dotmac_lint.cli import env_reference
    from dotmac_lint.report import to_json

    source = repository.workspace.source
    if output_format == "json":
        text = to_json(env_reference.entries(rows, source, reveal=reveal))
    elif output_format == "markdown":
        text = env_reference.markdown(rows, reveal=reveal)
    elif output_format == "dotenv":
        text = env_reference.dotenv(rows, reveal=reveal)
    else:
        text = env_reference.table(rows, source, reveal=reveal)
    write(text)
    if not rows:
        tell("warning: no settings class was found here")
    for settings in {id(row.settings): row.settings for row in rows}.values():
        for reason in settings.open:
            tell(f"note: `{settings.qualified}` may read other variables as well: {reason}")
    return 0


def _check(repository: Repository, rows: tuple[Setting, ...], path: Path, output_format: str | None) -> int:
    from dotmac_lint.cli.env_check import differences
    from dotmac_lint.report.secrets import in_line
    from dotmac_lint.source import SourceFile

    if output_format in ("table", "json"):
        raise config.ConfigError(
            "--check compares an env file or a Markdown table: --format dotenv or markdown"
        )
    try:
        document = SourceFile.decode(str(path), path.read_bytes())
    except OSError as error:
        raise config.ConfigError(f"{path} cannot be read: {error.strerror}") from error
    markdown = output_format == "markdown" or (
        output_format is None and path.suffix.lower() in (".md", ".mdx", ".markdown")
    )
    found = differences(repository.workspace, rows, document, markdown=markdown)
    write(
        "".join(in_line(f"{path}:{f'{one.line}:' if one.line else ''} {one.message}") + "\n" for one in found)
    )
    return FOUND if found else 0
