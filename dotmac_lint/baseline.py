"""Findings that a team has accepted for now: a report leaves them out, by fingerprint, until they are gone."""

from __future__ import annotations

from pathlib import Path

import msgspec

from dotmac_lint.config import ConfigError
from dotmac_lint.report import Report, to_json

VERSION = 1
MAXIMUM_BYTES = 64 * 1024 * 1024


class Accepted(msgspec.Struct, frozen=True):
    """A finding of a baseline: its fingerprint, which stays when lines move, and what helps to read the file."""

    fingerprint: str
    code: str
    path: str


class Baseline(msgspec.Struct, frozen=True):
    version: int
    findings: tuple[Accepted, ...]


class Split(msgspec.Struct, frozen=True):
    """What a report has besides its baseline."""

    report: Report
    known: int
    """How many of its findings the baseline has."""
    gone: tuple[Accepted, ...]
    """What the baseline has and is found no more."""


def read(path: Path) -> Baseline:
    """The baseline in the file. Raises ConfigError."""
    try:
        with path.open("rb") as stream:
            baseline = msgspec.json.decode(stream.read(MAXIMUM_BYTES), type=Baseline)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: this is no baseline; --write-baseline makes one") from error
    if baseline.version != VERSION:
        raise ConfigError(
            f"{path}: this baseline is of version {baseline.version}; --write-baseline makes it anew"
        )
    return baseline


def text(report: Report) -> str:
    """The baseline that has all findings of the report."""
    rows = zip(report.diagnostics, report.fingerprints(), strict=True)
    found = sorted((d.at.path, d.code, fingerprint) for d, fingerprint in rows)
    findings = [{"fingerprint": mark, "code": code, "path": path} for path, code, mark in found]
    return to_json({"version": VERSION, "findings": findings})


def split(report: Report, baseline: Baseline) -> Split:
    """The report without what the baseline has."""
    known = {accepted.fingerprint for accepted in baseline.findings}
    marks = report.fingerprints()
    new = tuple(d for d, mark in zip(report.diagnostics, marks, strict=True) if mark not in known)
    found = set(marks)
    gone = tuple(accepted for accepted in baseline.findings if accepted.fingerprint not in found)
    return Split(msgspec.structs.replace(report, diagnostics=new), len(marks) - len(new), gone)
