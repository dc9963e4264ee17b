"""Each format: exact text where people read it, the format's own reader or schema where programs do."""

from __future__ import annotations

import json
import os
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from textwrap import dedent
from typing import Any, ClassVar

import msgspec
import pytest

from dotmac_lint.api import Applicability, CreateFile, Diagnostic, Edit, Fix, Label, Rule, Severity, Span
from dotmac_lint.config import FORMATS
from dotmac_lint.git import Provenance
from dotmac_lint.report import Report, render
from dotmac_lint.report import sarif as sarif_format
from dotmac_lint.report.full import MOST_PLACES
from dotmac_lint.source import SourceFile

COMPOSE = """\
services:
  app:
    environment:
\t  DATABASE__NAME: ${POSTGRES_DB}   # 名前
      JWT_SECRET: hunter2
      ÄÖ: "漢字 DATABASE"
    command:
      - a
      - b
      - c
"""
SETTINGS = "class Database:\r\n    database: str = 'x'\r\n"


class Example(Rule):
    code = "DM999"
    name = "example-rule"
    severity = Severity.ERROR
    since = "0.1.0"
    tags: ClassVar[tuple[str, ...]] = ("security",)

    @classmethod
    def url(cls) -> str:
        return "https://example.org/DM999"

    @classmethod
    def readme(cls) -> str:
        return (
            "# DM999 example-rule\n\n## What it does\nFinds this. And that.\n\n## Bad\n<!-- example -->\nx\n"
        )


def span(needle: str, path: str = "compose.yaml", until: str = "") -> Span:
    text = {"compose.yaml": COMPOSE, "app/settings.py": SETTINGS}[path]
    start = text.index(needle)
    return Span(path, start, text.index(until) + len(until) if until else start + len(needle))


RENAME = Diagnostic(
    code="DM999",
    name="example-rule",
    severity=Severity.ERROR,
    message="Service `app` sets `DATABASE__NAME`.",
    at=span("DATABASE__NAME"),
    related=(Label(span("database", "app/settings.py"), "declared here"),),
    help="Rename it.",
    fix=Fix("Rename it", (Edit(span("DATABASE__NAME"), "DATABASE__DATABASE"),), (), Applicability.SAFE),
    service="app",
    deployments=("production", "staging"),
    key="DATABASE__NAME",
)
SECRET = Diagnostic(
    "DM999", "example-rule", Severity.WARNING, "Nothing reads it | 100%.\nReally.", span("hunter2")
)
WIDE = Diagnostic("DM999", "example-rule", Severity.INFO, "Wide \x1b[31mcharacters.", span('DATABASE"'))
LINES = Diagnostic(
    "DM999",
    "example-rule",
    Severity.WARNING,
    "Many lines.",
    span("command:", until="- c"),
    fix=Fix("Make it", (), (CreateFile("a.sh", "x", 0o755),), Applicability.UNSAFE),
)
ALL = (RENAME, SECRET, WIDE, LINES)


def report(*diagnostics: Diagnostic, compose: str = COMPOSE, **options: Any) -> Report:
    files = {
        "compose.yaml": SourceFile("compose.yaml", compose),
        "app/settings.py": SourceFile("app/settings.py", SETTINGS),
    }
    return Report(diagnostics, files.get, lambda path: path, {"DM999": Example}, **options)


def full(*diagnostics: Diagnostic, **options: Any) -> str:
    return render(report(*diagnostics, **options), "full")


def test_full_shows_both_sides() -> None:
    assert full(RENAME) == dedent(
        """\
        error[DM999] example-rule: Service `app` sets `DATABASE__NAME`.
         --> compose.yaml:4:4
          |
        4 |       DATABASE__NAME: ${POSTGRES_DB}   # 名前
          |       ^^^^^^^^^^^^^^
          |
         ::: app/settings.py:2:5
          |
        2 |     database: str = 'x'
          |     -------- declared here
          |
          = help: Rename it.
          = fix: Rename it (safe: --fix)
          = in: production, staging

        """
    )


