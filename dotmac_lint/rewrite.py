"""Edits of text: which fixes go together, what they make of the files, and how that is written."""

from __future__ import annotations

import difflib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from dotmac_lint.diagnostic import Diagnostic
from dotmac_lint.fix import Applicability, Edit, Fix
from dotmac_lint.report.secrets import MASK, in_line, mask_secrets, secret_lines
from dotmac_lint.source import SourceFile
from dotmac_lint.workspace import Pending, Workspace


class RewriteError(Exception):
    """A file could not be changed; nothing was."""


class Plan(msgspec.Struct, frozen=True):
    """Fixes that go together: what they make of each file (by its real name), and the findings that they serve."""

    files: dict[str, Pending]
    fixes: int
    fixed: tuple[Diagnostic, ...]
    deferred: tuple[tuple[Diagnostic, Diagnostic], ...]
    """Findings whose fix touches what the fix of another, named second, changes."""


def plan(
    diagnostics: Iterable[Diagnostic], workspace: Workspace, least: Applicability, limit: int | None = None
) -> Plan:
    """The fixes that can be applied together, at most `limit`; the surest come first.

    One that touches what another changes waits for the next round.
    """
    edits: dict[str, list[tuple[Edit, Diagnostic]]] = {}
    creates: dict[str, tuple[Pending, Diagnostic]] = {}
    fixed: list[Diagnostic] = []
    deferred: list[tuple[Diagnostic, Diagnostic]] = []
    accepted: set[Fix] = set()
    fixes = [(d, d.fix) for d in diagnostics if d.fix is not None and d.fix.applicability >= least]
    for diagnostic, fix in sorted(fixes, key=lambda pair: -pair[1].applicability):
        if fix in accepted:
            fixed.append(diagnostic)  # the same repair serves several findings
            continue
        if len(accepted) == limit:
            continue
        if any(workspace.source(edit.span.path) is None for edit in fix.edits):
            continue
        if any(workspace.is_taken(new.path) for new in fix.creates):
            continue
        own = [(workspace.real(edit.span.path), edit) for edit in fix.edits]
        new = {
            workspace.real(file.path): Pending(file.text.encode("utf-8", "surrogateescape"), file.mode)
            for file in fix.creates
        }
        others = [
            other
            for path, edit in own
            for before, other in edits.get(path, ())
            if _clash(edit, before, same_rule=diagnostic.code == other.code)
        ]
        others += [creates[path][1] for path in new if path in creates]
        if others:
            deferred.append((diagnostic, others[0]))
            continue
        for path, edit in own:
            edits.setdefault(path, []).append((edit, diagnostic))
        creates.update({path: (file, diagnostic) for path, file in new.items()})
        accepted.add(fix)
        fixed.append(diagnostic)
    files = {path: file for path, (file, _) in creates.items()}
    for path, changes in edits.items():
        source = workspace.source(path)
        assert source is not None
        text = apply_edits(source.text, [edit for edit, _ in changes])
        before_it = workspace.pending.get(path)
        files[path] = Pending(source.encode(text), before_it.mode if before_it else None)
    return Plan(files, len(accepted), tuple(fixed), tuple(deferred))


def _clash(edit: Edit, other: Edit, *, same_rule: bool) -> bool:
    """Whether two edits touch the same characters, or insert at the same place.

    What one rule appends several times at one place stands there in the order of its findings; not what sets itself
    apart from the lines before it, with an empty line perhaps: the next has those lines before it.
    """
    (start, end), (other_start, other_end) = (
        (edit.span.start, edit.span.end),
        (other.span.start, other.span.end),
    )
    if start == end == other_start == other_end:
        apart = edit.text[:1] in ("\n", "\r") and edit.text[-1:] in ("\n", "\r")
        return not same_rule or apart or edit.text == other.text
    return (
        (start < other_end and other_start < end)
        or start == other_start
        or (start == end and other_start < start < other_end)
    )


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """`text` with the edits, which must not overlap; insertions at one place keep their order."""
    for edit in sorted(edits, key=lambda e: e.span.start)[::-1]:
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def write(workspace: Workspace, files: Mapping[str, Pending]) -> None:
    """Write `files` below the root of `workspace`: all are prepared first, then each is moved into place whole.

    Raises RewriteError where one cannot be written, or is no longer what the workspace read. Then, and when it is
    interrupted, whatever was moved already is put back.
    """
    moved: list[tuple[Path, bytes | None]] = []
    temporary: list[Path] = []
    folders: list[Path] = []
    try:
        prepared = []
        for path, file in files.items():
            target = workspace.root / path
            _check(workspace, path, target, new=file.mode is not None)
            folders += _missing_folders(target.parent)
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary.append(_beside(target, file))
            prepared.append((temporary[-1], target, file))
        for source, target, file in prepared:
            moved.append((target, None if file.mode is not None else target.read_bytes()))
            os.replace(source, target)
    except BaseException as error:
        for target, data in reversed(moved):
            _put_back(target, data)
        for left in temporary:
            left.unlink(missing_ok=True)
        for folder in reversed(folders):
            folder.rmdir()
        if isinstance(error, OSError):
            what = in_line(str(error.filename))
            raise RewriteError(
                f"`{what}` cannot be written: {error.strerror}; nothing was changed"
            ) from error
        raise


