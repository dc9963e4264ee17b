"""What git knows of a folder. Programs that the repository's own git configuration names do not run."""

from __future__ import annotations

import os
import re
import select
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from dotmac_lint.lazy import regex

_SECONDS = 60
"""That git may take for an answer."""
_STREAMS = hasattr(select, "poll")
_MAXIMUM_BYTES = 1024 * 1024
"""Of a file of git's that is read."""
_HTTP = regex(rb"^\[http\b[^\n]*(?:\n(?!\[)[^\n]*)*", re.MULTILINE)
"""A section of a configuration: checkouts of CI write a token into it, another one each time."""
_SHORT = regex(r"(?:[^@/:\s]+@)?([\w.-]{2,}):(?!//|\\)/?(\S+)")
_REMOTE = regex(r"((?:https?|ssh|git)://)(?:[^@/\s]*@)?([^@\s?#]+)[?#]?\S*")
_FIELDS = 4
"""Of an answer of `git check-ignore --verbose --non-matching`: source, line, pattern, path."""


class Provenance(NamedTuple):
    """Where the files of a working tree are from: the repository as a URI, the commit, and the branch."""

    uri: str
    revision: str
    branch: str


class Git:
    """The working tree that holds the folder `root`, seen from there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._ignoring: subprocess.Popen[bytes] | None = None
        self._hangs = False

    @cached_property
    def top(self) -> Path | None:
        """The top of the working tree; None where there is none."""
        for folder in (self.root, *self.root.parents):
            if (folder / ".git").exists():
                return folder
        return None

    def listed(self) -> set[str] | None:
        """The files that are tracked, or neither tracked nor ignored; None where git cannot tell."""
        listing = self._run("ls-files", "-z", "--cached", "--others", "--exclude-standard")
        return None if listing is None else {os.fsdecode(name) for name in listing.split(b"\0") if name}

    @cached_property
    def executables(self) -> frozenset[str]:
        """The files that have an execute bit in the index."""
        listing = self._run("ls-files", "-z", "--stage") or b""
        rows = (os.fsdecode(row).partition("\t") for row in listing.split(b"\0") if row)
        return frozenset(name for head, _, name in rows if head.startswith("100755"))

    def files(self) -> tuple[str, ...]:
        """What git's answers depend on besides the files that it lists (gitrepository-layout(5))."""
        if self.top is None:
            return ()
        git = common = str(self.top / ".git")
        with suppress(OSError):  # a worktree and a submodule have a file that names the folder
            git = common = os.path.join(self.top, _line_of(git).removeprefix("gitdir: "))
        with suppress(OSError):
            common = os.path.join(git, _line_of(f"{git}/commondir"))
        return (f"{git}/index", f"{common}/info/exclude", f"{common}/config")

    def configuration(self) -> tuple[bytes, ...]:
        """What stands in those of `files` that people write."""
        found = []
        for path in self.files()[1:]:
            data = b""
            with suppress(OSError), open(path, "rb") as stream:
                data = stream.read(_MAXIMUM_BYTES)
            found.append(_HTTP.sub(b"", data))
        return tuple(found)

    @cached_property
    def provenance(self) -> Provenance | None:
        """None without a commit, or a remote repository that others can reach."""
        url = _uri(
            (self._run("config", "--get", "remote.origin.url") or b"").decode("utf-8", "replace").strip()
        )
        revision = (self._run("rev-parse", "--verify", "HEAD") or b"").decode().strip() if url else ""
        branch = self._run("symbolic-ref", "--short", "-q", "HEAD") or b""
        return Provenance(url, revision, branch.decode("utf-8", "replace").strip()) if revision else None

    def ignores(self, path: str) -> bool:
        """Whether the path, relative to the folder, is ignored; False where git cannot tell, as beyond a link."""
        if self._hangs:
            return False
        if not _STREAMS:
            return self._run("check-ignore", "--no-index", "--quiet", "--", path) is not None
        try:
            process = self._ignoring = self._ignoring or self._start(
                "check-ignore", "--no-index", "--stdin", "-z", "--verbose", "--non-matching"
            )
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(os.fsencode(path) + b"\0")
            process.stdin.flush()
            answer = b""
            poll = select.poll()
            poll.register(process.stdout, select.POLLIN)
            while answer.count(b"\0") < _FIELDS:
                self._hangs = not poll.poll(_SECONDS * 1000)
                more = b"" if self._hangs else os.read(process.stdout.fileno(), 65536)
                if not more:  # it gave up on this path
                    self.close()
                    return False
                answer += more
        except OSError:
            self.close()
            return False
        source, _, pattern, _ = answer.split(b"\0", _FIELDS)[:_FIELDS]
        return bool(source) and not pattern.startswith(b"!")

    def close(self) -> None:
        """Stop the process that answers `ignores`; it begins anew when it is asked again."""
        process, self._ignoring = self._ignoring, None
        if process is not None:
            process.kill()
            with process:  # closes its pipes and waits
                pass

    def _command(self, arguments: Sequence[str]) -> list[str]:
        return ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", *arguments]

    @property
    def _environment(self) -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}

    def _run(self, *arguments: str) -> bytes | None:
        """What git prints; None where it fails."""
        if self.top is None:
            return None
        try:
            run = subprocess.run(
                self._command(arguments),
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=True,
                timeout=_SECONDS,
                env=self._environment,
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return run.stdout

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._command(arguments),
            cwd=self.root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment,
        )


def _uri(url: str) -> str:
    """The URI of a remote repository, without what it is opened with; empty for one of this machine."""
    from urllib.parse import quote

    short = _SHORT.fullmatch(url)  # `git@host:owner/name` (git-fetch(1), "GIT URLS")
    found = _REMOTE.fullmatch(f"ssh://{short[1]}/{short[2]}" if short else url)
    return quote(f"{found[1]}{found[2]}", safe=":/%[]~") if found else ""


def _line_of(path: str) -> str:
    with open(path, encoding="utf-8", errors="surrogateescape") as stream:
        return stream.readline(4096).rstrip("\n")
