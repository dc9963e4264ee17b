"""Fixing as users see it: rounds, conflicts, what is taken back, how files are written."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from dotmac_lint import rewrite
from dotmac_lint.fix import Edit
from dotmac_lint.source import Span
from tests.cli.conftest import COMPOSE, Run

RULE = """
from dotmac_lint.api import Applicability, CreateFile, Edit, Fix, Rule, Severity, Span


class {name}(Rule):
    code = "{name}"
    name = "{lower}"
    severity = Severity.{severity}
    since = "1.0"

    def check_repository(self, repository):
        for path in repository.workspace.files:
            text = repository.workspace.source(path).text
            if path.endswith({suffix!r}) and {old!r} in text:
                at = Span(path, text.index({old!r}), text.index({old!r}) + len({old!r}))
                fix = Fix("Replace it", (Edit(at, {new!r}),), {creates}, Applicability.{applicability})
                yield self.report("A word is wrong.", at, fix=fix)
"""
PLAIN = "services: {a: {image: one}}\n"


class Pack:
    """A folder of rules, each of which replaces a word by another in the files with a suffix."""

    def __init__(self, repository: Path, folder: Path, run: Run) -> None:
        self.repository = repository
        self.folder = folder
        self.run = run
        self.number = 0

    def replaces(
        self,
        old: str,
        new: str,
        *,
        suffix: str = "compose.yaml",
        creates: str = "()",
        applicability: str = "SAFE",
        severity: str = "WARNING",
    ) -> None:
        self.number += 1
        name = f"ACME{self.number:03}"
        folder = self.folder / name
        folder.mkdir(parents=True)
        values = {"old": old, "new": new, "suffix": suffix, "creates": creates, "severity": severity}
        text = RULE.format(name=name, lower=name.lower(), applicability=applicability, **values)
        (folder / "__init__.py").write_text(text)

    def __call__(self, *arguments: str) -> Result:
        """Run with these rules alone; `--fix` unless the arguments say otherwise."""
        way = () if {"--diff", "--fix-only"} & set(arguments) else ("--fix",)
        return self.run(*way, "--rules", str(self.folder), "--select", "ACME", "--no-cache", *arguments)

    @property
    def text(self) -> str:
        return (self.repository / "compose.yaml").read_text()


@pytest.fixture
def pack(repository: Path, tmp_path: Path, run: Run) -> Pack:
    (repository / "compose.yaml").write_text(PLAIN)
    return Pack(repository, tmp_path / "own", run)


def test_diff_changes_nothing(repository: Path, run: Run) -> None:
    result = run("--diff")
    assert result.exit_code == 1
    assert "-    image: nginx:1.27  # dotmac-lint" in result.stdout
    assert "+    image: nginx:1.27\n" in result.stdout
    assert result.stderr == "Would fix 1 finding.\n"
    assert "redis.conf" in run("--diff", "--unsafe-fixes").stdout
    assert (repository / "compose.yaml").read_text() == COMPOSE
    assert not (repository / "redis.conf").exists()
    assert run("--diff", "--select", "DM000").exit_code == 0


def test_diff_hides_secrets(repository: Path, run: Run) -> None:
    text = "services:\n  web:\n    environment:\n      JWT_SECRET: hunter2\n      TLS_PRIVATE_KEY: |\n        hunter3\n"
    text += "      X: y\n    image: nginx  # dotmac-lint: ignore[DM002]\n"
    (repository / "compose.yaml").write_text(text)
    result = run("--diff")
    assert "+    image: nginx\n" in result.stdout
    assert "JWT_SECRET: ***" not in result.stdout or "hunter" not in result.stdout
    assert "hunter" not in result.stdout


def test_fix(repository: Path, run: Run) -> None:
    result = run("--fix")
    assert result.exit_code == 1, "the unsafe one is left"
    assert "Fixed 1 finding. Found 1 error." in result.stdout
    assert (repository / "compose.yaml").read_text() == COMPOSE.replace(
        "  # dotmac-lint: ignore[DM002] nothing here", ""
    )
    assert not (repository / "redis.conf").exists()
    result = run("--fix", "--unsafe-fixes")
    assert (result.exit_code, result.stdout) == (0, "Fixed 1 finding. All checks passed!\n")
    assert (repository / "redis.conf").is_file()


def test_a_new_file_that_git_ignores_is_told(repository: Path, run: Run) -> None:
    text = "services: {db: {image: 'postgres:16', volumes: ['./init:/docker-entrypoint-initdb.d:ro']}}\n"
    (repository / "compose.yaml").write_text(text)
    assert "git" not in run("--diff", "--unsafe-fixes").stderr
    (repository / ".gitignore").write_text("*.sql\n")
    for option in ("--diff", "--fix"):
        said = run(option, "--unsafe-fixes").stderr
        assert "git ignores the new file init/01-init.sql: `git add --force` commits it." in said


def test_rounds_until_nothing_changes(pack: Pack) -> None:
    pack.replaces("one", "two")
    pack.replaces("two", "three")
    pack.replaces("three", "four")
    result = pack()
    assert (result.exit_code, result.stdout) == (0, "Fixed 3 findings. All checks passed!\n")
    assert pack.text == PLAIN.replace("one", "four")


def test_rounds_are_bounded(pack: Pack) -> None:
    pack.replaces("one", "two", applicability="UNSAFE")
    pack.replaces("two", "one", applicability="UNSAFE")
    result = pack("--unsafe-fixes")
    assert result.exit_code == 1
    assert "after 10 rounds there is still more to fix" in result.stderr
    assert "Fixed 10 findings. Found 1 warning." in result.stdout


def test_a_conflict_is_reported(pack: Pack) -> None:
    pack.replaces("image: one", "image: two")
    pack.replaces("one", "one-a")
    pack.replaces("mage", "mage", severity="INFO")
    result = pack()
    assert pack.text == PLAIN.replace("one", "two")
    assert "compose.yaml: ACME003 is not fixed: its fix would change what that of ACME001 changed." in (
        result.stderr
    )
    assert "ACME002" not in result.stderr, "the other fix took its finding away as well"


def test_insertions_at_one_place() -> None:
    """They stand in the order in which they were given."""
    edits = [Edit(Span("f", 1, 1), "1"), Edit(Span("f", 1, 1), "2"), Edit(Span("f", 0, 1), "x")]
    assert rewrite.apply_edits("ab", edits) == "x12b"


@pytest.mark.parametrize("other", [1, 2, 5])
def test_a_fix_that_breaks_a_file_is_taken_back(pack: Pack, other: int) -> None:
    """With any number of fixes in the same round, which are kept."""
    for number in range(other):
        pack.replaces(f"word{number}", f"good{number}", suffix="words.yaml")
    pack.replaces("image: one", "[")
    words = pack.repository / "words.yaml"
    words.write_text("".join(f"- word{number}\n" for number in range(other)))
    result = pack()
    assert pack.text == PLAIN
    assert words.read_text() == "".join(f"- good{number}\n" for number in range(other))
    assert "is not fixed: after its fix DM000 is found" in result.stderr
    assert "This is a bug, please report it." in result.stderr
    assert result.exit_code == 1


def test_a_fix_that_adds_a_finding_is_taken_back(pack: Pack) -> None:
    pack.replaces("one", "two")
    pack.replaces("two", "two", severity="ERROR", applicability="DISPLAY_ONLY")
    result = pack()
    assert (
        "ACME001 is not fixed: after its fix ACME002 is found: A word is wrong. This is a bug"
        in result.stderr
    )
    assert pack.text == PLAIN


def test_a_guess_that_is_refuted_is_no_bug(pack: Pack) -> None:
    pack.replaces("one", "two two", severity="INFO", applicability="UNSAFE")
    pack.replaces("two", "two", severity="ERROR", applicability="DISPLAY_ONLY")
    result = pack("--unsafe-fixes")
    assert "warning: compose.yaml: ACME001 is not fixed: after its fix ACME002 is found" in result.stderr
    assert "bug" not in result.stderr
    assert pack.text == PLAIN


def test_an_unsafe_fix_may_uncover_another_fault(pack: Pack) -> None:
    pack.replaces("one", "two", severity="ERROR", applicability="UNSAFE")
    pack.replaces("two", "two", severity="ERROR", applicability="DISPLAY_ONLY")
    assert "Fixed 1 finding. Found 1 error." in pack("--unsafe-fixes").stdout
    assert pack.text == PLAIN.replace("one", "two")


def test_a_fix_is_applied_as_a_whole(pack: Pack) -> None:
    """Where the file that it would make is there, none of its edits are made."""
    creates = "(CreateFile('made/new.txt', 'hello\\n', 0o755),)"
    pack.replaces("one", "two", creates=creates)
    made = pack.repository / "made" / "new.txt"
    made.parent.mkdir()
    made.write_text("mine\n")
    assert pack().exit_code == 1
    assert (pack.text, made.read_text()) == (PLAIN, "mine\n")
    made.unlink()
    made.parent.rmdir()
    assert pack().exit_code == 0
    assert (pack.text, made.read_text()) == (PLAIN.replace("one", "two"), "hello\n")
    assert stat.S_IMODE(made.stat().st_mode) == 0o755


def test_fixes_never_make_files_outside(pack: Pack, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (pack.repository / "link").symlink_to(tmp_path / "elsewhere")
    for path in ("../out.txt", "link/out.txt", str(tmp_path / "absolute.txt")):
        pack.replaces("one", "two", creates=f"(CreateFile({path!r}, 'x'),)")
    assert pack().exit_code == 1
    assert pack.text == PLAIN
    assert not list(tmp_path.rglob("*.txt"))


def test_diff_is_that_of_all_rounds(pack: Pack) -> None:
    pack.replaces("one", "two")
    pack.replaces("two", "three", creates="(CreateFile('new.sh', 'hello', 0o755),)")
    result = pack("--diff")
    assert result.exit_code == 1
    assert result.stdout == (
        "--- a/compose.yaml\n+++ b/compose.yaml\n@@ -1 +1 @@\n"
        "-services: {a: {image: one}}\n+services: {a: {image: three}}\n"
        "new file mode 100755 new.sh\n--- /dev/null\n+++ b/new.sh\n@@ -0,0 +1 @@\n+hello\n"
        "\\ No newline at end of file\n"
    )
    assert result.stderr == "Would fix 2 findings.\n"
    assert pack.text == PLAIN
    patch = subprocess.run(["git", "apply", "--check", "-"], input=result.stdout, text=True, check=False)
    assert patch.returncode == 0


def test_fix_only(pack: Pack) -> None:
    pack.replaces("one", "two")
    pack.replaces("services", "services", applicability="DISPLAY_ONLY")
    result = pack("--fix-only")
    assert (result.exit_code, result.stdout) == (0, "Fixed 1 finding.\n")
    assert pack.text == PLAIN.replace("one", "two")
    assert pack("--fix-only").stdout == "Fixed 0 findings.\n"


def test_exit_non_zero_on_fix(pack: Pack) -> None:
    pack.replaces("one", "two")
    assert pack("--exit-non-zero-on-fix").exit_code == 1
    assert pack("--exit-non-zero-on-fix").exit_code == 0, "there was nothing to fix"
    (pack.repository / "compose.yaml").write_text(PLAIN)
    assert pack("--fix-only", "--exit-non-zero-on-fix").exit_code == 1


@pytest.mark.parametrize("level, status", [("error", 0), ("warning", 1)])
def test_fail_level_counts_what_is_left(pack: Pack, level: str, status: int) -> None:
    pack.replaces("one", "two", severity="ERROR")
    pack.replaces("services", "services", applicability="DISPLAY_ONLY")
    assert pack("--fail-level", level).exit_code == status


def test_json_tells_what_was_fixed_and_what_is_left(pack: Pack) -> None:
    pack.replaces("services: {a", "services:\n  {a")
    pack.replaces("one}}\n", "two}}\n")
    pack.replaces("two", "two", applicability="DISPLAY_ONLY")
    rows = json.loads(pack("--output-format", "json").stdout)
    assert [(row["code"], row["line"], row["fixed"]) for row in rows] == [
        ("ACME001", 1, True),
        ("ACME002", 1, True),
        ("ACME003", 2, False),
    ]
    rows = json.loads(pack("--output-format", "json", "--fix-only").stdout)
    assert rows == []


@pytest.mark.parametrize(
    "configuration, flags, fixed",
    [
        ("", (), {"a"}),
        ("", ("--unsafe-fixes",), {"a", "b"}),
        ("unfixable = ['ACME001']", ("--unsafe-fixes",), {"b"}),
        ("extend-safe-fixes = ['ACME002']", (), {"a", "b"}),
        ("extend-unsafe-fixes = ['ACME001']", (), set()),
        ("extend-unsafe-fixes = ['acme001']", ("--unsafe-fixes",), {"a", "b"}),
    ],
)
def test_which_fixes(pack: Pack, configuration: str, flags: tuple[str, ...], fixed: set[str]) -> None:
    (pack.repository / ".dotmac-lint.toml").write_text(configuration)
    (pack.repository / "compose.yaml").write_text("services: {a: {image: wrong-a}, b: {image: wrong-b}}\n")
    pack.replaces("wrong-a", "right-a")
    pack.replaces("wrong-b", "right-b", applicability="UNSAFE")
    pack(*flags)
    assert {letter for letter in "ab" if f"right-{letter}" in pack.text} == fixed


def test_paths_restrict_what_is_fixed(pack: Pack) -> None:
    pack.replaces("wrong", "right", suffix="")
    for name in ("here.txt", "there.txt"):
        (pack.repository / name).write_text("wrong")
    assert pack("here.txt").exit_code == 0
    assert [(pack.repository / name).read_text() for name in ("here.txt", "there.txt")] == ["right", "wrong"]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfx-a: caf\xc3\xa9\r\nservices: {a: {image: one}}\r\n",
        b"# latin \xe9\nservices: {a: {image: one}}",
        b"services: {a: {image: one}}\r\n# mixed \n\r\n\t",
    ],
    ids=["bom-crlf", "latin-1-no-newline", "mixed"],
)
def test_bytes_survive(pack: Pack, data: bytes) -> None:
    pack.replaces("one", "two")
    path = pack.repository / "compose.yaml"
    path.write_bytes(data)
    pack()
    assert path.read_bytes() == data.replace(b"one", b"two")


def test_mode_owner_and_attributes_survive(pack: Pack) -> None:
    pack.replaces("one", "two")
    path = pack.repository / "compose.yaml"
    path.chmod(0o640)
    owner = (1234, 4321) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    os.chown(path, *owner)
    try:
        os.setxattr(path, "user.note", b"kept")
        attributes = True
    except OSError:
        attributes = False  # the file system has none
    assert pack().exit_code == 0
    status = path.stat()
    assert (stat.S_IMODE(status.st_mode), (status.st_uid, status.st_gid)) == (0o640, owner)
    assert not attributes or os.getxattr(path, "user.note") == b"kept"


def test_links(pack: Pack, tmp_path: Path) -> None:
    """The target of a link is edited where it lies inside the root, once, and the link stays one."""
    outside = tmp_path / "outside.yaml"
    outside.write_text(PLAIN)
    (pack.repository / "outside.yaml").symlink_to(outside)
    target = pack.repository / "deploy" / "compose.yaml"
    target.parent.mkdir()
    (pack.repository / "compose.yaml").rename(target)
    (pack.repository / "compose.yaml").symlink_to("deploy/compose.yaml")
    pack.replaces("one", "more", suffix=".yaml")
    pack.replaces("more", "two", suffix=".yaml")
    assert pack().exit_code == 0
    assert (pack.repository / "compose.yaml").is_symlink()
    assert target.read_text() == PLAIN.replace("one", "two")
    assert outside.read_text() == PLAIN


def test_read_only_files(pack: Pack) -> None:
    """An error, and nothing is changed: no other file, and no earlier round."""
    pack.replaces("wrong", "right", suffix="other.txt")
    pack.replaces("right", "good", suffix="other.txt", creates="(CreateFile('a/b/c.txt', 'x'),)")
    pack.replaces("one", "two")
    other = pack.repository / "other.txt"
    other.write_text("wrong")
    (pack.repository / "compose.yaml").chmod(0o444)
    result = pack()
    assert result.exit_code == 2
    assert "error: `compose.yaml` is read-only; nothing was changed" in result.stderr
    assert result.stdout.count("A word is wrong.") == 2, "what was found is said all the same"
    assert (pack.text, other.read_text()) == (PLAIN, "wrong")
    assert sorted(path.name for path in pack.repository.iterdir()) == ["compose.yaml", "other.txt"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_stops_half_way_is_put_back(
    pack: Pack, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    pack.replaces("one", "two", creates="(CreateFile('a/new.txt', 'x'),)")
    pack.replaces("wrong", "right", suffix="other.txt")
    (pack.repository / "other.txt").write_text("wrong")
    real, calls = os.replace, []

    def replace(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == 3:
            raise error
        real(source, target)

    monkeypatch.setattr("os.replace", replace)
    result = pack()
    assert len(calls) > 3
    assert result.exit_code != 0
    assert (pack.text, (pack.repository / "other.txt").read_text()) == (PLAIN, "wrong")
    assert sorted(path.name for path in pack.repository.iterdir()) == ["compose.yaml", "other.txt"]


def test_a_file_that_changes_meanwhile(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    pack.replaces("one", "two")
    real = rewrite.write
    path = pack.repository / "compose.yaml"

    def write(*arguments: Any) -> None:
        path.write_text("# mine\n" + PLAIN)
        real(*arguments)

    monkeypatch.setattr("dotmac_lint.rewrite.write", write)
    result = pack()
    assert "`compose.yaml` has been changed meanwhile; nothing was changed" in result.stderr
    assert pack.text == "# mine\n" + PLAIN


def test_a_killed_run_leaves_every_file_whole(pack: Pack) -> None:
    for name in ("a", "b", "c"):
        pack.replaces(f"wrong-{name}", f"right-{name}", suffix=f"{name}.txt")
        (pack.repository / f"{name}.txt").write_text(f"wrong-{name}\n" + "more\n" * 10_000)
    program = (
        "import os, signal\nfrom dotmac_lint.cli import main\nreal = os.replace\ncalls = []\n"
        "def replace(*arguments):\n    real(*arguments)\n    calls.append(1)\n"
        "    if len(calls) == 2:\n        os.kill(os.getpid(), signal.SIGKILL)\n"
        "os.replace = replace\nmain()\n"
    )
    arguments = ["--fix", "--rules", str(pack.folder), "--select", "ACME", "--no-cache"]
    run = subprocess.run([sys.executable, "-c", program, *arguments], check=False, timeout=60)
    assert run.returncode == -signal.SIGKILL
    for name in ("a", "b", "c"):
        text = (pack.repository / f"{name}.txt").read_text()
        assert text in {f"{word}-{name}\n" + "more\n" * 10_000 for word in ("wrong", "right")}
