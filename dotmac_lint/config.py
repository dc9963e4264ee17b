"""Configuration: `[tool.dotmac-lint]` in pyproject.toml, or `.dotmac-lint.toml`.

No key can name code: linting a repository must not run it.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from dotmac_lint.diagnostic import Diagnostic, Severity
from dotmac_lint.fix import Applicability
from dotmac_lint.source import SourceFile

FORMATS = ("full", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown")
FILE_NAMES = (".dotmac-lint.toml", "pyproject.toml")
FAIL_LEVELS = {"error": Severity.ERROR, "warning": Severity.WARNING, "info": Severity.INFO}


class ConfigError(Exception):
    """A configuration that cannot be used; the message names the file, the line and what to do."""


class ConfiguredDeployment(msgspec.Struct, frozen=True):
    """A deployment that the configuration states, instead of its being found."""

    name: str
    files: tuple[str, ...]
    env_files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    production: bool | None = None


class Settings(msgspec.Struct, frozen=True):
    """What a run is told. Rules are named by code, by prefix of a code, or by name."""

    select: tuple[str, ...] = ("DM",)
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file_ignores: dict[str, tuple[str, ...]] = {}
    exclude: tuple[str, ...] = ()
    extend_exclude: tuple[str, ...] = ()
    severity: dict[str, str] = {}
    unfixable: tuple[str, ...] = ()
    extend_safe_fixes: tuple[str, ...] = ()
    extend_unsafe_fixes: tuple[str, ...] = ()
    fail_level: str = "warning"
    output_format: str = "full"
    preview: bool = False
    deployments: tuple[ConfiguredDeployment, ...] = ()
    source: str | None = None
    """The file that it was read from."""

    @property
    def excluded(self) -> tuple[str, ...]:
        return (*self.exclude, *self.extend_exclude)

    def selects(self, code: str, name: str, *, preview: bool = False) -> bool:
        """Whether the rule runs. The longest selector that names it decides; `ignore` wins a tie."""
        if (
            preview
            and not self.preview
            and not any(s in {code, name} for s in self.extend_select + self.select)
        ):
            return False
        chosen = max((_weight(s, code, name) for s in self.select + self.extend_select), default=0)
        return chosen > max((_weight(s, code, name) for s in self.ignore), default=0)

    def reports(self, diagnostic: Diagnostic) -> bool:
        """Whether `per-file-ignores` leave the finding in."""
        return not any(
            _matches(pattern, diagnostic.at.path)
            and any(_weight(s, diagnostic.code, diagnostic.name) for s in rules)
            for pattern, rules in self.per_file_ignores.items()
        )

    def adjust(self, diagnostic: Diagnostic) -> Diagnostic:
        """The finding with the severity and the applicability that the configuration gives its rule."""

        def named(selectors: Iterable[str]) -> bool:
            return any(_weight(s, diagnostic.code, diagnostic.name) for s in selectors)

        for selector, level in self.severity.items():
            if _weight(selector, diagnostic.code, diagnostic.name):
                diagnostic = msgspec.structs.replace(diagnostic, severity=FAIL_LEVELS[level])
        fix = diagnostic.fix
        if fix is None:
            return diagnostic
        applicability = fix.applicability
        if named(self.unfixable):
            applicability = Applicability.DISPLAY_ONLY
        elif named(self.extend_unsafe_fixes):
            applicability = min(applicability, Applicability.UNSAFE)
        elif named(self.extend_safe_fixes) and applicability is Applicability.UNSAFE:
            applicability = Applicability.SAFE
        if applicability is fix.applicability:
            return diagnostic
        return msgspec.structs.replace(
            diagnostic, fix=msgspec.structs.replace(fix, applicability=applicability)
        )


def _weight(selector: str, code: str, name: str) -> int:
    """How exactly `selector` names the rule; 0 where it does not."""
    if selector in {code, name}:
        return 100
    if selector == "ALL":
        return 1
    return len(selector) if code.startswith(selector) else 0


def _matches(pattern: str, path: str) -> bool:
    import pathspec

    return bool(pathspec.PathSpec.from_lines("gitwildmatch", [pattern]).match_file(path))


def check_selectors(selectors: Iterable[str], rules: Mapping[str, str], where: str) -> None:
    """Raise ConfigError for a selector that names none of `rules` (code -> name)."""
    for selector in selectors:
        if not any(_weight(selector, code, name) for code, name in rules.items()):
            raise ConfigError(
                f"{where}: there is no rule `{selector}`{_hint(selector, [*rules, *rules.values()])}"
            )


def _hint(word: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean `{close[0]}`?" if close else ""


def find(root: Path) -> Path | None:
    """The configuration file that counts for `root`: the nearest, upwards as far as the repository goes."""
    for folder in (root, *root.parents):
        for name in FILE_NAMES:
            path = folder / name
            if path.is_file() and (name != "pyproject.toml" or b"tool.dotmac-lint" in path.read_bytes()):
                return path
        if (folder / ".git").exists():
            return None
    return None


def load(root: Path, *, path: Path | None = None, isolated: bool = False) -> Settings:
    """The settings for `root`. Raises ConfigError for a file that cannot be read or says something unknown."""
    if isolated:
        return Settings()
    given = path
    path = path or find(root)
    if path is None:
        return Settings()
    try:
        text = path.read_text("utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: is no valid TOML: {error}") from error
    if path.name == "pyproject.toml" or (given and "tool" in data):
        data = data.get("tool", {}).get("dotmac-lint", {})
    return _Loader(str(path), text).settings(data)


class _Loader:
    """Turns tables into Settings; each complaint names the line of the key."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.source = SourceFile(path, text)

    def settings(self, data: Mapping[str, Any]) -> Settings:
        fields = {name.replace("_", "-"): name for name in Settings.__struct_fields__ if name != "source"}
        values: dict[str, Any] = {"source": self.path}
        for key, value in data.items():
            if key not in fields:
                raise self._error(key, f"unknown key `{key}`{_hint(key, fields)}")
            values[fields[key]] = self._value(key, value)
        return Settings(**values)

    def _value(self, key: str, value: Any) -> Any:
        if key == "deployments":
            return tuple(self._deployment(name, table) for name, table in self._table(key, value).items())
        if key == "per-file-ignores":
            return {pattern: self._strings(key, rules) for pattern, rules in self._table(key, value).items()}
        if key == "severity":
            return {
                rule: self._choice(rule, level, FAIL_LEVELS)
                for rule, level in self._table(key, value).items()
            }
        if key == "fail-level":
            return self._choice(key, value, FAIL_LEVELS)
        if key == "output-format":
            return self._choice(key, value, FORMATS)
        if key == "preview":
            return self._bool(key, value)
        return self._strings(key, value)

    def _deployment(self, name: str, table: Any) -> ConfiguredDeployment:
        known = ("files", "env-files", "profiles", "production")
        values: dict[str, Any] = {}
        for key, value in self._table(name, table).items():
            if key not in known:
                raise self._error(key, f"unknown key `{key}` in the deployment `{name}`{_hint(key, known)}")
            read = self._bool if key == "production" else self._strings
            values[key.replace("-", "_")] = read(key, value)
        if not values.get("files"):
            raise self._error(
                name, f"the deployment `{name}` needs `files`: the Compose files that it is made of"
            )
        return ConfiguredDeployment(name=name, **values)

    def _table(self, key: str, value: Any) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise self._error(key, f"`{key}` must be a table")
        return value

    def _strings(self, key: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._error(key, f"`{key}` must be a list of strings")
        return tuple(value)

    def _bool(self, key: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self._error(key, f"`{key}` must be true or false")
        return value

    def _choice(self, key: str, value: Any, choices: Collection[str]) -> str:
        if value not in choices:
            hint = _hint(str(value), choices)
            raise self._error(key, f"`{key}` must be one of {', '.join(choices)}, not `{value}`{hint}")
        return str(value)

    def _error(self, key: str, message: str) -> ConfigError:
        found = re.search(rf"^[ \t]*(\[[^\]\n]*)?[\"']?{re.escape(key)}\b", self.source.text, re.MULTILINE)
        line = f":{self.source.position(found.end()).line}" if found else ""
        return ConfigError(f"{self.path}{line}: {message}")


def merged(settings: Settings, **options: Any) -> Settings:
    """The settings with what the command line gives; None means not given, and `extend_select` adds."""
    given = {key: value for key, value in options.items() if value not in (None, ())}
    if "extend_select" in given:
        given["extend_select"] = (*settings.extend_select, *given["extend_select"])
    return msgspec.structs.replace(settings, **given)


def split_selectors(values: Sequence[str]) -> tuple[str, ...]:
    """Selectors as the command line gives them: several options, each a list with commas."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())
