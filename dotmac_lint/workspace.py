"""Which files there are, and what each of them says: every file is read and parsed at most once.

Nothing outside the root is ever read: a path that leaves it, through `../` or through a link, does
not exist as far as the model is concerned.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

from dotmac_lint.cache import KEPT, PLAIN, TICK, Cache, Seen, signature
from dotmac_lint.facts import Fact, Facts, Kept, same
from dotmac_lint.git import Git
from dotmac_lint.known import Problem
from dotmac_lint.lazy import regex
from dotmac_lint.source import SourceFile, Span
from dotmac_lint.words import Words

if TYPE_CHECKING:
    from dotmac_lint.ahead import Ahead
    from dotmac_lint.readers.dockerfile import Dockerfile
    from dotmac_lint.readers.dockerignore import Dockerignore
    from dotmac_lint.readers.dotenv import Dialect, EnvFile
    from dotmac_lint.readers.hcl import Policy
    from dotmac_lint.readers.javascript import JavaScriptReads
    from dotmac_lint.readers.markdown import Markdown
    from dotmac_lint.readers.python.guards import GuardModule
    from dotmac_lint.readers.python.reads import PythonReads
    from dotmac_lint.readers.python.setters import Setters
    from dotmac_lint.readers.python.settings import SettingsModule
    from dotmac_lint.readers.shell import ShellScript
    from dotmac_lint.readers.yaml import YamlFile


class Pending(NamedTuple):
    """What a file would hold once fixes are written. `mode` is that of a new one."""

    data: bytes
    mode: int | None = None


T = TypeVar("T")
Kind = Literal["file", "directory"]
Data = bytes  # Workspace has a method of that name

VENDORED = r"node_modules|vendor|third[_-]?party|site-packages|wp-content/(?:plugins|themes)"
"""Folders in which a repository keeps what others have written: a part of patterns."""

MAXIMUM_BYTES = 8 * 1024 * 1024
"""Larger files are no configuration that people write: they are reported, not parsed."""

MAXIMUM_KEPT = 128 * 1024 * 1024
"""Bytes of all files that are kept in memory; what comes after is read again when it is asked for again."""

MAXIMUM_PARSED = {
    "read_yaml": 1024 * 1024,
    "read_dotenv": 256 * 1024,
    "read_dockerfile": 256 * 1024,
    "read_settings_module": 512 * 1024,
}
"""Bytes of files whose every line makes objects: ten times the largest that we know of, and more."""
_CIPHERTEXT = (
    *(b"\0GITCRYPT\0", b"$ANSIBLE_VAULT;", b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----"),
    *(b"-----BEGIN PGP MESSAGE-----", b"Salted__", b"U2FsdGVkX1"),
)
"""How files begin that git-crypt, Ansible, age, PGP, openssl or transcrypt encrypted: owners read another text."""
_NOT_KEPT = bytes(bytearray(b"to be read again"))
"""Stands for the content of files that found no room."""
MOST_CHANGED = 200
"""Files that are looked at again one by one; where more have changed, so has what was found in them."""
MOST_DECODED = 64
"""Files whose text is kept beside their bytes: the next question is mostly about the same file."""
MAXIMUM_PATTERNS = 5_000
"""Lines of a `.gitignore` that count where git does not tell."""

SKIPPED_DIRECTORIES = frozenset(
    {
        ".git", ".hg", ".svn", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".nox", ".mypy_cache",
        ".ruff_cache", ".pytest_cache", ".eggs", ".idea", ".vscode-test", "bower_components", ".history",
    }
)  # fmt: skip


_OLD_VERSION = regex(r"(^|/)\.history/")
"""Where an editor keeps what its files were before each change; some commit it."""


def normalise(path: str) -> str | None:
    """`path` relative to the root without `.` and `..`; None where it leaves the root."""
    parts: list[str] = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            if not parts:
                return None
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


_DOTS = regex(r"^(\.{1,2}/)+")


def without_dots(path: str) -> str:
    """`path` without the `./` and `../` that it begins with."""
    return _DOTS.sub("", path)


def _ignoring(text: str) -> Any:
    """The patterns of a `.gitignore`; one that is malformed matches nothing, as in git."""
    import pathspec

    lines = text.splitlines()[:MAXIMUM_PATTERNS]
    try:
        return pathspec.GitIgnoreSpec.from_lines(lines)
    except ValueError:
        valid = []
        for line in lines:
            try:
                pathspec.GitIgnoreSpec.from_lines([line])
            except ValueError:
                continue
            valid.append(line)
        return pathspec.GitIgnoreSpec.from_lines(valid)


class Workspace:
    """The files below `root`, as git (or, without git, the `.gitignore` files) would list them.

    `pending` is what fixes would make of some of them, each by its `real` name: as if it were written already.
    """

    def __init__(
        self,
        root: Path,
        exclude: tuple[str, ...] = (),
        cache: Cache | None = None,
        pending: Mapping[str, Pending] | None = None,
    ) -> None:
        self.root = Path(os.path.realpath(root))
        self.pending = pending or {}
        self.exclude = exclude
        self.cache = cache
        self.git = Git(self.root)
        self._bytes: dict[str, Data | None] = {}
        self._room = MAXIMUM_KEPT
        self._too_large: set[str] = set()
        """To be read at all. That is a problem of code and of what is to be parsed: nobody wants to hear of a film."""
        self._decoded = lru_cache(MOST_DECODED)(self._decode)
        self._results: dict[tuple[str, ...], Any] = {}
        self.workers = 0
        """Processes that may read ahead."""
        self._ahead: Ahead | None = None
        self._kinds: dict[str, Kind | None] = {}
        self._signatures: dict[str, tuple[int, ...]] = {}
        self._folders: dict[str, bool] = {}
        self.facts = Facts(self._kept_facts, self._listed_signature, self._digest)
        self.words = Words(self._content, self.facts, kept=cache is not None)
        self._subject: str | None = None
        """The file that is just asked for a fact."""
        self._read_closely: set[str] = set()
        """Files that were asked for other things than facts and words."""
        self._asked: dict[tuple[str, ...], str] = {}
        """The results of readers that were asked for by others than facts, each with the reader's module."""
        self.seconds: dict[str, float] = {}
        """What reading took, by reader."""
        self.problems: list[tuple[Span, str]] = []
        """What could not be read, in the order met: DM000."""
        self._links_outside: list[str] = []

    def revised(self, pending: Mapping[str, Pending]) -> Workspace:
        """The same files with `pending` in their place as well; what was read of the others is not read again."""
        revised = Workspace(self.root, self.exclude, self.cache, {**self.pending, **pending})
        stale = {path for path in self._bytes if self.real(path) in pending or self._bytes[path] is None}
        revised._bytes = {path: data for path, data in self._bytes.items() if path not in stale}
        revised._room = self._room
        revised._results = {
            key: result
            for key, result in self._results.items()
            if key[0] not in ("made", "ignored") and stale.isdisjoint(key)
        }
        kept = self._collected_facts()
        revised.facts = Facts(lambda: kept, revised._listed_signature, revised._digest)
        revised.words = Words(revised._content, revised.facts, kept=False)
        return revised

    # ---- which files there are

    @cached_property
    def files(self) -> tuple[str, ...]:
        """All files, sorted, relative to the root."""
        names = self.git.listed()
        if names is None:
            listed = self._walked()
        else:
            # A name that is in the index but deleted on disk is no file, and a submodule is none either.
            listed = {name for name in names if not _OLD_VERSION.search(name) and self._is_file(name)}
        listed |= {path for path, file in self.pending.items() if file.mode and not self.is_ignored(path)}
        if self.exclude:
            import pathspec

            spec = pathspec.GitIgnoreSpec.from_lines(self.exclude)
            listed = {path for path in listed if not spec.match_file(path)}
            self._links_outside = [path for path in self._links_outside if not spec.match_file(path)]
        return tuple(sorted(listed))

    @cached_property
    def _directories(self) -> frozenset[str]:
        directories = {""}
        for path in self.files:
            while "/" in path:
                path = path.rpartition("/")[0]  # noqa: PLW2901
                if path in directories:
                    break
                directories.add(path)
        return frozenset(directories)

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self.files:
            found.setdefault(path.rpartition("/")[2], []).append(path)
        return found

    def named(self, name: str) -> Sequence[str]:
        """The listed files whose last part is `name`."""
        return self._by_name.get(name, ())

    @cached_property
    def _file_set(self) -> frozenset[str]:
        return frozenset(self.files)

    def _is_file(self, path: str) -> bool:
        found = self._signatures[path] = signature(os.path.join(self.root, path))
        if not found or not stat.S_ISREG(found[0]):
            return False
        if len(found) == PLAIN or self.kind(path) == "file":  # of a link it is what the target is
            return True
        self._links_outside.append(path)
        return False

    @property
    def links_outside(self) -> tuple[str, ...]:
        """The links to files that lie outside the root, which are not listed."""
        _ = self.files  # where they are found
        return tuple(self._links_outside)

    def _walked(self) -> set[str]:
        found: set[str] = set()
        specs: list[tuple[str, Any]] = []

        def ignored(path: str) -> bool:
            return any(path.startswith(base) and spec.match_file(path[len(base) :]) for base, spec in specs)

        pending = [""]
        while pending:
            folder = pending.pop()
            try:
                entries = list(os.scandir(self.root / folder))
            except OSError:
                continue
            base = f"{folder}/" if folder else ""
            if any(entry.name == ".gitignore" for entry in entries):
                source = self.source(f"{base}.gitignore")
                specs.append((base, _ignoring(source.text if source else "")))
            for entry in entries:
                path = base + entry.name
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in SKIPPED_DIRECTORIES and not (specs and ignored(path + "/")):
                        pending.append(path)
                elif not (specs and ignored(path)) and self._is_file(path):
                    found.add(path)
        return found

    def under(self, directory: str) -> tuple[str, ...]:
        """The listed files below `directory` ("" is the root)."""
        if not directory:
            return self.files
        prefix = directory + "/"
        start = bisect_left(self.files, prefix)
        return self.files[start : bisect_left(self.files, directory + "0", start)]  # "0" follows "/"

    def files_in(self, directory: str) -> list[str]:
        """The listed files of `directory` itself, none of folders in it."""
        start = len(directory) + 1 if directory else 0
        return [file for file in self.under(directory) if "/" not in file[start:]]

    def kind(self, path: str) -> Kind | None:
        """What lies at `path` on disk, listed or not; None outside the root, whichever way it is left."""
        if path not in self._kinds:
            self._kinds[path] = self._kind(path)
        return self._kinds[path]

    def _kind(self, path: str) -> Kind | None:
        inside = normalise(path)
        if inside is None:
            return None
        if self.pending:
            real = self.real(inside)
            if real in self.pending:
                return "file"
            if any(path.startswith(f"{real}/") for path in self.pending):
                return "directory"
        seen = self._signatures.get(inside, ())
        try:
            full = os.path.join(self.root, inside)
            mode = seen[0] if len(seen) == PLAIN else os.lstat(full).st_mode
            if stat.S_ISLNK(mode):
                mode = os.stat(full).st_mode
                if not self._contains(full):
                    return None
            elif not self._is_inside(inside.rpartition("/")[0]):
                return None
        except (OSError, ValueError):
            return None
        if stat.S_ISDIR(mode):
            return "directory"
        return "file" if stat.S_ISREG(mode) else None

    def _is_inside(self, folder: str) -> bool:
        """Whether no link on the way to the folder leaves the root; found once for each."""
        known = self._folders.get(folder)
        if known is None:
            known = self._folders[folder] = not folder or self._contains(self.root / folder)
        return known

    def _contains(self, full: Path | str) -> bool:
        real = os.path.realpath(full)
        return real == str(self.root) or real.startswith(str(self.root) + os.sep)

    def leads_outside(self, path: str) -> bool:
        """Whether something lies at `path`, but a link on the way leaves the root."""
        full = self.root / path
        return self.kind(path) is None and os.path.lexists(full) and not self._contains(full)

    def real(self, path: str) -> str:
        """The name of what lies behind all links, relative to the root; `path` itself where it leaves the root."""
        if not path:
            return path
        try:
            full = Path(os.path.realpath(self.root / path))
        except ValueError:
            return path  # no file has a null character in its name
        return full.relative_to(self.root).as_posix() if self._contains(full) else path

    def is_taken(self, path: str) -> bool:
        """Whether a new file of this name would replace something, or lie outside the root."""
        full = self.root / path
        return os.path.lexists(full) or self.real(path) in self.pending or not self._contains(full)

    def is_directory(self, path: str) -> bool:
        return self.kind(path) == "directory"

    def absent(self, path: str) -> str:
        """The outermost folder on the way to `path` that is not there, else the path itself."""
        parts = path.split("/")
        above = ("/".join(parts[:depth]) for depth in range(1, len(parts)))
        return next((folder for folder in above if not self.kind(folder)), path)

    def is_tracked_directory(self, path: str) -> bool:
        """Whether listed files lie below `path`: what a fresh clone would have."""
        return path in self._directories

    def is_listed(self, path: str) -> bool:
        return path in self._file_set

    def is_ignored(self, path: str) -> bool:
        """Whether git ignores `path`: the repository knows that it is made elsewhere.

        What does not exist may be a file or, where `path` ends with a slash, a directory.
        """
        key = ("ignored", path)
        if key not in self._results:
            self._results[key] = bool(normalise(path)) and self._ask_ignored(path)
        result: bool = self._results[key]
        return result

    def _ask_ignored(self, path: str) -> bool:
        if path.endswith("/"):
            path += "-"  # any file in it: with a bare slash an empty pattern that ends in CR would match
        if self.git.top is not None:
            return self.git.ignores(path)
        return any(
            spec.match_file(rest) or spec.match_file(rest + "/")
            for text, rest in self._ignore_files_above(path)
            for spec in (_ignoring(text),)
        )

    def _ignore_files_above(self, path: str) -> Iterator[tuple[str, str]]:
        """The text of each `.gitignore` in the folders above `path`, and `path` as seen from there."""
        parts = path.split("/")
        for depth in range(len(parts)):
            source = self.source("/".join((*parts[:depth], ".gitignore")))
            if source is not None:
                yield source.text, "/".join(parts[depth:])

    def ignores_within(self, folder: str) -> bool:
        """Whether a `.gitignore` names files that lie in the folder: `conf/*.conf` for `conf`, not `*.conf`."""
        for text, rest in self._ignore_files_above(folder):
            for line in text.splitlines()[:MAXIMUM_PATTERNS]:
                above = line.strip().rpartition("/")[0].strip("/")
                if above and above[0] not in "!#*":
                    spec = _ignoring(f"/{above}")
                    if spec.match_file(rest) and not spec.match_file(rest.rpartition("/")[0]):
                        return True
        return False

    @cached_property
    def submodules(self) -> tuple[str, ...]:
        """The folders of git's submodules: a plain clone leaves them empty (gitmodules(5))."""
        source = self.source(".gitmodules")
        paths = re.findall(r"^\s*path\s*=\s*(.+?)\s*$", source.text, re.M) if source is not None else []
        return tuple(path.strip('"').rstrip("/") for path in paths)

    def in_submodule(self, path: str) -> bool:
        return any(path == folder or path.startswith(folder + "/") for folder in self.submodules)

    def is_executable(self, path: str) -> bool:
        """Whether git (or, for a file that git does not track, the disk) gives `path` an execute bit."""
        pending = self.pending.get(path)
        if pending is not None and pending.mode is not None:
            return bool(pending.mode & 0o100)
        if path in self.git.executables:
            return True
        try:
            return bool(os.stat(self.root / path).st_mode & 0o100)
        except OSError:
            return False

    # ---- whether anything has changed since

    def state(self) -> Data | None:
        """A digest of the listed files as they lie on disk, by their stat(2); None where it may not tell a change.

        That is so where a file was changed just now: what changes it again within one tick of the clock is not seen.
        """
        if self.pending:
            return None
        files = self.files
        states = [(path, signature(path)) for path in self.git.files()]
        states += [(path, self._signatures.get(path) or self._signature(path)) for path in files]
        newest = max((moment for _, found in states for moment in found[2:4]), default=0)
        if newest > time.time_ns() - TICK:
            return None
        return hashlib.blake2b(repr(states).encode("utf-8", "surrogateescape"), digest_size=20).digest()

    def _listed_signature(self, path: str) -> tuple[int, ...] | None:
        """The stat(2) of a listed file, as it was when it was listed; None where fixes may change what it says."""
        _ = self.files
        found = self._signatures.get(path)
        return None if self.pending and (path in self.pending or (found and len(found) > PLAIN)) else found

    def _digest(self, path: str, asked: bool) -> Data:
        """Of the content of a file, which is read where `asked`; empty where it is not at hand."""
        data = self._content(path) if asked else self._bytes.get(path)
        if data is None or data is _NOT_KEPT:
            return b""
        return hashlib.blake2b(data, digest_size=16).digest()

    def _signature(self, path: str) -> tuple[int, ...]:
        return signature(os.path.join(self.root, path))

    def asked_besides(self) -> dict[str, tuple[int, ...]]:
        """The paths that were asked for and are not listed, each with its stat(2); absent ones have none."""
        asked = {normalise(path) for path in (*self._kinds, *self._bytes)} - self._file_set
        return {path: self._signature(path) for path in asked if path is not None}

    def unchanged(self, asked: dict[str, tuple[int, ...]]) -> bool:
        """Whether all of `asked_besides` are as they were."""
        return all(self._signature(path) == before for path, before in asked.items())

    # ---- whether what has changed says the same

    def seen(self) -> Seen | None:
        """What this run's answer depends on besides facts and words; None where they are not kept."""
        if self.cache is None or self.pending:
            return None
        closely = set(self._read_closely)
        results: dict[str, list[tuple[str, str, tuple[str, ...], Data]]] = {}
        for (function, path, *arguments), module in self._asked.items():
            data = self._content(path)
            if function not in KEPT or not module:
                closely.add(path)
            elif data is not None:
                key = self.cache.key(function, data, arguments)
                results.setdefault(path, []).append((module, function, tuple(arguments), key))
        return Seen(self.facts.run, self._listing(), closely | self.facts.told, results)

    def says_the_same(self, seen: Seen) -> bool:
        """Whether no file has changed in what an answer depends on: the same is found in it, the same words stand
        in it, and nothing else was asked of it. False where that costs more than to ask anew.
        """
        if seen.run != self.facts.earlier or seen.listing != self._listing():
            return False
        changed = self.facts.changed(self.files)
        return len(changed) <= MOST_CHANGED and all(
            number is not None and path not in seen.closely and self._says_the_same(path, number, seen)
            for path, number in changed.items()
        )

    def _listing(self) -> Data:
        """A digest of which files there are, of what kind, and of what git's answers depend on."""
        rows = [(path, self._signatures.get(path, ())[:1]) for path in self.files]
        state = repr((rows, sorted(self.git.executables), self.git.configuration())).encode(
            "utf-8", "surrogateescape"
        )
        return hashlib.blake2b(state, digest_size=20).digest()

    def _says_the_same(self, path: str, number: int, seen: Seen) -> bool:
        if path.rpartition("/")[2] == ".gitignore" or len(self._signatures[path]) != PLAIN:
            return False
        if any(self.words.stands(word, path) != stood for word, stood in self.facts.searched(number)):
            return False
        try:
            for asked, arguments, before in self.facts.asked(number):
                if not same(asked, self._find(asked, path, arguments), before):
                    return False
        except LookupError:
            return False
        for module, function, arguments, key in seen.results.get(path, ()):
            now = self._parsed(path, module, function, *arguments)
            before = self.cache.stored(key, module, function) if self.cache is not None else None
            if before is None or now != before:
                return False
        return not self.problems

    # ---- what they say

    def bytes(self, path: str) -> Data | None:
        """The content of a file inside the root; None where there is none, or it is over the limit."""
        if path != self._subject:
            self._read_closely.add(path)
        return self._content(path)

    def _content(self, path: str) -> Data | None:
        data = self._bytes.get(path, _NOT_KEPT)
        if data is _NOT_KEPT:
            data = self._read(path)
            size = len(data or b"")
            fits = size <= self._room
            self._bytes[path] = data if fits else _NOT_KEPT
            self._room -= size * fits
        return data

    def _read(self, path: str) -> Data | None:
        if self.kind(path) != "file":
            return None
        if self.pending and (pending := self.pending.get(self.real(path))) is not None:
            return pending.data
        try:
            inside = path if path in self._signatures else normalise(path) or ""
            with open(os.path.join(self.root, inside), "rb") as stream:
                data = stream.read(MAXIMUM_BYTES + 1)
        except OSError as error:
            self._problem(path, f"cannot be read: {error.strerror or error}")
            return None
        if len(data) > MAXIMUM_BYTES:
            self._too_large.add(path)
            if path.endswith(".py"):
                self._problem_of_size(path)
            return None
        return data

    def _problem_of_size(self, path: str) -> None:
        self._problem(path, f"is larger than {MAXIMUM_BYTES // 2**20} MB and is not read")

    def _problem(self, path: str, message: str) -> None:
        self.report(Span(path, 0, 0), f"`{path}` {message}.")

    def report(self, span: Span, message: str) -> None:
        """Remember what could not be read."""
        if (span, message) not in self.problems:
            self.problems.append((span, message))

    def source(self, path: str) -> SourceFile | None:
        if path != self._subject:
            self._read_closely.add(path)
        return self._decoded(path)

    def _decode(self, path: str) -> SourceFile | None:
        data = self._content(path)
        return None if data is None else SourceFile.decode(path, data)

    text = source

    def _parsed(self, path: str, module: str, function: str, *arguments: str) -> Any:
        key = (function, path, *arguments)
        if path != self._subject and self.cache is not None:
            self._asked[key] = module
        if key not in self._results:
            data = self._content(path)
            result = None
            limit = MAXIMUM_PARSED.get(function, MAXIMUM_BYTES)
            if path in self._too_large:
                self._problem_of_size(path)
            elif data is not None and len(data) > limit:
                self._problem(path, f"is larger than {limit // 1024} KB and is not read")
            elif data is not None and not data.startswith(_CIPHERTEXT):
                from dotmac_lint.readers import reader  # a run that reads nothing imports nothing of them

                result = self._read_by(reader(module, function), path, data, arguments)
            self._results[key] = result
        return self._results[key]

    def _read_by(self, read: Callable[..., Any], path: str, data: Data, arguments: tuple[str, ...]) -> Any:
        cache = self.cache if read.__name__ in KEPT else None
        result = cache.result(read, data, arguments) if cache else None
        if result is None:
            source = self._decoded(path)
            assert source is not None
            started = time.perf_counter()
            if self._ahead is not None and not arguments:
                result = self._ahead.take(read, path)
            if result is None:
                result = read(source.text, *arguments)
            self.seconds[read.__name__] = self.seconds.get(read.__name__, 0.0) + time.perf_counter() - started
            if cache:
                cache.keep(read, data, arguments, result)
        return result

    def read_ahead(self, module: str, function: str, paths: Iterable[str]) -> None:
        """Say that the model is about to ask the reader `function` for these files: workers may begin with them."""
        if self.workers < 2 or self.pending:
            return
        from dotmac_lint.ahead import Ahead
        from dotmac_lint.readers import reader

        read = reader(module, function)
        limit = MAXIMUM_PARSED.get(function, MAXIMUM_BYTES)

        ahead = self._ahead = self._ahead or Ahead(self.workers)

        def unread() -> Iterator[tuple[str, Data]]:
            for path in paths:
                begun = (function, path) in self._results or ahead.has_begun(function, path)
                data = None if begun else self._content(path)
                if data and len(data) <= limit and not (self.cache and self.cache.knows(read, data)):
                    yield path, data

        ahead.begin(module, function, unread())

    def close(self) -> None:
        """Stop the processes that read ahead and that answer for git."""
        self.git.close()
        if self._ahead is not None:
            self._ahead.close()
            self._ahead = None

    def chosen(self, choose: Callable[[str], bool]) -> tuple[str, ...]:
        """The files that the function takes by their paths alone: see `Facts.chosen`."""
        return self.facts.chosen(choose, self.files)

    def fact(self, asked: Fact[T], path: str, arguments: tuple[str, ...]) -> T:
        """What `asked` is answered by: see `Fact`."""
        return self.facts.of(asked, path, arguments, self._find, self)

    def _find(self, asked: Fact[T], path: str, arguments: tuple[str, ...]) -> T:
        before, self._subject = self._subject, path
        try:
            return asked.find(self, path, *arguments)
        finally:
            self._subject = before

    def _kept_facts(self) -> Kept | None:
        return self.cache.recall(str(self.root), Kept) if self.cache is not None else None

    def _collected_facts(self) -> Kept:
        told = {span.path for span, _ in self.problems}  # what cannot be read is told by the next run as well
        return self.facts.collected((path for path in self.files if path not in told), self.words.answers)

    def keep_facts(self) -> None:
        """Note for the next run what this one found in files."""
        if self.cache is not None and not self.pending:
            self.cache.remember(str(self.root), self._collected_facts())

    def remembered(self, key: str, make: Callable[[], Any]) -> Any:
        """What `make` made of the files when it was first asked for."""
        if ("made", key) not in self._results:
            self._results["made", key] = make()
        return self._results["made", key]

    def reader_problems(self, path: str, function: str, *arguments: str) -> tuple[Problem, ...]:
        """What the reader called `function` could not read in `path`, once it was asked for."""
        key = (function, path, *arguments)
        result = self._results.get(key)
        if key in self._results and path != self._subject:
            self._asked.setdefault(key, "")
        problems: tuple[Problem, ...] = getattr(result, "problems", ())
        return problems

    def dockerfile(self, path: str) -> Dockerfile | None:
        result: Dockerfile | None = self._parsed(path, "dockerfile", "read_dockerfile")
        return result

    def dockerignore(self, path: str) -> Dockerignore | None:
        result: Dockerignore | None = self._parsed(path, "dockerignore", "read_dockerignore")
        return result

    def yaml(self, path: str) -> YamlFile | None:
        result: YamlFile | None = self._parsed(path, "yaml", "read_yaml")
        return result

    def env_file(self, path: str, dialect: Dialect = "compose") -> EnvFile | None:
        result: EnvFile | None = self._parsed(path, "dotenv", "read_dotenv", dialect)
        return result

    def policy(self, path: str) -> Policy | None:
        result: Policy | None = self._parsed(path, "hcl", "read_policy")
        return result

    def shell(self, path: str) -> ShellScript | None:
        result: ShellScript | None = self._parsed(path, "shell", "read_shell")
        return result

    def markdown(self, path: str) -> Markdown | None:
        result: Markdown | None = self._parsed(path, "markdown", "read_markdown")
        return result

    def document(self, path: str) -> Markdown | None:
        """A document in Markdown or reStructuredText."""
        if not path.lower().endswith(".rst"):
            return self.markdown(path)
        result: Markdown | None = self._parsed(path, "markdown", "read_rst")
        return result

    def javascript_reads(self, path: str) -> JavaScriptReads | None:
        result: JavaScriptReads | None = self._parsed(path, "javascript", "read_javascript_reads")
        return result

    def python_reads(self, path: str) -> PythonReads | None:
        result: PythonReads | None = self._parsed(path, "python.reads", "read_python_reads")
        return result

    def settings_module(self, path: str) -> SettingsModule | None:
        result: SettingsModule | None = self._parsed(path, "python.settings", "read_settings_module")
        return result

    def setters(self, path: str) -> Setters | None:
        result: Setters | None = self._parsed(path, "python.setters", "read_setters")
        return result

    def guards(self, path: str) -> GuardModule | None:
        result: GuardModule | None = self._parsed(path, "python.guards", "read_guards")
        return result

    def forget_guards(self, path: str) -> None:
        """They are read again when they are asked for again."""
        self._results.pop(("read_guards", path), None)
