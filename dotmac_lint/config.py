"""Configuration: `[tool.dotmac-lint]` in pyproject.toml, or `.dotmac-lint.toml`.

No key can name code: linting a repository must not run it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from dotmac_lint.diagnostic import Diagnostic, Severity
from dotmac_lint.fix import Applicability
from dotmac_lint.hint import hint
from dotmac_lint.lazy import regex
from dotmac_lint.source import SourceFile

if TYPE_CHECKING:
    from dotmac_lint.model.deployments import ConfiguredDeployment

FORMATS = ("full", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown")
FILE_NAMES = (".dotmac-lint.toml", "pyproject.toml")
FAIL_LEVELS = {"error": Severity.ERROR, "warning": Severity.WARNING, "info": Severity.INFO}


MAXIMUM_BYTES = 256 * 1024
MAXIMUM_DEPLOYMENTS = 100
_DEEP = regex(rb"(?<![\w\"'-])(?>(?:[\w-]+|\"[^\"\n]*\"|'[^'\n]*')[ \t]*\.[ \t]*){64}")
"""Dotted keys of which tomllib makes a square of their length."""


class ConfigError(Exception):
    """A configuration that cannot be used; the message names the file, the line and what to do."""


class Settings(msgspec.Struct, frozen=True):
    """What a run is told. Rules are named by code, by prefix of a code, or by name."""

    select: tuple[str, ...] = ("ALL",)
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
    origins: dict[str, str] = {}
    """By key, the file and the line that set it."""

    @property
    def excluded(self) -> tuple[str, ...]:
        return (*self.exclude, *self.extend_exclude)

    def selects(self, code: str, name: str, *, preview: bool = False) -> bool:
        """Whether the rule runs. The longest selector that names it decides; `ignore` wins a tie.

        A rule in preview runs only with `preview`, or where it is named in full.
        """
        chosen = max((_weight(s, code, name) for s in self.select + self.extend_select), default=0)
        if preview and not self.preview and chosen < _IN_FULL:
            return False
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

        levels = [(_weight(s, diagnostic.code, diagnostic.name), level) for s, level in self.severity.items()]
        weight, level = max(levels, default=(0, ""))
        if weight:
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


KEYS = tuple(name for name in Settings.__struct_fields__ if name not in ("source", "origins"))

_IN_FULL = 100


def _weight(selector: str, code: str, name: str) -> int:
    """How exactly `selector` names the rule; 0 where it does not."""
    if selector in {code, name}:
        return _IN_FULL
    if selector == "ALL":
        return 1
    return 1 + len(selector) if selector and code.startswith(selector) else 0


def _matches(pattern: str, path: str) -> bool:
    import pathspec

    return bool(pathspec.GitIgnoreSpec.from_lines([pattern]).match_file(path))


def unknown_selector(selector: str, rules: Mapping[str, str]) -> str | None:
    """What is wrong with a selector that names none of `rules` (code -> name)."""
    if any(_weight(selector, code, name) for code, name in rules.items()):
        return None
    other_case = next(
        (known for known in (*rules, *rules.values()) if known.lower() == selector.lower()), None
    )
    if other_case:
        return f"there is no rule `{selector}`; did you mean `{other_case}`?"
    close = "" if re.fullmatch(r"[A-Z]+\d*", selector) else hint(selector, rules.values())
    return f"there is no rule `{selector}`{close or '; `dotmac-lint rule` lists all'}"


def check_selectors(selectors: Iterable[str], rules: Mapping[str, str], where: str) -> None:
    """Raise ConfigError for a selector that names none of `rules` (code -> name)."""
    for selector in selectors:
        wrong = unknown_selector(selector, rules)
        if wrong:
            raise ConfigError(f"{where}: {wrong}")


def find(root: Path) -> Path | None:
    """The configuration file that counts for `root`: the nearest, upwards as far as the repository goes.

    A link that leaves the repository is no configuration.
    """
    folders, highest = [root, *root.parents], top(root)
    for folder in folders[: folders.index(highest) + 1]:
        for name in FILE_NAMES:
            path = folder / name
            if not path.is_file() or not Path(os.path.realpath(path)).is_relative_to(
                os.path.realpath(highest)
            ):
                continue
            if name != "pyproject.toml" or _has_table(path):
                return path
    return None


def top(root: Path) -> Path:
    """The top of the repository that `root` is in; `root` itself where it is in none."""
    return next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)


def _has_table(path: Path) -> bool:
    """Whether a pyproject.toml has the table; one that is broken counts where it seems to."""
    import tomllib

    data = b""
    try:
        data = _beginning(path)
        if b"dotmac-lint" not in data:
            return False
        _check(data)
        return "dotmac-lint" in tomllib.loads(data.decode("utf-8", "replace")).get("tool", {})
    except (OSError, ConfigError, RecursionError, tomllib.TOMLDecodeError, AttributeError, TypeError):
        return b"tool.dotmac-lint" in data


def _beginning(path: Path) -> bytes:
    """As much as a configuration may have, and a byte more. Raises OSError."""
    with path.open("rb") as stream:
        return stream.read(MAXIMUM_BYTES + 1)


def _check(data: bytes) -> None:
    """Raises ConfigError where to read it as TOML could take all time and memory."""
    if len(data) > MAXIMUM_BYTES:
        raise ConfigError(f"it is larger than {MAXIMUM_BYTES // 1024} KB")
    if _DEEP.search(data):
        raise ConfigError("its keys are nested too deeply")


def load(
    root: Path,
    *,
    path: Path | None = None,
    isolated: bool = False,
    rules: Mapping[str, str] | None = None,
) -> Settings:
    """The settings for `root`, from `path` or the file that `find` finds.

    With `rules` (code -> name), whatever should name a rule is checked. Raises ConfigError for a file that
    cannot be read or says something unknown.
    """
    if path is not None:
        return _load(path, root.resolve(), rules, None, ())
    if isolated or (path := find(root)) is None:
        return Settings()
    return _load(path, root.resolve(), rules, top(root).resolve(), ())


MAXIMUM_EXTENDED = 10
"""Configurations that extend each other."""


def _load(
    path: Path, root: Path, rules: Mapping[str, str] | None, within: Path | None, below: tuple[Path, ...]
) -> Settings:
    """The settings of the file. `below` are those that extend it; what it extends lies in `within`, unless whoever
    runs dotmac-lint has named the file.
    """
    import tomllib

    shown = os.path.relpath(path)
    if shown.startswith(".."):
        shown = str(path)
    try:
        content = _beginning(path)
        _check(content)
        text = content.decode("utf-8-sig")
        data: Any = tomllib.loads(text)
    except ConfigError as error:
        raise ConfigError(f"{shown}: {error}") from error
    except OSError as error:
        raise ConfigError(f"{shown}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, RecursionError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{shown}: this is no valid TOML: {error}") from error
    loader = _Loader(shown, text, rules)
    if path.name == "pyproject.toml" or "tool" in data:
        data = loader.table("dotmac-lint", loader.table("tool", data.get("tool", {})).get("dotmac-lint", {}))
    real = path.resolve()
    home = real.parent
    base = loader.extended(data, home, within, (*below, real))
    settings = _rebased(loader.settings(data), home, root)
    elsewhere = home != root and root.is_relative_to(home)
    deployments = tuple(one for one in settings.deployments if loader.usable(one, root, elsewhere=elsewhere))
    settings = msgspec.structs.replace(settings, deployments=deployments)
    return settings if base is None else _over(_load(base, root, rules, within, (*below, real)), settings)


def _over(base: Settings, settings: Settings) -> Settings:
    """The settings on top of those that they extend: lists are replaced, tables merge by key."""
    said = {key.replace("-", "_") for key in settings.origins}
    values = {name: getattr(settings, name) for name in said}
    for name in ("per_file_ignores", "severity"):
        values[name] = getattr(base, name) | getattr(settings, name)
    own = {one.name for one in settings.deployments}
    values["deployments"] = (
        *(one for one in base.deployments if one.name not in own),
        *settings.deployments,
    )
    return msgspec.structs.replace(
        base, **values, source=settings.source, origins=base.origins | settings.origins
    )


_STRINGS = {"type": "array", "items": {"type": "string"}}
DEPLOYMENT = {
    "files": _STRINGS | {"minItems": 1},
    "env-files": _STRINGS,
    "profiles": _STRINGS,
    "production": {"type": "boolean"},
    "project-directory": {"type": "string"},
}


def schema() -> dict[str, Any]:
    """The JSON schema of `.dotmac-lint.toml`, and of `[tool.dotmac-lint]`."""
    level = {"enum": list(FAIL_LEVELS)}
    deployment = {
        "type": "object",
        "properties": DEPLOYMENT,
        "required": ["files"],
        "additionalProperties": False,
    }
    special: dict[str, Any] = {
        "per-file-ignores": {"type": "object", "additionalProperties": _STRINGS},
        "severity": {"type": "object", "additionalProperties": level},
        "fail-level": level,
        "output-format": {"enum": list(FORMATS)},
        "preview": {"type": "boolean"},
        "deployments": {
            "type": "object",
            "additionalProperties": deployment,
            "maxProperties": MAXIMUM_DEPLOYMENTS,
        },
    }
    keys = [name.replace("_", "-") for name in KEYS]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The configuration of dotmac-lint",
        "type": "object",
        "properties": {"extend": {"type": "string"}} | {key: special.get(key, _STRINGS) for key in keys},
        "additionalProperties": False,
    }


class _Loader:
    """Turns tables into Settings; each complaint names the line of the key."""

    def __init__(self, path: str, text: str, rules: Mapping[str, str] | None) -> None:
        self.path = path
        self.source = SourceFile(path, text)
        self.rules = rules

    def settings(self, data: Mapping[str, Any]) -> Settings:
        fields = {name.replace("_", "-"): name for name in KEYS}
        values: dict[str, Any] = {}
        origins: dict[str, str] = {}
        for key, value in data.items():
            if key == "extend":
                continue
            if key not in fields:
                raise self._error(key, f"there is no key `{key}`{hint(key, [*fields, 'extend'])}")
            values[fields[key]] = self._value(key, value)
            origins[key] = f"{self.path}:{self._line(key) or 1}"
        return Settings(**values, source=self.path, origins=origins)

    def extended(
        self, data: Mapping[str, Any], home: Path, within: Path | None, seen: tuple[Path, ...]
    ) -> Path | None:
        """The configuration that this one extends."""
        if "extend" not in data:
            return None
        name = self._string("extend", data["extend"])
        path = (home / name).resolve()
        if path in seen or len(seen) > MAXIMUM_EXTENDED:
            raise self._error("extend", f"`extend`: `{name}` extends this file in turn")
        if within is not None and not path.is_relative_to(within):
            raise self._error("extend", f"`extend`: `{name}` lies outside of the repository")
        if not path.is_file():
            raise self._error("extend", f"`extend`: there is no file `{name}`")
        return path

    def _value(self, key: str, value: Any) -> Any:
        match key:
            case "deployments":
                if len(self.table(key, value)) > MAXIMUM_DEPLOYMENTS:
                    raise self._error(key, f"there are more than {MAXIMUM_DEPLOYMENTS} deployments")
                return tuple(self._deployment(name, table) for name, table in self.table(key, value).items())
            case "per-file-ignores":
                return {
                    pattern: self._selectors(pattern, rules)
                    for pattern, rules in self.table(key, value).items()
                }
            case "severity":
                return {
                    self._selector(rule, rule): self._choice(rule, level, FAIL_LEVELS)
                    for rule, level in self.table(key, value).items()
                }
            case "fail-level":
                return self._choice(key, value, FAIL_LEVELS)
            case "output-format":
                return self._choice(key, value, FORMATS)
            case "preview":
                return self._bool(key, value)
            case "exclude" | "extend-exclude":
                return self._strings(key, value)
            case _:
                return self._selectors(key, value)

    def _deployment(self, name: str, table: Any) -> ConfiguredDeployment:
        from dotmac_lint.model.deployments import ConfiguredDeployment

        known = DEPLOYMENT
        values: dict[str, Any] = {}
        for key, value in self.table(name, table).items():
            if key not in known:
                raise self._error(key, f"there is no key `{key}` in a deployment{hint(key, known)}")
            read = {"production": self._bool, "project-directory": self._string}.get(key, self._strings)
            values[key.replace("-", "_")] = read(key, value)
        if not values.get("files"):
            raise self._error(
                name, f"the deployment `{name}` needs `files`: the Compose files that it is made of"
            )
        return ConfiguredDeployment(name=name, line=self._line(name) or 1, **values)

    def usable(self, one: ConfiguredDeployment, root: Path, *, elsewhere: bool) -> bool:
        """Whether the deployment lies in `root`; where the file is for more than `root`, it need not.

        Env files need not be committed; all else that the deployment names must be there.
        """
        directory = one.project_directory
        for path in (*one.files, *one.env_files, *([directory] if directory else [])):
            if Path(os.path.realpath(root / path)).is_relative_to(root):
                continue
            if elsewhere:
                return False
            raise self._error(
                one.name, f"the deployment `{one.name}`: `{path}` lies outside of the linted folder"
            )
        for path in one.files:
            if not (root / path).is_file():
                raise self._error(one.name, f"the deployment `{one.name}`: there is no file `{path}`")
        if directory and not (root / directory).is_dir():
            raise self._error(one.name, f"the deployment `{one.name}`: there is no folder `{directory}`")
        return True

    def table(self, key: str, value: Any) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise self._error(key, f"`{key}` must be a table")
        return value

    def _string(self, key: str, value: Any) -> str:
        if not isinstance(value, str):
            raise self._error(key, f"`{key}` must be a string")
        return value

    def _strings(self, key: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._error(key, f"`{key}` must be a list of strings")
        return tuple(value)

    def _selectors(self, key: str, value: Any) -> tuple[str, ...]:
        return tuple(self._selector(key, selector) for selector in self._strings(key, value))

    def _selector(self, key: str, selector: str) -> str:
        wrong = self.rules is not None and unknown_selector(selector, self.rules)
        if wrong:
            raise self._error(key, f"`{key}`: {wrong}" if key != selector else wrong)
        return selector

    def _bool(self, key: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self._error(key, f"`{key}` must be true or false")
        return value

    def _choice(self, key: str, value: Any, choices: Collection[str]) -> str:
        if not isinstance(value, str) or value not in choices:
            close = hint(str(value), choices)
            raise self._error(key, f"`{key}` must be one of {', '.join(choices)}, not `{value}`{close}")
        return value

    def _error(self, key: str, message: str) -> ConfigError:
        line = self._line(key)
        return ConfigError(f"{self.path}{f':{line}' if line else ''}: {message}")

    def _line(self, key: str) -> int | None:
        """The line where the key stands (as a key, a table, or in an inline table)."""
        table = max(self.source.text.find("[tool.dotmac-lint"), 0)
        name = rf"[\"']?{re.escape(key)}[\"']?[ \t]*"
        found = re.compile(rf"(?:^[ \t]*|[{{,.][ \t]*)(?:{name}=|\[[^\]\n]*{name}\])", re.MULTILINE).search(
            self.source.text, table
        ) or re.compile(rf"[\[.\"']{re.escape(key)}[\].\"']").search(self.source.text, table)
        return self.source.position(found.end() - 1).line if found else None


def _rebased(settings: Settings, home: Path, root: Path) -> Settings:
    """The settings of the file in `home` for the folder `root`: paths and patterns are relative to the file."""
    if home == root or not root.is_relative_to(home):
        return settings
    below = root.relative_to(home).as_posix() + "/"
    ignores: dict[str, tuple[str, ...]] = {}
    for pattern, selectors in settings.per_file_ignores.items():
        for moved in _moved(pattern, below):
            ignores[moved] = (*ignores.get(moved, ()), *selectors)

    def paths(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(Path(os.path.relpath(home / name, root)).as_posix() for name in names)

    return msgspec.structs.replace(
        settings,
        per_file_ignores=ignores,
        exclude=tuple(moved for pattern in settings.exclude for moved in _moved(pattern, below)),
        extend_exclude=tuple(
            moved for pattern in settings.extend_exclude for moved in _moved(pattern, below)
        ),
        deployments=tuple(
            msgspec.structs.replace(
                one,
                files=paths(one.files),
                env_files=paths(one.env_files),
                project_directory=one.project_directory and paths([one.project_directory])[0],
            )
            for one in settings.deployments
        ),
    )


_ANY_NAME = "\x7f"
"""A file that no pattern names: what excludes it excludes the whole folder."""


def _moved(pattern: str, below: str) -> tuple[str, ...]:
    """A gitignore pattern as seen from the folder `below`; nothing where it cannot match there."""
    anchored = pattern.lstrip("/")
    if "/" not in pattern.rstrip("/") or anchored.startswith("**/"):
        return (pattern,)
    if _matches(pattern, below + _ANY_NAME):
        return ("**",)
    parts, depth = anchored.split("/"), below.count("/")
    head, rest = "/".join(parts[:depth]), "/".join(parts[depth:])
    return ("/" + rest,) if rest and "**" not in head and _matches("/" + head, below[:-1]) else ()


def merged(settings: Settings, **options: Any) -> Settings:
    """The settings with what the command line gives; None and () mean not given.

    `select` replaces the file's choice of rules, `ignore` included; `extend_select` and `ignore` add to it.
    """
    given = {key: value for key, value in options.items() if value not in (None, ())}
    ignored = () if "select" in given else settings.ignore
    given["ignore"] = (*ignored, *given.get("ignore", ()))
    given["extend_select"] = (*settings.extend_select, *given.get("extend_select", ()))
    return msgspec.structs.replace(settings, **given)


def split_selectors(values: Sequence[str]) -> tuple[str, ...]:
    """Selectors as the command line gives them: several options, each a list with commas."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())
