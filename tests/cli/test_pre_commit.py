"""The real pre-commit runs both hooks on a repository, each as .pre-commit-hooks.yaml describes it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import COMPOSE

ROOT = Path(__file__).parents[2]


def test_hooks(repository: Path, tmp_path: Path) -> None:
    pytest.importorskip("pre_commit")
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert [hook["id"] for hook in hooks] == ["dotmac-lint", "dotmac-lint-fix"]
    assert all(hook["always_run"] and not hook["pass_filenames"] for hook in hooks)
    # The same hooks; the environment that pre-commit would install (from the network) is this one.
    local = [{"repo": "local", "hooks": [hook | {"language": "system"} for hook in hooks]}]
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": local}))
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PRE_COMMIT_HOME": str(tmp_path / "cache"),
        "GIT_CONFIG_GLOBAL": os.devnull,
    }

    def call(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=repository, env=environment, capture_output=True, text=True, check=False
        )

    def hook(name: str) -> subprocess.CompletedProcess[str]:
        return call(sys.executable, "-m", "pre_commit", "run", name)

    call("git", "init", "-q")
    call("git", "add", ".")
    report = hook("dotmac-lint")
    assert report.returncode == 1
    assert "DM002" in report.stdout
    assert (repository / "compose.yaml").read_text() == COMPOSE
    fix = hook("dotmac-lint-fix")
    assert fix.returncode == 1
    assert "files were modified by this hook" in fix.stdout
    assert "ignore[" not in (repository / "compose.yaml").read_text()
    (repository / "redis.conf").write_text("appendonly yes\n")
    call("git", "add", ".")
    for name in ("dotmac-lint", "dotmac-lint-fix"):
        assert hook(name).returncode == 0
    (repository / "redis.conf").unlink()
    call("git", "add", ".")
    assert hook("dotmac-lint").returncode == 1, "a deleted file is seen too"
