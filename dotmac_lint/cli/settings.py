"""`dotmac-lint config`: what a run is told, and by whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from dotmac_lint import config
from dotmac_lint.cli.output import OutputError, fail, write
from dotmac_lint.registry import RuleError, load_rules
from dotmac_lint.report import to_json


def show(path: Path, *, schema: bool, output_format: str, config_file: Path | None, isolated: bool) -> int:
    """Print the configuration that counts for `path`, or the schema of every one; returns the exit status."""
    try:
        text = to_json(config.schema()) if schema else _effective(path, output_format, config_file, isolated)
        write(text)
    except (config.ConfigError, RuleError, OutputError) as error:
        return fail(str(error))
    return 0


def _effective(path: Path, output_format: str, config_file: Path | None, isolated: bool) -> str:
    if not path.is_dir():
        raise config.ConfigError(f"`{path}` is no folder")
    rules = {rule.code: rule.name for rule in load_rules(())}
    settings = config.load(path.resolve(), path=config_file, isolated=isolated, rules=rules)
    rows = [
        (key := name.replace("_", "-"), _plain(name, getattr(settings, name)), settings.origins.get(key))
        for name in config.KEYS
    ]
    if output_format == "json":
        return to_json([{"key": key, "value": value, "from": origin} for key, value, origin in rows])
    lines = [
        (f"{key} = {msgspec.json.encode(value).decode()}", origin or "default") for key, value, origin in rows
    ]
    width = max(len(line) for line, _ in lines if len(line) < 60)
    return "".join(f"{line.ljust(width)}  # {origin}\n" for line, origin in lines)


def _plain(name: str, value: Any) -> Any:
    """Deployments by name, as they are written."""
    if name == "deployments":
        return {
            one.name: {
                key: given
                for key in config.DEPLOYMENT
                if (given := getattr(one, key.replace("-", "_"))) not in (None, ())
            }
            for one in value
        }
    return value
