"""Applying fixes: edits of text, all or nothing, atomically, never outside the root, never over a file."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import stat
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from dotmac_lint.diagnostic import Diagnostic
from dotmac_lint.fix import Applicability, CreateFile, Edit, Fix
from dotmac_lint.report.secrets import MASK, in_line, mask_secrets, secret_lines
from dotmac_lint.source import SourceFile

MAXIMUM_ROUNDS = 10


class RewriteError(Exception):
    """A file could not be changed; nothing was."""


class Plan(msgspec.Struct, frozen=True):
    """What one round writes: the new text of each file, the files it makes, the findings it is for."""

    texts: dict[str, str]
    creates: tuple[CreateFile, ...]
    fixed: tuple[Diagnostic, ...]


def plan(
    diagnostics: Iterable[Diagnostic],
    source: Callable[[str], SourceFile | None],
    exists: Callable[[str], bool],
    least: Applicability,
) -> Plan:
    """The fixes that can be applied together; one that touches what another changes waits for the next round."""
    accepted: dict[str, list[Edit]] = {}
    creates: dict[str, CreateFile] = {}
    fixed: list[Diagnostic] = []
    seen: set[Fix] = set()
    for diagnostic in diagnostics:
        fix = diagnostic.fix
        if fix is None or fix.applicability < least:
            continue
        if fix in seen:
            fixed.append(diagnostic)  # the same repair serves several findings
            continue
        if any(source(edit.span.path) is None for edit in fix.edits):
            continue
        if any(_clashes(edit, accepted.get(edit.span.path, ())) for edit in fix.edits):
            continue
        if any(file.path in creates or exists(file.path) for file in fix.creates):
            continue
        for edit in fix.edits:
            accepted.setdefault(edit.span.path, []).append(edit)
        creates.update((file.path, file) for file in fix.creates)
        seen.add(fix)
        fixed.append(diagnostic)
    texts = {}
    for path, edits in accepted.items():
        file = source(path)
        assert file is not None
        texts[path] = apply_edits(file.text, edits)
    return Plan(texts, tuple(creates.values()), tuple(fixed))


def _clashes(edit: Edit, others: Sequence[Edit]) -> bool:
    """Whether two edits touch the same characters, or insert at the same place."""
    return any(
        (edit.span.start < other.span.end and other.span.start < edit.span.end)
        or (edit.span.start == other.span.start)
        or (edit.span.start == edit.span.end and other.span.start < edit.span.start < other.span.end)
        for other in others
    )


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """`text` with the edits, which must not overlap."""
    for edit in sorted(edits, key=lambda e: e.span.start, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def write(root: Path, planned: Plan, source: Callable[[str], SourceFile | None]) -> None:
    """Write the plan below `root`: everything is prepared first, then moved into place.

    Raises RewriteError when a file cannot be written; nothing is changed then.
    """
    prepared: list[tuple[str, Path]] = []
    made: list[Path] = []
    try:
        for path, text in planned.texts.items():
            file = source(path)
            assert file is not None
            target = Path(os.path.realpath(root / path))
            if not target.is_relative_to(os.path.realpath(root)):
                raise RewriteError(f"`{path}` is a link that leaves the repository; it is not changed")
            if not os.access(target, os.W_OK):
                raise RewriteError(f"`{path}` is read-only; nothing was changed")
            prepared.append((_beside(target, file.encode(text)), target))
        for create in planned.creates:
            made.append(_create(root, create))
    except (OSError, RewriteError) as error:
        for temporary, _ in prepared:
            os.unlink(temporary)
        for new in made:
            new.unlink()
        if isinstance(error, RewriteError):
            raise
        raise RewriteError(f"`{error.filename}` cannot be written: {error.strerror}") from error
    for temporary, target in prepared:
        os.replace(temporary, target)


def _beside(target: Path, data: bytes) -> str:
    """A temporary file beside `target`, with its mode and owner."""
    status = os.stat(target)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
        os.fchmod(stream.fileno(), stat.S_IMODE(status.st_mode))
        with contextlib.suppress(OSError):
            os.fchown(stream.fileno(), status.st_uid, status.st_gid)
    return temporary


def _create(root: Path, create: CreateFile) -> Path:
    target = root / create.path
    real = os.path.realpath(target)
    if not Path(real).is_relative_to(os.path.realpath(root)):
        raise RewriteError(f"`{create.path}` lies outside the repository; it is not made")
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(target, "xb") as stream:
        stream.write(create.text.encode("utf-8"))
    target.chmod(create.mode)
    return target


def difference(planned: Plan, source: Callable[[str], SourceFile | None], shown: Callable[[str], str]) -> str:
    """The plan as a unified diff for people: secrets are masked, control characters made visible."""
    chunks: list[str] = []
    for path, text in sorted(planned.texts.items()):
        file = source(path)
        before = file.text if file else ""
        chunks += _unified(before, text, f"a/{shown(path)}", f"b/{shown(path)}")
    for create in sorted(planned.creates):
        chunks.append(f"new file mode 100{create.mode:o} {in_line(shown(create.path))}\n")
        chunks += _unified("", create.text, "/dev/null", f"b/{shown(create.path)}")
    return "".join(chunks)


def _unified(before: str, after: str, old: str, new: str) -> Iterable[str]:
    hidden = {
        _lines(text)[number - 1].rstrip("\r\n")
        for text in (before, after)
        for number in secret_lines(text)
        if number <= len(_lines(text))
    }
    for line in difflib.unified_diff(_lines(before), _lines(after), in_line(old), in_line(new)):
        body = line.rstrip("\r\n")
        end = line[len(body) :] if line.endswith("\n") else "\n\\ No newline at end of file\n"
        yield body[:1] + (MASK if body[1:] in hidden else in_line(mask_secrets(body[1:]))) + end


def _lines(text: str) -> list[str]:
    """The lines with their ends; `str.splitlines` would also split at form feeds and the like."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)