def _check(workspace: Workspace, path: str, target: Path, *, new: bool) -> None:
    """Raise RewriteError where the file must not be written."""
    shown = in_line(path)
    if Path(os.path.realpath(target)) != target:
        raise RewriteError(f"`{shown}` is a link, or lies behind one; nothing was changed")
    if new:
        if os.path.lexists(target):
            raise RewriteError(f"`{shown}` has been made meanwhile; nothing was changed")
        return
    if not target.stat().st_mode & 0o222 or not os.access(target, os.W_OK):
        raise RewriteError(f"`{shown}` is read-only; nothing was changed")
    if target.read_bytes() != workspace.bytes(path):
        raise RewriteError(f"`{shown}` has been changed meanwhile; nothing was changed")


def _missing_folders(folder: Path) -> list[Path]:
    """Those that are made for `folder` to be there, the outermost first."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    return missing[::-1]


def _beside(target: Path, file: Pending) -> Path:
    """A temporary file beside `target`; in its place, it has its mode, owner and attributes."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:200]}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(file.data)
            stream.flush()
            os.fsync(stream.fileno())
        if file.mode is not None:
            temporary.chmod(file.mode)
            return temporary
        status, made = target.stat(), temporary.stat()
        if (status.st_uid, status.st_gid) != (made.st_uid, made.st_gid):
            os.chown(temporary, status.st_uid, status.st_gid)
        shutil.copystat(target, temporary)
        os.utime(temporary)
    except BaseException:
        temporary.unlink()
        raise
    return temporary


def _put_back(target: Path, data: bytes | None) -> None:
    if data is None:
        target.unlink(missing_ok=True)
    elif target.read_bytes() != data:
        os.replace(_beside(target, Pending(data)), target)


def difference(workspace: Workspace, files: Mapping[str, Pending], shown: Callable[[str], str]) -> str:
    """What would change, as a unified diff for people: secrets are masked, control characters made visible."""
    chunks: list[str] = []
    for path, file in sorted(files.items(), key=lambda item: (item[1].mode is not None, item[0])):
        old, new = in_line(f"a/{shown(path)}"), in_line(f"b/{shown(path)}")
        after = SourceFile.decode(path, file.data).text
        if file.mode is not None:
            chunks.append(f"new file mode 100{file.mode:o} {in_line(shown(path))}\n")
            chunks += _unified("", after, "/dev/null", new)
        else:
            source = workspace.source(path)
            chunks += _unified(source.text if source else "", after, old, new)
    return "".join(chunks)


def _unified(before: str, after: str, old: str, new: str) -> Iterable[str]:
    hidden = {
        _lines(text)[number - 1].rstrip("\r\n")
        for text in (before, after)
        for number in secret_lines(text)
        if number <= len(_lines(text))
    }
    for line in difflib.unified_diff(_lines(before), _lines(after), old, new):
        body = line.rstrip("\r\n")
        end = line[len(body) :] if line.endswith("\n") else "\n\\ No newline at end of file\n"
        yield body[:1] + (MASK if body[1:] in hidden else in_line(mask_secrets(body[1:]))) + end


def _lines(text: str) -> list[str]:
    """The lines with their ends; `str.splitlines` would also split at form feeds and the like."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)