def test_full_shows_places_below_one_another_together() -> None:
    labels = (
        Label(span("JWT_SECRET"), "and this"),
        Label(span("- b"), "and that"),
        Label(span("services"), "below this"),
        Label(span("database", "app/settings.py"), ""),
    )
    assert full(
        msgspec.structs.replace(RENAME, related=labels, help=None, fix=None, deployments=())
    ) == dedent(
        """\
        error[DM999] example-rule: Service `app` sets `DATABASE__NAME`.
         --> compose.yaml:4:4
          |
        4 |       DATABASE__NAME: ${POSTGRES_DB}   # 名前
          |       ^^^^^^^^^^^^^^
        5 |       JWT_SECRET: ***
          |       ---------- and this
        ...
        9 |       - b
          |       --- and that
          |
         ::: compose.yaml:1:1
          |
        1 | services:
          | -------- below this
          |
         ::: app/settings.py:2:5
          |
        2 |     database: str = 'x'
          |     --------
          |

        """
    )


def test_full_tells_the_lines_of_very_many_places() -> None:
    text = "".join(f"line {n}\n" for n in range(1, 31))
    labels = [Label(Span("compose.yaml", at, at + 4), "here") for at in range(0, len(text) - 8, 8)]
    labels.append(Label(span("database", "app/settings.py"), "there"))
    shown = full(msgspec.structs.replace(SECRET, at=labels[0].span, related=tuple(labels[1:])), compose=text)
    assert shown.count("here\n") == MOST_PLACES
    numbers = ", ".join(str(text.count("\n", 0, one.span.start) + 1) for one in labels[MOST_PLACES + 1 : -1])
    more = len(labels) - 1 - MOST_PLACES
    assert f" = and {more} more: compose.yaml:{numbers}; app/settings.py:2\n" in shown


def test_full_masks_secrets_and_marks_the_mask() -> None:
    text = full(SECRET)
    assert "5 |       JWT_SECRET: ***\n  |                   ^^^\n" in text
    assert "hunter2" not in text


def test_full_counts_wide_characters_and_shows_escapes() -> None:
    text = full(WIDE)
    assert "Wide \\x1b[31mcharacters." in text
    assert '6 |       ÄÖ: "漢字 DATABASE"\n  |                 ^^^^^^^^^\n' in text


def test_full_draws_a_side_for_many_lines() -> None:
    assert full(LINES) == dedent(
        """\
        warning[DM999] example-rule: Many lines.
          --> compose.yaml:7:5
           |
         7 | /     command:
         8 | |       - a
         9 | |       - b
        10 | |       - c
           | |_________^
           |
           = fix: Make it (unsafe: --fix --unsafe-fixes)

        """
    )


def test_full_leaves_out_the_middle_of_very_many_lines() -> None:
    text = "".join(f"line {n}\n" for n in range(1, 31))
    many = msgspec.structs.replace(SECRET, at=Span("compose.yaml", 0, len(text)))
    shown = full(many, compose=text)
    assert " 4 | | line 4\n...  |\n30 | | line 30\n" in shown
    assert "line 5\n" not in shown


def test_full_cuts_long_lines_around_the_span() -> None:
    text = "a" * 400 + "NEEDLE" + "b" * 400
    line, mark = full(
        msgspec.structs.replace(SECRET, at=Span("compose.yaml", 400, 406)), compose=text
    ).splitlines()[3:5]
    assert line.startswith("1 | …aaa")
    assert line.endswith("bbb…")
    assert line[mark.index("^") : mark.rindex("^") + 1] == "NEEDLE"
    huge = "PASSWORD=" + "x" * 6000
    assert "(a line of 6009 characters)" in full(
        msgspec.structs.replace(SECRET, at=Span("compose.yaml", 10, 12)), compose=huge
    )


@pytest.mark.parametrize("at", [Span("absent", 0, 0), Span("compose.yaml", 0, 0)])
def test_full_without_anything_to_show(at: Span) -> None:
    text = full(msgspec.structs.replace(RENAME, at=at, related=(Label(at, "here"),)), compose="")
    assert f" --> {at.path}:1:1\n" in text
    assert "= here\n" in text


def test_full_in_colour_says_the_same() -> None:
    import re

    plain = "".join(full(d) for d in ALL)
    coloured = "".join(full(d, colour=True) for d in ALL)
    assert coloured != plain
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain


