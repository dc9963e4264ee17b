"""What helps a team that has findings already: baselines, ignores that are written, a shared configuration."""

from __future__ import annotations

import json
import os
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.cli.conftest import COMPOSE, PROGRAM, Run, process
from tests.cli.test_lint import codes

DOCUMENTED = Path(__file__).parents[2] / "docs" / "configuration.md"


def test_a_baseline_knows_what_has_moved(repository: Path, run: Run) -> None:
    written = run("--baseline", "known.json", "--write-baseline")
    assert (written.exit_code, written.stdout) == (0, "")
    assert written.stderr == "Wrote 2 findings to known.json.\n"
    (repository / "compose.yaml").write_text("# moved\n\n" + COMPOSE)
    result = run("--baseline", "known.json")
    assert (result.exit_code, result.stdout) == (0, "All checks passed!\n")
    assert result.stderr == "2 findings of known.json left out.\n"


def test_a_baseline_leaves_what_is_new_and_tells_of_what_is_gone(repository: Path, run: Run) -> None:
    run("--baseline", "known.json", "--write-baseline")
    (repository / "compose.yaml").write_text(COMPOSE.replace("redis.conf:/", "cache.conf:/"))
    result = run("--baseline", "known.json", "--output-format", "concise")
    assert (result.exit_code, codes(result.stdout)) == (1, ["DM002"])
    assert "1 finding of known.json found no more: --write-baseline removes what is gone." in result.stderr
    restricted = run("--baseline", "known.json", "--select", "DM047")
    assert "found no more" not in restricted.stderr, "of rules that did not run it is not known"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 2, "findings": []}', '{"version": 1}'])
def test_what_is_no_baseline(repository: Path, run: Run, text: str) -> None:
    (repository / "known.json").write_text(text)
    result = run("--baseline", "known.json")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: known.json: this")


def test_a_baseline_must_be_named_and_be_there(repository: Path, run: Run) -> None:
    assert run("--write-baseline").exit_code == 2
    assert run("--baseline", "absent.json").exit_code == 2


def test_a_baseline_has_no_secrets(repository: Path, run: Run) -> None:
    secret = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
    (repository / "compose.yaml").write_text(
        f"services: {{web: {{image: nginx, environment: {{API_TOKEN: {secret}}}}}}}"
    )
    run("--baseline", "known.json", "--write-baseline", "--select", "ALL")
    assert secret not in (repository / "known.json").read_text()


def test_ignores_are_written(repository: Path, run: Run) -> None:
    result = run("--add-ignores")
    assert (result.exit_code, result.stdout) == (1, result.stdout), "DM048 is mended, not ignored"
    assert "Ignored 1 finding. Found 1 warning." in result.stdout
    lines = (repository / "compose.yaml").read_text().splitlines()
    assert lines[4] == "      # dotmac-lint: ignore[DM002]"
    assert codes(run("--output-format", "concise").stdout) == ["DM048"]


def test_ignores_join_what_is_there(repository: Path, run: Run) -> None:
    (repository / "compose.yaml").write_text(
        "services:\n  cache:\n    image: redis:7\n    volumes:\n"
        "      # dotmac-lint: ignore[DM017] for now\n"
        "      - ./redis.conf:/etc/redis/redis.conf:ro\r\n"
    )
    run("--add-ignores", "--select", "DM002")
    text = (repository / "compose.yaml").read_bytes().decode()
    assert "      # dotmac-lint: ignore[DM017, DM002] for now\n" in text


def test_the_first_line_of_a_script_stays_the_first(repository: Path, run: Run) -> None:
    (repository / "compose.yaml").write_text("services: {web: {build: .}}\n")
    (repository / "Dockerfile").write_text(
        'FROM alpine:3\nCOPY --chmod=755 run.sh /run.sh\nENTRYPOINT ["/run.sh"]\n'
    )
    (repository / "run.sh").write_bytes(b"#!/bin/sh\r\necho\r\n")
    result = run("--add-ignores")
    assert result.exit_code == 0, result.stdout
    assert (
        repository / "run.sh"
    ).read_bytes() == b"#!/bin/sh\r\n# dotmac-lint: ignore-file[DM008]\r\necho\r\n"


def test_what_has_no_comments_is_left(repository: Path, run: Run) -> None:
    (repository / "compose.yaml").write_text("services: {web: {image: nginx}}\n")
    (repository / "README.md").write_text("```sh\ndocker compose -f compose.dev.yaml up\n```\n")
    before = (repository / "README.md").read_text()
    result = run("--add-ignores", "--output-format", "concise")
    assert (result.exit_code, codes(result.stdout)) == (1, ["DM047"])
    assert (repository / "README.md").read_text() == before


