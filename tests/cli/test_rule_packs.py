"""Rules of others: installed packs, and folders that the command line names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run, process

RULE = """
from dotmac_lint.api import Rule, Severity


class NoWeb(Rule):
    "Services should have telling names."
    code = "ACME001"
    name = "no-web"
    severity = Severity.WARNING
    since = "1.0"

    def check(self, deployment):
        for service in deployment.services:
            if service.name == "web":
                yield self.report("The service `web` has no telling name.", service.key)
"""
CRASH = RULE.replace("service.key)", "service.key)\n                raise ValueError('broken \\x1b[31m')")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one rule, with a relative import as a real one has."""
    rule = tmp_path / "own" / "acme001_no_web"
    rule.mkdir(parents=True)
    (rule / "__init__.py").write_text("from .rule import NoWeb\n")
    (rule / "rule.py").write_text(RULE)
    return rule.parent


def test_a_folder_of_rules(repository: Path, folder: Path, run: Run) -> None:
    found = run("--rules", str(folder), "--select", "ACME", "--output-format", "concise", "-q")
    assert found.stdout == "compose.yaml:6:3-6:6 ACME001 The service `web` has no telling name.\n"
    assert run("--rules", str(folder), "--output-format", "sarif").exit_code == 1
    assert "telling names" in run("rule", "ACME001", "--rules", str(folder)).stdout
    assert run("--select", "ACME").exit_code == 2


def test_a_rule_that_crashes(repository: Path, folder: Path, run: Run) -> None:
    (folder / "acme001_no_web" / "rule.py").write_text(CRASH)
    result = run("--rules", str(folder), "--output-format", "concise", "--exit-zero")
    assert result.exit_code == 2
    assert "DM002" in result.stdout
    assert "DM048" in result.stdout
    assert "ACME001 The service" in result.stdout, "what it found before is kept"
    assert "error: the rule ACME001 no-web failed: ValueError: broken \\x1b[31m." in result.stderr
    assert "Traceback" not in result.stderr
    assert "Traceback" in run("--rules", str(folder), "--verbose").stderr


@pytest.mark.parametrize(
    "text, message",
    [
        ("import nothing_of_that_name", "cannot be loaded: ModuleNotFoundError"),
        ("raise SystemExit(0)", "cannot be loaded: SystemExit"),
        (RULE.replace("ACME001", "DM002"), "the code DM002 is taken by both"),
        (RULE.replace("no-web", "parse-error"), "the name parse-error is taken by both"),
        (RULE.replace("ACME001", "acme"), "has no usable code: 'acme' is not like `DM099`"),
        (RULE.replace('    name = "no-web"\n', ""), "has no usable name"),
        ("NoWeb = 1", "holds no rule"),
    ],
)
def test_a_broken_folder(repository: Path, folder: Path, run: Run, text: str, message: str) -> None:
    (folder / "acme001_no_web" / "rule.py").write_text(text)
    result = run("--rules", str(folder))
    assert result.exit_code == 2
    assert message in result.stderr


def test_an_installed_pack(repository: Path, tmp_path: Path) -> None:
    """Built and installed with nothing fetched, then found by its entry point."""
    project, target = tmp_path / "pack", tmp_path / "site"
    project.mkdir()
    (project / "acme_rules.py").write_text(RULE)
    (project / "pyproject.toml").write_text(
        """
        [build-system]
        requires = ["setuptools"]
        build-backend = "setuptools.build_meta"
        [project]
        name = "acme-rules"
        version = "1.0"
        [project.entry-points."dotmac_lint.rules"]
        acme = "acme_rules"
        [tool.setuptools]
        py-modules = ["acme_rules"]
        """
    )
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run(
        [*install, "--no-build-isolation", "--disable-pip-version-check", "--target", target, project],
        check=True,
        capture_output=True,
    )
    environment = {"PYTHONPATH": os.fspath(target)}
    run = process("--select", "ACME001", "--output-format", "concise", environment=environment)
    assert "ACME001 The service `web`" in run.stdout
    assert run.returncode == 1
    assert "ACME001  no-web" in process("rule", environment=environment).stdout
    (target / "acme_rules.py").write_text("1/0")
    broken = process(environment=environment)
    assert broken.returncode == 2
    assert "error: the rule pack `acme` (acme_rules) cannot be loaded: ZeroDivisionError" in broken.stderr


def test_a_repository_names_no_rules(repository: Path, folder: Path, run: Run) -> None:
    for key in ("rules", "rule-folders", "plugins", "load", "import", "extends", "packs"):
        (repository / ".dotmac-lint.toml").write_text(f'{key} = ["{folder}"]\n')
        assert run().exit_code == 2, key
    (repository / ".dotmac-lint.toml").unlink()
    folder.rename(repository / "rules")
    assert "ACME001" not in run().stdout