def test_concise() -> None:
    assert render(report(*ALL), "concise") == (
        "compose.yaml:4:4-4:18 DM999 Service `app` sets `DATABASE__NAME`.\n"
        "compose.yaml:5:19-5:26 DM999 Nothing reads it | 100%. Really.\n"
        "compose.yaml:6:15-6:24 DM999 Wide \\x1b[31mcharacters.\n"
        "compose.yaml:7:5-10:10 DM999 Many lines.\n"
    )


def test_json() -> None:
    rows = json.loads(render(report(*ALL), "json"))
    fingerprint = rows[0].pop("fingerprint")
    assert len(fingerprint) == 32
    place = {"path": "compose.yaml", "line": 4, "column": 4, "end_line": 4, "end_column": 18}
    assert rows[0] == {
        "code": "DM999",
        "name": "example-rule",
        "severity": "error",
        "message": "Service `app` sets `DATABASE__NAME`.",
        **place,
        "related": [
            {
                "path": "app/settings.py",
                "line": 2,
                "column": 5,
                "end_line": 2,
                "end_column": 13,
                "message": "declared here",
            }
        ],
        "help": "Rename it.",
        "url": Example.url(),
        "service": "app",
        "deployments": ["production", "staging"],
        "fix": {
            "title": "Rename it",
            "applicability": "safe",
            "edits": [{**place, "text": "DATABASE__DATABASE"}],
            "creates": [],
        },
        "fixed": False,
    }
    assert rows[1]["service"] is rows[1]["help"] is rows[1]["fix"] is None
    assert rows[3]["fix"]["creates"] == [{"path": "a.sh", "mode": "755"}]


def test_fingerprints_survive_moved_lines_and_tell_twins_apart() -> None:
    def prints(compose: str, *needles: str) -> list[str]:
        twins = [
            msgspec.structs.replace(d, at=Span("compose.yaml", at := compose.index(needle), at + 3))
            for d, needle in zip((RENAME, SECRET, SECRET), needles, strict=True)
        ]
        return report(*twins, compose=compose).fingerprints()

    needles = ("DATABASE__NAME", "hunter2", "JWT_SECRET")
    before = prints(COMPOSE, *needles)
    assert len(set(before)) == 3
    assert prints("# moved\n\n" + COMPOSE, *needles) == before
    assert prints(COMPOSE.replace("hunter2", "hunter2000"), *needles) == before


def test_github() -> None:
    assert render(report(RENAME, SECRET, LINES), "github") == (
        "::error file=compose.yaml,line=4,endLine=4,col=4,endColumn=18,title=DM999 example-rule::"
        "Service `app` sets `DATABASE__NAME`.%0ARename it.\n"
        "::warning file=compose.yaml,line=5,endLine=5,col=19,endColumn=26,title=DM999 example-rule::"
        "Nothing reads it | 100%25.%0AReally.\n"
        "::warning file=compose.yaml,line=7,endLine=10,title=DM999 example-rule::Many lines.\n"
    )
    odd = Report((RENAME,), report().source, lambda path: "a,b:c%", {})
    assert "file=a%2Cb%3Ac%25,line" in render(odd, "github")


def test_gitlab() -> None:
    rows = json.loads(render(report(*ALL), "gitlab"))
    assert rows[0]["location"] == {"path": "compose.yaml", "lines": {"begin": 4}}
    assert {row["severity"] for row in rows} == {"major", "minor", "info"}
    assert len({row["fingerprint"] for row in rows}) == len(rows)
    assert all(
        set(row) >= {"description", "check_name", "fingerprint", "severity", "location"} for row in rows
    )


def test_junit() -> None:
    suite = ET.fromstring(render(report(*ALL), "junit"))[0]
    assert suite.get("failures") == suite.get("tests") == "4"
    assert [case.get("classname") for case in suite] == ["compose.yaml"] * 4
    assert suite[1][0].get("message") == "Nothing reads it | 100%.\nReally."
    clean = ET.fromstring(render(report(), "junit"))[0]
    assert (clean.get("failures"), clean.get("tests")) == ("0", "1")