def test_ignores_are_shown_first(repository: Path, run: Run) -> None:
    result = run("--add-ignores", "--diff", "--select", "DM002")
    assert result.exit_code == 1
    assert "+      # dotmac-lint: ignore[DM002]" in result.stdout
    assert result.stderr == "Would ignore 1 finding.\n"
    assert (repository / "compose.yaml").read_text() == COMPOSE
    assert run("--add-ignores", "--fix").exit_code == 2


def test_the_environment_gives_options(repository: Path) -> None:
    def lint(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        named = {f"DOTMAC_LINT_{name}": value for name, value in environment.items()}
        return process(*arguments, cwd=repository, environment=named)

    assert codes(lint(OUTPUT_FORMAT="concise", SELECT="DM002 DM047").stdout) == ["DM002"]
    given = lint("--select", "DM002,DM048", OUTPUT_FORMAT="concise", SELECT="DM047")
    assert codes(given.stdout) == ["DM002", "DM048"]
    assert lint(EXIT_ZERO="1").returncode == 0
    wrong = lint(FAIL_LEVEL="high")
    assert wrong.returncode == 2
    assert "--fail-level" in wrong.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete(repository: Path, shell: str) -> None:
    script = process(cwd=repository, environment={"_DOTMAC_LINT_COMPLETE": f"{shell}_source"})
    assert "_DOTMAC_LINT_COMPLETE" in script.stdout
    words = {"COMP_WORDS": "dotmac-lint --output-f", "COMP_CWORD": "1"}
    asked = subprocess.run(
        [PROGRAM],
        env={**os.environ, **words, "_DOTMAC_LINT_COMPLETE": "bash_complete"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "--output-format" in asked.stdout


def test_a_shared_configuration(repository: Path, run: Run) -> None:
    (repository / "shared").mkdir()
    (repository / "shared" / "base.toml").write_text(
        'ignore = ["DM002"]\nfail-level = "error"\n[severity]\nDM048 = "info"\nDM002 = "info"\n'
    )
    (repository / ".dotmac-lint.toml").write_text(
        'extend = "shared/base.toml"\nignore = []\n[severity]\nDM002 = "warning"\n'
    )
    result = run("config", "--format", "json")
    rows = {row["key"]: (row["value"], row["from"]) for row in json.loads(result.stdout)}
    assert rows["ignore"] == ([], ".dotmac-lint.toml:2")
    assert rows["fail-level"] == ("error", "shared/base.toml:2")
    assert rows["severity"] == ({"DM048": "info", "DM002": "warning"}, ".dotmac-lint.toml:3")
    assert rows["select"] == (["ALL"], None)
    assert 'fail-level = "error"' in run("config").stdout
    assert run().exit_code == 0


@pytest.mark.parametrize(
    "name, complaint",
    [
        ("absent.toml", "there is no file `absent.toml`"),
        (".dotmac-lint.toml", "extends this file in turn"),
        ("../outside.toml", "lies outside of the repository"),
        ("link.toml", "lies outside of the repository"),
    ],
)
def test_what_cannot_be_extended(repository: Path, run: Run, name: str, complaint: str) -> None:
    (repository / ".git").mkdir()
    (repository.parent / "outside.toml").write_text('ignore = ["ALL"]\n')
    (repository / "link.toml").symlink_to("../outside.toml")
    (repository / ".dotmac-lint.toml").write_text(f'\nextend = "{name}"\n')
    result = run()
    assert result.exit_code == 2
    assert result.stderr.startswith("error: .dotmac-lint.toml:2: ")
    assert complaint in result.stderr


def test_the_schema_agrees_with_the_reader(repository: Path, run: Run) -> None:
    schema: dict[str, Any] = json.loads(run("config", "--schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    documented = DOCUMENTED.read_text("utf-8").partition("```toml\n")[2].partition("```")[0]
    (repository / "compose.production.yaml").write_text("services: {}\n")
    for text, right in (
        (documented, True),
        ('selct = ["DM001"]', False),
        ('fail-level = "high"', False),
        ("[deployments.live]\nprofiles = []", False),
        ("preview = 1", False),
    ):
        (repository / ".dotmac-lint.toml").write_text(text.replace('"shared/lint.toml"', '"pyproject.toml"'))
        (repository / "pyproject.toml").write_text("")
        assert (run("config").exit_code == 0) is right, text
        valid = jsonschema.Draft202012Validator(schema).is_valid(tomllib.loads(text))
        assert valid is right, text
