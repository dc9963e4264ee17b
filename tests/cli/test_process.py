"""What only a real process shows: pipes, closed streams, colours, what start-up imports."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from dotmac_lint import cli
from tests.cli.conftest import PROGRAM, process

HEAVY = (
    "libcst",
    "yaml",
    "tree_sitter",
    "dockerfile_parse",
    "markdown_it",
    "rich",
    "rapidfuzz",
)


@pytest.mark.parametrize("argument", ["--version", "--help", "rule"])
def test_start_up_imports_no_parser(argument: str) -> None:
    script = (
        f"import sys; sys.argv = ['dotmac-lint', {argument!r}]\n"
        "from dotmac_lint.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print(sorted({{*{HEAVY!r}}} & {{*sys.modules}}), file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout
    assert run.stderr == "[]\n"


@pytest.mark.parametrize("watched", [False, True])
def test_the_end_takes_nothing_apart_unless_somebody_looks_on(watched: bool) -> None:
    script = (
        "import atexit, sys; sys.argv = ['dotmac-lint', 'rule', 'DM003']\n"
        "from dotmac_lint.cli import program\n"
        "atexit.register(print, 'apart')\n"
        f"sys.setprofile((lambda *_: None) if {watched} else None)\n"
        "program()"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("# DM003")
    assert run.stdout.endswith("apart\n") == watched


def test_streams(repository: Path) -> None:
    plain = process(cwd=repository)
    assert (plain.returncode, plain.stderr) == (1, "")
    assert process(cwd=repository, shell="<&-").stdout == plain.stdout
    closed = process(cwd=repository, shell=">&-")
    assert closed.returncode == 2
    assert "standard output is closed" in closed.stderr
    assert process(cwd=repository, shell="2>&-").returncode == 1
    gone = process("--output-format", "json", cwd=repository, shell="| true; exit ${PIPESTATUS[0]}")
    assert (gone.returncode, gone.stderr) == (1, "")
    if Path("/dev/full").exists():
        full = process(cwd=repository, shell="> /dev/full")
        assert full.returncode == 2
        assert "cannot be written: No space left" in full.stderr
        assert "Traceback" not in full.stderr
    device = process("--output-file", "/dev/stderr", cwd=repository)
    assert device.stderr == plain.stdout
    assert Path("/dev/stderr").is_symlink(), "the device is written to, not replaced"


def test_colours(repository: Path) -> None:
    assert "\x1b" in process(cwd=repository, environment={"FORCE_COLOR": "1"}).stdout
    assert "\x1b" not in process(cwd=repository, environment={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout
    concise = process("--output-format", "concise", cwd=repository, environment={"FORCE_COLOR": "1"})
    assert "\x1b" not in concise.stdout


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no terminals here")
def test_colours_on_a_terminal(repository: Path) -> None:
    def shown(**environment: str) -> bytes:
        leader, follower = os.openpty()
        with subprocess.Popen(
            [PROGRAM], cwd=repository, stdout=follower, env=os.environ | {"TERM": "xterm"} | environment
        ):
            os.close(follower)
            data = b""
            try:
                while chunk := os.read(leader, 65536):
                    data += chunk
            except OSError:
                pass  # how Linux says that the other end was closed
        os.close(leader)
        return data

    assert b"\x1b[1;31m" in shown()
    assert b"\x1b" not in shown(NO_COLOR="1")
    assert b"\x1b" not in shown(TERM="dumb")


def test_status_2_for_whatever_goes_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], repository: Path
) -> None:
    def fail(**_: object) -> int:
        raise KeyError("what")

    monkeypatch.setattr("dotmac_lint.cli.run.lint", fail)
    monkeypatch.setattr(sys, "argv", ["dotmac-lint"])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert "error: dotmac-lint failed: KeyError: 'what'" in said
    assert "Traceback" not in said
    monkeypatch.setattr(sys, "argv", ["dotmac-lint", "--verbose"])
    with pytest.raises(SystemExit):
        cli.main()
    assert "Traceback" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", ["dotmac-lint", "--nope"])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 2


def test_a_module_of_the_repository_is_never_imported(repository: Path) -> None:
    """`python -m` puts the working directory on the path of modules."""
    evil = "open('owned', 'w')"
    for name in ("yaml.py", "click.py", "msgspec.py", "sitecustomize.py"):
        (repository / name).write_text(evil)
    pack = repository / "evil-1.0.dist-info"
    pack.mkdir()
    (pack / "METADATA").write_text("Name: evil\nVersion: 1.0\n")
    (pack / "entry_points.txt").write_text("[dotmac_lint.rules]\nevil = evil\n")
    (repository / "evil.py").write_text(evil)
    run = subprocess.run(
        [sys.executable, "-m", "dotmac_lint"], cwd=repository, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (1, "")
    assert process(cwd=repository).returncode == 1
    assert not (repository / "owned").exists()


SLOW = """
import time

from dotmac_lint.api import Rule, Severity


class Slow(Rule):
    code = "ACME001"
    name = "slow"
    severity = Severity.INFO
    since = "1.0"

    def check_repository(self, repository):
        time.sleep({seconds})
        return ()
"""


@pytest.mark.parametrize(
    "seconds, arguments, environment, told",
    [
        (2.5, (), {}, True),
        (0, (), {}, False),
        (2.5, ("-q",), {}, False),
        (2.5, (), {"CI": "true"}, False),
    ],
)
def test_progress_of_a_slow_run_at_a_terminal(
    repository: Path, seconds: float, arguments: tuple[str, ...], environment: dict[str, str], told: bool
) -> None:
    rule = repository.parent / "rules" / "acme001_slow"
    rule.mkdir(parents=True)
    (rule / "__init__.py").write_text(SLOW.format(seconds=seconds))
    terminal, other = os.openpty()
    variables = {name: value for name, value in os.environ.items() if name != "CI"} | {"TERM": "xterm"}
    run = subprocess.run(
        [PROGRAM, "--rules", str(rule.parent), "--no-cache", "--exit-zero", *arguments],
        stdout=subprocess.PIPE,
        stderr=other,
        env=variables | environment,
        check=True,
    )
    os.close(other)
    shown = b""
    with suppress(OSError):  # EIO: all is read
        while block := os.read(terminal, 65536):
            shown += block
    os.close(terminal)
    assert (b"Linting" in shown) is told
    assert b"Linting" not in run.stdout
