"""`dotmac-lint env`: the environment of a service, or the settings reference."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dotmac_lint import config
from dotmac_lint.cli.output import OutputError, fail, tell, write
from dotmac_lint.cli.services import find_service, meant, opened, tell_others
from dotmac_lint.model.deployment import Repository
from dotmac_lint.model.reference import reference
from dotmac_lint.model.settings import SettingsClass

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
        repository, _ = opened(Path.cwd(), config_file, isolated)
        if service is not None:
            if check is not None or classes or output_format in ("markdown", "dotenv"):
                raise config.ConfigError(
                    "--check, --settings and the formats markdown and dotenv are for the settings reference:"
                    " leave the service away"
                )
            return _service(repository, service, deployment, reveal, output_format)
        if deployment is not None:
            raise config.ConfigError("--deployment needs a service")
        chosen = tuple(_classes(repository, classes)) if classes else repository.settings
        if check is not None:
            return _check(repository, chosen, check, output_format)
        return _reference(repository, chosen, reveal, output_format)
    except (config.ConfigError, OutputError) as error:
        return fail(str(error))


# ---- a service


def _service(
    repository: Repository, name: str, deployment: str | None, reveal: bool, output_format: str | None
) -> int:
    from dotmac_lint.cli.env_service import entries, table
    from dotmac_lint.report import to_json

    chosen, others = find_service(repository, name, deployment)
    write(
        to_json(entries(chosen, reveal=reveal)) if output_format == "json" else table(chosen, reveal=reveal)
    )
    tell_others(chosen, others)
    unknown = chosen.environment.unknown
    if unknown is not None:
        tell(f"note: other variables may be set as well: {unknown}")
    return 0


# ---- the settings


def _classes(repository: Repository, chosen: Iterable[str]) -> list[SettingsClass]:
    """The classes that are named, as `Class` or as `package.module:Class`."""
    known = {name: one for one in repository.settings for name in (one.name, one.qualified)}
    for name in chosen:
        if name not in known:
            qualified = [one.qualified for one in repository.settings]
            raise config.ConfigError(f"there is no settings class `{name}`{meant(name, known, qualified)}")
    return [one for one in repository.settings if not {one.name, one.qualified}.isdisjoint(chosen)]


def _reference(
    repository: Repository,
    classes: tuple[SettingsClass, ...],
    reveal: bool,
    output_format: str | None,
) -> int:
    from dotmac_lint.cli import env_reference
    from dotmac_lint.report import to_json

    rows = reference(classes)
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
    if not classes:
        tell("warning: no settings class was found here")
    listed = {id(row.settings) for row in rows}
    for settings in classes:
        other = "other variables as well" if id(settings) in listed else "variables that are not known"
        for reason in settings.open:
            tell(f"note: `{settings.qualified}` may read {other}: {reason}")
    return 0


def _check(
    repository: Repository, classes: tuple[SettingsClass, ...], path: Path, output_format: str | None
) -> int:
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
    found = differences(repository.workspace, classes, document, markdown=markdown)
    write(
        "".join(in_line(f"{path}:{f'{one.line}:' if one.line else ''} {one.message}") + "\n" for one in found)
    )
    return FOUND if found else 0
