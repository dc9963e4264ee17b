"""The examples of the settings rules against the real pydantic-settings: what they say is what happens."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from dotmac_lint.known import Known
from dotmac_lint.model.deployment import Repository, Service
from dotmac_lint.workspace import Workspace

RULES = Path(__file__).parents[2] / "rules"


def service(folder: Path) -> Service:
    (deployment,) = Repository(Workspace(folder)).deployments
    return next(service for service in deployment.services if service.name == "shop")


def settings(
    folder: Path,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    module: str = "app/settings.py",
) -> Any:
    """The example's settings, made by the real library with nothing but `environment`."""
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # examples are compared file by file
    spec = importlib.util.spec_from_file_location("example_settings", folder / module)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "example_settings", loaded)
    spec.loader.exec_module(loaded)
    return loaded.Settings()


def given(folder: Path) -> dict[str, str]:
    return {v.name: v.value.value for v in service(folder).environment if isinstance(v.value, Known)}


@pytest.mark.parametrize(
    "case",
    [
        "dm021_wrong_delimiter/examples/one-underscore",
        "dm025_alias_bypasses_prefix/examples/prefixed-name",
        "dm025_alias_bypasses_prefix/examples/inside-a-section",
        "dm027_case_mismatch/examples/case-sensitive",
    ],
)
def test_renamed_variables_take_effect(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = RULES / case / "bad"
    before = settings(folder, {}, monkeypatch).model_dump()
    found = {v.name: why for v in service(folder).environment if (why := service(folder).misnaming(v.name))}
    assert found
    values = given(folder)
    for name, why in found.items():
        assert settings(folder, {name: values[name]}, monkeypatch).model_dump() == before
        assert why.right is not None
        assert settings(folder, {why.right: values[name]}, monkeypatch).model_dump() != before


def test_names_given_as_to_pydantic_1_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = RULES / "dm025_alias_bypasses_prefix/examples/named-as-pydantic-1-did"
    given = {"POSTGRES_USER": "harbour"}
    found = [
        settings(folder / state, given, monkeypatch, "harbour/settings.py").database_user
        for state in ("bad", "fixed")
    ]
    assert found == ["admin", "harbour"]


def test_without_a_delimiter_nothing_reaches_a_section(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = RULES / "dm021_wrong_delimiter/examples/no-delimiter-at-all/bad"
    assert settings(folder, given(folder), monkeypatch).database.host == "localhost"


def test_a_plain_value_for_a_section_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = RULES / "dm023_section_collision/examples/name-of-the-database/bad"
    for name in ("DATABASE", "MAIL"):
        with pytest.raises(ValueError, match=r"database|mail"):
            settings(folder, {name: given(folder)[name]}, monkeypatch)


@pytest.mark.parametrize(
    "case",
    [
        "dm023_section_collision/examples/json-or-not-a-section/good",
        "dm025_alias_bypasses_prefix/examples/both-are-read/good",
    ],
)
def test_good_examples_load(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(RULES / case, given(RULES / case), monkeypatch)


@pytest.mark.parametrize(
    ("case", "module", "example", "env_file", "loads"),
    [
        ("compose-and-settings-share-a-file/bad", "src/shop/settings.py", ".env.example", ".env", False),
        ("compose-and-settings-share-a-file/fixed", "src/shop/settings.py", ".env.example", ".env", True),
        ("committed-file/bad", "app/config.py", ".env", ".env", False),
        ("ignored/good", "backend/app/config.py", "backend/worker.env", "worker.env", True),
    ],
)
def test_names_that_an_env_file_may_not_hold(
    case: str,
    module: str,
    example: str,
    env_file: str,
    loads: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = RULES / "dm026_dotenv_extra_forbidden/examples" / case
    (tmp_path / env_file).write_bytes((folder / example).read_bytes())
    monkeypatch.chdir(tmp_path)
    if loads:
        assert settings(folder, {}, monkeypatch, module)
    else:
        with pytest.raises(ValueError, match="extra_forbidden"):
            settings(folder, {}, monkeypatch, module)
