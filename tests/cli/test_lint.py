"""Every option of `dotmac-lint`, and its exit status."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.cli.conftest import COMPOSE, Run


def codes(output: str) -> list[str]:
    return re.findall(r"^\S+ (DM\d+)", output, re.MULTILINE)


def test_full_is_the_default(repository: Path, run: Run) -> None:
    result = run()
    assert result.exit_code == 1
    assert "error[DM002] missing-mount-source" in result.stdout
    assert " --> compose.yaml:5:" in result.stdout
    assert "warning[DM048] unused-suppression" in result.stdout
    assert result.stdout.endswith(
        "Found 1 error, 1 warning. 1 fixable with --fix. 1 more with --fix --unsafe-fixes.\n"
    )
    assert "\x1b" not in result.stdout, "no colours in a pipe"


def test_nothing_found(repository: Path, run: Run) -> None:
    (repository / "compose.yaml").write_text("services: {web: {image: nginx}}\n")
    result = run()
    assert (result.exit_code, result.stdout, result.stderr) == (0, "All checks passed!\n", "")


def test_nothing_to_lint_is_said(tmp_path: Path, run: Run) -> None:
    result = run(str(tmp_path))
    assert result.exit_code == 0
    assert "warning: no Compose file was found" in result.stderr
    assert run(str(tmp_path), "--quiet").stderr == ""


@pytest.mark.parametrize(
    "arguments, found",
    [
        (("--select", "DM002"), ["DM002"]),
        (("--select", "DM048,DM002"), ["DM002", "DM048"]),
        (("--select", "missing-mount-source"), ["DM002"]),
        (("--select", "DM00"), ["DM002"]),
        (("--select", "ALL", "--ignore", "DM048"), ["DM002"]),
        (("--ignore", "missing-mount-source"), []),
        (("--ignore", "ALL"), []),
        (("--select", "DM000", "--extend-select", "DM002"), ["DM002"]),
    ],
)
def test_which_rules(repository: Path, run: Run, arguments: tuple[str, ...], found: list[str]) -> None:
    result = run("--output-format", "concise", *arguments)
    assert codes(result.stdout) == found
    assert result.exit_code == (1 if found else 0)


@pytest.mark.parametrize(
    "arguments, status",
    [
        ((), 1),
        (("--exit-zero",), 0),
        (("--fail-level", "error"), 1),
        (("--fail-level", "error", "--ignore", "DM002"), 0),
        (("--ignore", "DM002"), 0),
    ],
)
def test_exit_status(repository: Path, run: Run, arguments: tuple[str, ...], status: int) -> None:
    assert run(*arguments).exit_code == status


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("--nope",), "No such option"),
        (("--output-format", "xml"), "'xml' is not one of"),
        (("--fail-level", "fatal"), "'fatal' is not one of"),
        (("--select", "DM777"), "error: --select: there is no rule `DM777`"),
        (("--ignore", "unknown-env-vra"), "did you mean `unknown-env-var`?"),
        (("--config", "absent.toml"), "error: absent.toml: cannot be read"),
        (("absent.yaml",), "error: `absent.yaml` does not exist"),
        (("a\x1b]0;x\x07b",), "error: `a\\x1b]0;x\\x07b` does not exist"),
        (("--rules", "absent"), "error: the folder of rules `absent` does not exist"),
        (("--output-file", "compose.yaml/x"), "cannot be written"),
        (("rule", "DM777"), "error: there is no rule `DM777`"),
        (("rule", "DM00"), "error: `DM00` names several rules"),
    ],
)
def test_what_cannot_be_done(repository: Path, run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "text, message",
    [
        ('selct = ["DM"]', ".dotmac-lint.toml:1: there is no key `selct`; did you mean `select`?"),
        ("select = [", "this is no valid TOML"),
        ('\nignore = ["DM777"]', ".dotmac-lint.toml:2: `ignore`: there is no rule `DM777`"),
        ('rules = ["evil"]', "there is no key `rules`"),
        ('plugins = ["evil"]', "there is no key `plugins`"),
        ('"a\\u001b[31m" = 1', "there is no key `a\\x1b[31m`"),
    ],
)
def test_bad_configuration(repository: Path, run: Run, text: str, message: str) -> None:
    """No key names code: what would is unknown, and an error."""
    (repository / ".dotmac-lint.toml").write_text(text)
    result = run()
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""
    assert run("--isolated").exit_code == 1


def test_configuration(repository: Path, run: Run) -> None:
    (repository / "pyproject.toml").write_text('[tool.dotmac-lint]\nselect = ["DM048"]\n')
    (repository / "other.toml").write_text('select = ["DM002"]\noutput-format = "concise"\n')
    assert "DM002" not in run().stdout
    assert codes(run("--config", "other.toml").stdout) == ["DM002"]
    assert codes(run("--isolated", "--output-format", "concise").stdout) == ["DM002", "DM048"]
    assert codes(run("--config", "other.toml", "--extend-select", "DM048").stdout) == ["DM002", "DM048"]


def test_what_is_left_out(repository: Path, run: Run) -> None:
    configuration = repository / ".dotmac-lint.toml"
    configuration.write_text('[per-file-ignores]\n"compose.yaml" = ["DM002"]\n')
    assert codes(run("--output-format", "concise").stdout) == ["DM048"]
    configuration.write_text('exclude = ["compose.yaml"]\n')
    assert run().stdout == "All checks passed!\n"
    configuration.unlink()
    (repository / ".gitignore").write_text("compose.yaml\n")
    assert run().stdout == "All checks passed!\n"
    (repository / ".gitignore").unlink()
    text = COMPOSE.replace(":ro", ":ro  # dotmac-lint: ignore[DM002] made at start")
    (repository / "compose.yaml").write_text(text)
    assert codes(run("--output-format", "concise").stdout) == ["DM048"]


def test_paths(repository: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def found(*arguments: str) -> str:
        return run("--output-format", "concise", "--quiet", *arguments).stdout

    (repository / ".env").write_text("A=1\n")
    assert codes(found("compose.yaml")) == ["DM002", "DM048"]
    assert codes(found(".env")) == []
    assert codes(found(".env", ".")) == ["DM002", "DM048"]
    monkeypatch.chdir(repository.parent)
    assert found("repository").startswith("repository/compose.yaml:5:")
    assert found("repository/compose.yaml").startswith("repository/compose.yaml:5:")
    (repository / "sub").mkdir()
    monkeypatch.chdir(repository / "sub")
    assert found("..").startswith("../compose.yaml:5:")
    assert found(str(repository / "compose.yaml")).startswith("../compose.yaml:5:")
    assert found() == ""


def test_statistics_quiet_verbose(repository: Path, run: Run) -> None:
    counted = run("--statistics").stdout
    assert "    1  DM002  missing-mount-source\n    1  DM048  unused-suppression\nFound" in counted
    quiet = run("--quiet", "--statistics").stdout
    assert "DM002  missing" in quiet
    assert "Found" not in quiet
    assert "Found" not in run("-q").stdout
    verbose = run("--verbose")
    assert "configuration: none" in verbose.stderr
    assert "deployment " in verbose.stderr
    timings = run("--timings").stderr
    assert re.search(r"^ +\d+\.\d{3}  files$", timings, re.M)
    assert re.search(r"^ +\d+\.\d{3}  DM003$", timings, re.M)


def test_output_formats(repository: Path, run: Run) -> None:
    def text(output_format: str) -> str:
        result = run("--output-format", output_format, "--statistics")
        assert result.exit_code == 1
        return result.stdout

    rows = json.loads(text("json"))
    assert [(row["code"], row["path"], row["line"]) for row in rows] == [
        ("DM002", "compose.yaml", 5),
        ("DM048", "compose.yaml", 7),
    ]
    assert list(rows[0]) == [
        *("code", "name", "severity", "message", "path", "line", "column", "end_line", "end_column"),
        *("related", "help", "url", "service", "deployments", "fingerprint", "fix", "fixed"),
    ]
    assert rows[0]["service"] == "cache"
    assert rows[0]["deployments"]
    (log,) = json.loads(text("sarif"))["runs"]
    assert len(log["results"]) == 2
    assert log["originalUriBaseIds"]["SRCROOT"]["uri"] == repository.as_uri() + "/"
    assert text("github").startswith("::error file=compose.yaml,line=5,")
    assert [row["location"]["lines"]["begin"] for row in json.loads(text("gitlab"))] == [5, 7]
    assert ET.fromstring(text("junit"))[0].get("failures") == "2"
    assert "| error | [DM002](" in text("markdown")
    assert len(text("concise").splitlines()) == 5


def test_sarif_stays_below_its_base(repository: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "sub").mkdir()
    monkeypatch.chdir(repository / "sub")
    (log,) = json.loads(run("--output-format", "sarif", "..").stdout)["runs"]
    assert log["originalUriBaseIds"]["SRCROOT"]["uri"] == repository.as_uri() + "/"
    place = log["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "compose.yaml"


def test_output_file(repository: Path, run: Run) -> None:
    result = run("--output-format", "json", "--output-file", "reports/found.json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(json.loads((repository / "reports/found.json").read_text())) == 2
    assert [path.name for path in (repository / "reports").iterdir()] == ["found.json"]


def test_a_file_that_cannot_be_read(repository: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    real = open

    def refuse(path: object, *arguments: object, **options: object) -> object:
        if str(path).endswith("compose.yaml"):
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr("builtins.open", refuse)
    result = run("--output-format", "concise")
    assert result.exit_code == 1
    assert "DM000 `compose.yaml` cannot be read: Permission denied." in result.stdout


def test_a_file_that_cannot_be_parsed(repository: Path, run: Run) -> None:
    (repository / "compose.yaml").write_text("services: [\n")
    result = run("--output-format", "concise")
    assert result.exit_code == 1
    assert codes(result.stdout) == ["DM000"]


def test_hostile_names_and_values(repository: Path, run: Run) -> None:
    evil = "\x1b]0;owned\x07\x9b31m\u202e\n::add-mask::x"
    text = COMPOSE.replace("./redis.conf", f"./{evil}".replace("\n", "")).replace("  web", f'  "{"w"}eb"')
    (repository / f"a{evil}.yaml").write_text("x: 1\n") if "/" not in evil else None
    (repository / "compose.yaml").write_text(text)
    for output_format in ("full", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"):
        result = run("--output-format", output_format, "--verbose")
        for part in ("\x1b", "\x07", "\x9b", "\u202e"):
            assert part not in result.output, output_format
    assert not {"\x1b", "\x07"} & set(run("--diff", "--unsafe-fixes").output)


def test_rule(run: Run) -> None:
    listed = run("rule").stdout
    assert re.search(r"^DM003  unknown-env-var +error +fix: sometimes$", listed, re.MULTILINE)
    for word in ("DM003", "unknown-env-var"):
        text = run("rule", word).stdout
        assert text.startswith("# DM003 unknown-env-var\n")
        assert "<!--" not in text


def test_help_and_version(run: Run) -> None:
    text = run("--help").stdout
    assert "--unsafe-fixes" in text
    assert "rule " in text
    assert run("-h").stdout == text
    assert re.fullmatch(r"dotmac-lint \d+\.\d+\.\d+\n", run("--version").stdout)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("dotmac-lint ru", ["plain,rule", "file,ru"]),
        ("dotmac-lint compose.yaml ru", ["file,ru"]),
        ("dotmac-lint --output-fi", ["plain,--output-file"]),
        ("dotmac-lint --output-format sa", ["plain,sarif"]),
        ("dotmac-lint rule missing-e", ["plain,missing-entrypoint", "plain,missing-env-file"]),
        ("dotmac-lint --select DM002,DM001", ["plain,DM002,DM001"]),
    ],
)
def test_a_shell_completes(words: str, found: list[str]) -> None:
    environment = os.environ | {
        "COMP_WORDS": words,
        "COMP_CWORD": str(words.count(" ")),
        "_DOTMAC_LINT_COMPLETE": "bash_complete",
    }
    program = Path(sys.executable).parent / "dotmac-lint"
    told = subprocess.run([program], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.splitlines() == found


def test_sarif_tells_the_commit_of_now(repository: Path, run: Run) -> None:
    git = ["git", "-C", str(repository), "-c", "user.name=a", "-c", "user.email=a@harbour.example"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "remote", "add", "origin", "https://anna:hunter2@forge.example/pier"], check=True)
    for _ in range(2):
        subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
        head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
        (log,) = json.loads(run("--output-format", "sarif", ".").stdout)["runs"]
        (told,) = log["versionControlProvenance"]
        assert told["repositoryUri"] == "https://forge.example/pier"
        assert told["revisionId"] == head.stdout.strip()