def test_markdown() -> None:
    text = render(report(*ALL), "markdown")
    assert "| warning | [DM999](" in text
    assert "| Nothing reads it \\| 100%. Really. |" in text
    assert "Nothing found." in render(report(), "markdown")


@pytest.mark.parametrize("output_format", FORMATS)
def test_every_format_takes_what_is_no_unicode(output_format: str) -> None:
    odd = Diagnostic("DM999", "example-rule", Severity.ERROR, "bad \udcff \x00 name", Span("x\udcfe\n", 0, 1))
    text = render(
        Report((odd,), lambda p: SourceFile(p, "\udcfd\x1b"), lambda p: p, {"DM999": Example}), output_format
    )
    text.encode()
    assert "\x1b" not in text
    assert "\x00" not in text


# ---- SARIF


def sarif(*diagnostics: Diagnostic) -> dict[str, Any]:
    provenance = Provenance("https://forge.example/ferry/pier.git", "8" * 40, "harbour")
    given = report(*diagnostics, base="file:///repository/", provenance=provenance)
    document: dict[str, Any] = json.loads(render(given, "sarif"))
    return document


def test_sarif() -> None:
    (run,) = sarif(*ALL)["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert run["versionControlProvenance"] == [
        {"repositoryUri": "https://forge.example/ferry/pier.git", "revisionId": "8" * 40, "branch": "harbour"}
    ]
    assert rule["shortDescription"] == {"text": "Finds this."}
    assert rule["fullDescription"] == {"text": "Finds this. And that."}
    assert rule["properties"] == {
        "tags": ["deployment", "security"],
        "precision": "high",
        "security-severity": "7.5",
    }
    assert "<!--" not in rule["help"]["markdown"]
    first = run["results"][0]
    assert first["level"] == "error"
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "compose.yaml", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 4, "startColumn": 4, "endLine": 4, "endColumn": 18},
    }
    assert first["relatedLocations"][0]["message"] == {"text": "declared here"}
    (change,) = first["fixes"][0]["artifactChanges"]
    assert change["replacements"][0]["insertedContent"] == {"text": "DATABASE__DATABASE"}
    assert all(result["partialFingerprints"] and result["locations"] for result in run["results"])
    assert "fixes" not in run["results"][3], "a fix that only makes files cannot be said"


def test_sarif_keeps_to_the_limits_of_code_scanning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif_format, "MAXIMUM_RESULTS", 2)
    (run,) = sarif(WIDE, SECRET, RENAME)["runs"]
    assert [result["level"] for result in run["results"]] == ["warning", "error"]
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("1 less severe finding")


MULTITOOL = Path(__file__).parents[2] / ".ci-cache/node_modules/@microsoft/sarif-multitool-linux"
"""`.ci/run` installs it: Microsoft's validator, with the schema beside it."""


def needed(path: Path) -> Path:
    if not path.is_file():
        pytest.skip(f"{path} is absent: .ci/run installs it where there is npm")
    return path


def test_sarif_fits_the_schema() -> None:
    place = os.environ.get("DOTMAC_LINT_SARIF_SCHEMA")
    path = needed(Path(place) if place else MULTITOOL / "sarif-2.1.0.json")
    import jsonschema

    schema = json.loads(path.read_text("utf-8-sig"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    for diagnostics in ((), ALL, ALL * 3):
        assert list(validator.iter_errors(sarif(*diagnostics))) == []


def test_sarif_pleases_the_validator(tmp_path: Path) -> None:
    program = needed(MULTITOOL / "Sarif.Multitool")
    log, found = tmp_path / "log.sarif", tmp_path / "found.sarif"
    log.write_text(json.dumps(sarif(*ALL)), "utf-8")
    (tmp_path / "compose.yaml").write_text(COMPOSE, "utf-8")
    options = ["--rule-kind", "Sarif;Ghas", "--level", "Error", "--log", "ForceOverwrite"]
    subprocess.run(
        [program, "validate", log, *options, "--output", found],
        check=False,
        capture_output=True,
        timeout=120,
        env=os.environ | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
    )
    (run,) = json.loads(found.read_text("utf-8-sig"))["runs"]  # it always exits with status 0
    assert [(r["ruleId"], r["message"]) for r in run.get("results", ()) if r.get("level") == "error"] == []
