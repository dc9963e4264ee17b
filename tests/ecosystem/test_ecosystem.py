"""The ecosystem runner, with a stub in place of the linter and folders in place of the repositories."""

import json
import stat
import sys
from pathlib import Path

import pytest

from tests.ecosystem import run
from tests.ecosystem.run import Finding, Label, Outcome, Repository, Score, evaluate

FINDING = {
    "code": "DM003",
    "message": "Nothing reads A.",
    "path": "compose.yml",
    "line": 3,
    "related": [{"path": "settings.py", "line": 7, "message": "settings"}],
    "help": "Remove it.",
}
OTHER = {**FINDING, "line": 9, "related": []}
COMMIT = "c" * 40
PINS = (("n", COMMIT), ("later", "d" * 40))
LISTED = '[[repository]]\nname = "{name}"\nurl = "https://example.com/o/n"\ncommit = "{commit}"\n'
JUDGED = {"code": "DM003", "verdict": "true", "reason": "nothing reads it"}


@pytest.fixture
def stub(tmp_path: Path) -> Path:
    """A linter that prints `findings.json` of the checkout, and exits as `status` says."""
    script = tmp_path / "stub"
    script.write_text(
        f"#!{sys.executable}\nimport pathlib, sys, time\n"
        "print(pathlib.Path('findings.json').read_text())\n"
        "time.sleep(float(pathlib.Path('sleep').read_text()) if pathlib.Path('sleep').exists() else 0)\n"
        "sys.exit(int(pathlib.Path('status').read_text()) if pathlib.Path('status').exists() else 0)\n"
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script


def checkout(directory: Path, **files: str) -> Path:
    directory.mkdir(parents=True)
    for name, text in files.items():
        (directory / name.replace("_", ".")).write_text(text)
    return directory


def label(verdict: str, path: str = "compose.yml", line: int = 3, code: str = "DM003") -> Label:
    return Label("o/n", COMMIT, path, line, code, verdict)


def score(findings: list[Finding], labels: list[Label]) -> Score:
    repository = Repository("n", "https://example.com/o/n", COMMIT)
    return evaluate([(repository, Outcome("ok", tuple(findings)))], labels)["DM003"]


@pytest.mark.parametrize(
    "findings, labels, counts",  # true, false, arguable, unlabelled, known, found
    [
        ([FINDING, OTHER], [label("true")], (1, 0, 0, 1, 1, 1)),
        ([FINDING, OTHER], [label("false"), label("arguable", line=9)], (0, 1, 1, 0, 0, 0)),
        ([], [label("true"), label("false", line=9)], (0, 0, 0, 0, 1, 0)),
        ([OTHER], [label("missed")], (0, 0, 0, 1, 1, 0)),
        ([FINDING], [label("missed", "settings.py", 7)], (1, 0, 0, 0, 1, 1)),
    ],
)
def test_labels_are_counted(findings: list[Finding], labels: list[Label], counts: tuple[int, ...]) -> None:
    x = score(findings, labels)
    assert (x.true, x.false, x.arguable, x.unlabelled, x.known, x.found) == counts


def test_repositories_without_labels_are_not_judged() -> None:
    repository = Repository("n", "https://example.com/o/n", "d" * 40)
    assert evaluate([(repository, Outcome("ok", (FINDING,)))], [label("true")]) == {}


def test_lint_measures(tmp_path: Path, stub: Path) -> None:
    outcome = run.lint([str(stub)], checkout(tmp_path / "a", findings_json=json.dumps([FINDING])))
    assert (outcome.status, outcome.findings) == ("ok", (FINDING,))
    assert outcome.seconds > 0
    assert outcome.megabytes > 1


def test_lint_reports_what_goes_wrong(tmp_path: Path, stub: Path) -> None:
    crash = run.lint([str(stub)], checkout(tmp_path / "a", findings_json=json.dumps([FINDING]), status="2"))
    assert (crash.status, crash.findings) == ("exit status 2", (FINDING,))
    late = run.lint([str(stub)], checkout(tmp_path / "b", findings_json="[]", sleep="20"), limit=0.5)
    assert late.status.startswith("longer than")
    assert run.lint([str(stub)], checkout(tmp_path / "c", findings_json="nothing")).status == "no JSON"


def test_summary_and_difference(tmp_path: Path, stub: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checkout(tmp_path / "checkouts" / "n", findings_json=json.dumps([FINDING]))
    listed = tmp_path / "list.toml"
    listed.write_text("".join(LISTED.format(name=name, commit=commit) for name, commit in PINS))
    labels = tmp_path / "labels.jsonl"
    summary = tmp_path / "summary.json"
    arguments = [f"--command={stub}", f"--checkouts={tmp_path / 'checkouts'}", f"--list={listed}"]
    arguments += [f"--labels={labels}", f"--summary={summary}", "--unlabelled", "--sample=1"]
    assert run.main(arguments) == 0
    told = capsys.readouterr().out
    assert f"o/n@{COMMIT}: new -> ok, DM003 0 -> 1" in told
    assert (
        "n: compose.yml:3: DM003 Nothing reads A.\n    settings.py:7: settings\n    help: Remove it." in told
    )
    assert "absent: later" in told
    kept = json.loads(summary.read_text())
    assert kept == {f"o/n@{COMMIT}": {"status": "ok", "rules": {"DM003": 1}}}
    (tmp_path / "checkouts" / "n" / "findings.json").write_text(json.dumps([FINDING, OTHER]))
    assert run.main([*arguments, "--keep"]) == 0
    assert "together: DM003 1 -> 2" in capsys.readouterr().out
    assert json.loads(summary.read_text()) == kept
    (tmp_path / "checkouts" / "n" / "findings.json").write_text(json.dumps([FINDING]))
    labels.write_text(
        json.dumps({"repo": "o/n", "commit": COMMIT, "path": "compose.yml", "line": 3} | JUDGED)
    )
    assert run.main(arguments) == 0
    assert "no difference" in capsys.readouterr().out


def test_list_is_pinned_and_has_no_name_twice() -> None:
    repositories = run.read_repositories(run.HERE / "repositories.toml")
    assert len({x.name.casefold() for x in repositories}) == len(repositories) >= 60
    assert all(len(x.commit) == 40 and x.url.startswith("https://github.com/") for x in repositories)
