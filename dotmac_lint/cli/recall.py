"""What the last run said is said again where nothing has changed since: no rule and no reader is loaded for that."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from dotmac_lint import config
from dotmac_lint.cache import Answer, Cache, default_folder, installed
from dotmac_lint.cli.output import OutputError, fail, tell, write
from dotmac_lint.workspace import Workspace

MAXIMUM_TEXT = 16 * 1024 * 1024
"""Characters of a report; a longer one is made anew each time."""


class Question:
    """What a run is asked, and the state of the files that it is asked of."""

    def __init__(self, options: Mapping[str, Any], cache: Cache) -> None:
        """Raises ConfigError for a path or a configuration that cannot be used; selectors are not checked."""
        self.cache = cache
        root, only = linted(options["paths"])
        settings = config.merged(
            config.load(root, path=options["config_file"], isolated=options["isolated"]), **given(options)
        )
        self.workspace = Workspace(root, settings.excluded, cache)
        self.state = self.workspace.state()
        # A rule pack is found in the folders of sys.path: where none has changed, none has come.
        packs = [(folder, installed(folder)) for folder in sys.path]
        rest = sorted((name, repr(value)) for name, value in options.items())
        provenance = self.workspace.git.provenance if settings.output_format == "sarif" else None
        self.what = repr((str(root), only, os.getcwd(), settings, wants_colour(), rest, packs, provenance))

    def answer(self) -> Answer | None:
        """What was said to the same question about files that are still the same, or still say the same."""
        answer = self.cache.recall(self.what, Answer)
        if answer is None or not self.workspace.unchanged(answer.asked):
            return None
        if answer.state != self.state:
            if answer.seen is None or not self.workspace.says_the_same(answer.seen):
                return None
            if self.state is not None:
                self.cache.remember(self.what, msgspec.structs.replace(answer, state=self.state))
                self.cache.remember(str(self.workspace.root), self.workspace.facts.renewed())
                self.cache.save()
        return answer

    def keep(self, workspace: Workspace, text: str, told: Sequence[str], status: int) -> None:
        """Notes what was said, and which paths `workspace` was asked for."""
        if self.state is not None and len(text) <= MAXIMUM_TEXT:
            answer = Answer(
                self.state, workspace.asked_besides(), text, tuple(told), status, workspace.seen()
            )
            self.cache.remember(self.what, answer)


def recalled(options: Mapping[str, Any]) -> tuple[Question | None, int | None]:
    """Says what was said before, where that still holds: the exit status; and the question, to keep the answer."""
    anew = ("no_cache", "diff", "timings", "verbose", "rule_folders", "baseline", "add_ignores")
    if any(options[name] for name in anew):
        return None, None
    try:
        question = Question(options, Cache(options["cache_dir"] or default_folder()))
    except config.ConfigError:
        return None, None  # the run says what is wrong
    answer = question.answer()
    if answer is None:
        return question, None
    try:
        write(answer.text, options["output_file"])
    except OutputError as error:
        return question, fail(str(error))
    for text in answer.told:
        tell(text)
    return question, answer.status


def given(options: Mapping[str, Any]) -> dict[str, Any]:
    """What the command line says of `config.Settings`."""
    values = {name: options.get(name) or None for name in config.Settings.__struct_fields__}
    for name in ("select", "ignore", "extend_select"):
        values[name] = config.split_selectors(options[name])
    return values


def linted(paths: Sequence[Path]) -> tuple[Path, tuple[str, ...]]:
    """The folder that is linted as a repository, and the paths below it to which the report is restricted."""
    for path in paths:
        if not path.exists():
            raise config.ConfigError(f"`{path}` does not exist")
    if not paths:
        return Path.cwd(), ()
    if len(paths) == 1 and paths[0].is_dir():
        return paths[0].resolve(), ()
    full = [Path(os.path.realpath(path)) for path in paths]
    root = Path.cwd()
    if not all(path.is_relative_to(root) for path in full):
        root = Path(os.path.commonpath([path if path.is_dir() else path.parent for path in full]))
        root = config.top(root)
    return root, tuple(path.relative_to(root).as_posix() for path in full)


def wants_colour() -> bool:
    """Colours on a terminal only; NO_COLOR and FORCE_COLOR decide where they are set (no-color.org)."""
    if os.environ.get("NO_COLOR"):
        return False
    terminal = sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return bool(os.environ.get("FORCE_COLOR")) or terminal
