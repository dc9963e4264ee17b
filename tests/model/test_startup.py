"""Starts: what of the code is forgotten between them makes no difference."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from dotmac_lint import config
from dotmac_lint.cli.commands import cli
from dotmac_lint.engine import lint
from dotmac_lint.model import startup
from dotmac_lint.model.start_code import Modules
from dotmac_lint.registry import load_rules

EXAMPLES = Path(__file__).parents[2] / "rules" / "dm030_startup_guard_raises" / "examples"
forget = Modules.forget


@pytest.mark.parametrize("root", sorted(EXAMPLES.glob("*/bad")), ids=lambda root: root.parent.name)
def test_starts_are_the_same_without_what_earlier_ones_read(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten: list[int] = []

    def counted(modules: Modules) -> None:
        forgotten.append(modules.read)
        forget(modules)

    monkeypatch.setattr(Modules, "forget", counted)
    usual = lint(root, config.Settings(), load_rules()).diagnostics
    assert sum(forgotten) == 0
    monkeypatch.setattr(startup, "MOST_MODULES", 0)
    monkeypatch.setattr(startup, "MOST_MODULES_A_CHECK", 0)
    assert lint(root, config.Settings(), load_rules()).diagnostics == usual
    assert sum(forgotten) == 0  # nothing that the next start needs
    monkeypatch.setattr(startup, "TIMES_A_START", 0)
    assert lint(root, config.Settings(), load_rules()).diagnostics == usual
    assert sum(forgotten) > 0


SECTION = """
from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

class Store(BaseModel):
    path: str = "store"

class Database(BaseModel):
    store: Store
    name: str

    @classmethod
    def usual(cls): return cls(store=Store(), name="quay")

def make(): return Database(store=Store(), name="quay")

USUAL = make()

class Reading(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="QUAY_")
    name: str

class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__")
    part: {type} = {default}

settings = Settings()
"""


@pytest.mark.parametrize(
    ("type", "default"),
    [
        ("Database", 'Database(store=Store(), name="quay")'),
        ("Database", 'Field(default=Database(store=Store(), name="quay"))'),
        ("Database", "USUAL"),
        ("Database", "make()"),
        ("Database", "Field(default_factory=make)"),
        ("Database", "Database.usual()"),
        ("Database", 'Field(default_factory=lambda: Database(store=Store(), name="quay"))'),
        ("Database", "Field(default_factory=Database)"),
        ("Reading", "Reading()"),
        ("Reading", 'Reading(name="quay")'),
        ("Reading", "Field(default_factory=Reading)"),
    ],
)
def test_what_the_default_of_a_section_gives(tmp_path: Path, type: str, default: str) -> None:
    code = SECTION.format(type=type, default=default)
    try:
        exec(compile(code, "settings.py", "exec", dont_inherit=True), {"__name__": "settings"})
        starts = True
    except ValidationError:
        starts = False
    (tmp_path / "settings.py").write_text(code)
    (tmp_path / "Dockerfile").write_text(
        'FROM python:3.12-slim\nCOPY settings.py ./\nCMD ["python", "settings.py"]\n'
    )
    (tmp_path / "compose.yaml").write_text("services:\n  quay:\n    build: .\n")
    found = lint(tmp_path, config.Settings(), load_rules()).diagnostics
    assert starts == (not any(diagnostic.code == "DM024" for diagnostic in found))


KINDS = """
import os
from typing import Optional
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="QUAY_", env_nested_delimiter="__")
    value: {type} = {default}

settings = Settings()
"""


def both_starts(
    folder: Path, monkeypatch: pytest.MonkeyPatch, code: str, given: dict[str, str]
) -> tuple[bool, bool | None]:
    """Whether the settings in the code start with the variables: the real ones, and as `dotmac-lint start` has it."""
    for name, text in given.items():
        monkeypatch.setenv(name, text)
    try:
        exec(compile(code, "settings.py", "exec", dont_inherit=True), {"__name__": "settings"})
        starts = True
    except (ValidationError, KeyError):
        starts = False
    (folder / "settings.py").write_text(code)
    (folder / "Dockerfile").write_text(
        'FROM python:3.12-slim\nCOPY settings.py ./\nCMD ["python", "settings.py"]\n'
    )
    (folder / "compose.yaml").write_text(
        f"services:\n  quay:\n    build: .\n    environment: {json.dumps(given)}\n"
    )
    result = CliRunner().invoke(cli, ["start", "quay", str(folder), "--format", "json"])
    return starts, json.loads(result.stdout)["starts"]


@pytest.mark.parametrize(
    ("type", "default", "name", "text", "told"),
    [
        ("dict[str, int]", "{}", "QUAY_VALUE__A", "one", True),
        ("dict[str, int]", "{}", "QUAY_VALUE__A", "1", True),
        ("dict[str, int]", "{}", "QUAY_VALUE__A", "1.5", True),
        ("dict[str, int]", "{}", "QUAY_VALUE__A", "", True),
        ("dict[str, str]", "{}", "QUAY_VALUE__A", "one", True),
        ("dict[str, str]", "{}", "QUAY_VALUE__A", "1", False),
        ("dict[str, bool]", "{}", "QUAY_VALUE__A", "on", True),
        ("dict[str, bool]", "{}", "QUAY_VALUE__A", "2", True),
        ("dict[str, float]", "{'b': 1}", "QUAY_VALUE__A", "1e3", True),
        ("dict[str, int]", "{}", "QUAY_VALUE__A__B", "1", False),
        ("dict[str, list[int]]", "{}", "QUAY_VALUE__A", "[1]", False),
        ("Optional[dict[str, int]]", "None", "QUAY_VALUE__A", "one", False),
        ("str", 'Field(default_factory=lambda: os.environ["QUAY"])', "OTHER", "", False),
        ("str", 'Field(default_factory=lambda: os.environ["QUAY"])', "QUAY", "a", True),
        ("str", 'Field(default_factory=lambda: os.getenv("QUAY"))', "OTHER", "", False),
        ("str", 'Field(default_factory=lambda: os.getenv("QUAY", "b"))', "OTHER", "", True),
        ("str", 'os.getenv("QUAY", "b")', "OTHER", "", True),
    ],
)
def test_what_else_fills_a_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, type: str, default: str, name: str, text: str, told: bool
) -> None:
    code = KINDS.format(type=type, default=default)
    starts, said = both_starts(tmp_path, monkeypatch, code, {name: text})
    assert said is (starts if told else None)


CLASSES = {
    "a section of which only a stranger is given": (
        "class Part(BaseModel):\n    depth: int\n\nclass Settings(Base):\n    part: Optional[Part] = None\n",
        {"QUAY_PART__WIDTH": "1"},
    ),
    "a section that forbids strangers": (
        "class Part(BaseModel):\n    model_config = {'extra': 'forbid'}\n    depth: int = 1\n\n"
        "class Settings(Base):\n    part: Part = Part()\n",
        {"QUAY_PART__DEPTH": "1", "QUAY_PART__WIDTH": "1"},
    ),
    "a list of sections by number": (
        "class Part(BaseModel):\n    depth: int\n\nclass Settings(Base):\n    parts: list[Part] = []\n",
        {"QUAY_PARTS__0__DEPTH": "1"},
    ),
    "a section or a text": (
        "class Part(BaseModel):\n    depth: int = 1\n\nclass Settings(Base):\n    part: Part | str = 'a'\n",
        {"QUAY_PART": "b"},
    ),
    "a default that is put into what is handed on": (
        "class Settings(Base):\n    depth: int\n\n    def __init__(self, **given):\n"
        "        given.setdefault('depth', 1)\n        super().__init__(**given)\n",
        {},
    ),
    "no environment among the sources": (
        "class Settings(Base):\n    depth: int\n\n    @classmethod\n"
        "    def settings_customise_sources(cls, settings_cls, **sources):\n"
        "        return (sources['init_settings'],)\n",
        {"QUAY_DEPTH": "1"},
    ),
    "no environment among the sources, and a default": (
        "class Settings(Base):\n    depth: int = 1\n\n    @classmethod\n"
        "    def settings_customise_sources(cls, settings_cls, **sources):\n"
        "        return (sources['init_settings'],)\n",
        {"QUAY_DEPTH": "a"},
    ),
    "a guard of a section that must be given": (
        "class Part(BaseModel):\n    name: str\n\n    @field_validator('name')\n    @classmethod\n"
        "    def long(cls, value):\n        if len(value) < 8:\n            raise ValueError('short')\n"
        "        return value\n\nclass Settings(Base):\n    part: Part\n",
        {"QUAY_PART__NAME": "abc"},
    ),
    "a section that forbids strangers by a keyword, given as JSON": (
        "class Part(BaseModel, extra='forbid'):\n    depth: int\n\nclass Settings(Base):\n    part: Part\n",
        {"QUAY_PART": '{"depth": 1, "width": 2}'},
    ),
    "a default that is updated in part": (
        "class Part(BaseModel):\n    depth: int = 1\n    width: int\n\nclass Settings(Base):\n"
        "    model_config = SettingsConfigDict(nested_model_default_partial_update=True)\n"
        "    part: Part = Part(width=2)\n",
        {"QUAY_PART__DEPTH": "3"},
    ),
    "a default that is not validated": (
        "class Settings(Base):\n    name: str = Field('', validate_default=False)\n\n"
        "    @field_validator('name')\n    @classmethod\n    def there(cls, value):\n"
        "        if not value:\n            raise ValueError('empty')\n        return value\n",
        {},
    ),
    "an enumeration that takes anything": (
        "class Kind(str, Enum):\n    A = 'a'\n\n    @classmethod\n    def _missing_(cls, value):\n"
        "        return cls.A\n\nclass Settings(Base):\n    kind: Kind = Kind.A\n",
        {"QUAY_KIND": "b"},
    ),
    "nothing in the place of a section": (
        "class Part(BaseModel):\n    depth: int = 1\n\nclass Settings(Base):\n    part: Part = None\n",
        {},
    ),
    "a section of two forms": (
        "class Part(BaseModel):\n    depth: int\n\nclass Other(BaseModel):\n    width: int\n\n"
        "class Settings(Base):\n    part: Part | Other\n",
        {"QUAY_PART__WIDTH": "3"},
    ),
    "a section that makes its values itself": (
        "class Part(BaseModel):\n    depth: int\n\n    def __init__(self, **given):\n        given['depth'] = 1\n"
        "        super().__init__(**given)\n\nclass Settings(Base):\n    part: Part\n",
        {"QUAY_PART__DEPTH": "deep"},
    ),
    "a section whose validator gives something else": (
        "class Part(BaseModel):\n    depth: int\n\n    @model_validator(mode='wrap')\n    @classmethod\n"
        "    def usual(cls, given, make):\n        return make({'depth': 1})\n\n"
        "class Settings(Base):\n    part: Part\n",
        {"QUAY_PART__DEPTH": "deep"},
    ),
    "a class that cannot be made": (
        "class Settings(Base):\n    depth: int = int(os.environ['DEPTH'])\n",
        {"QUAY_DEPTH": "1"},
    ),
}


@pytest.mark.parametrize("case", CLASSES)
def test_nothing_else_is_said_than_what_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    body, given = CLASSES[case]
    code = (
        "import os\nfrom enum import Enum\nfrom typing import Optional\n"
        "from pydantic import BaseModel, Field, field_validator, model_validator\n"
        "from pydantic_settings import BaseSettings, SettingsConfigDict\n\n"
        "class Base(BaseSettings):\n"
        "    model_config = SettingsConfigDict(env_prefix='QUAY_', env_nested_delimiter='__')\n\n"
        f"{body}\nsettings = Settings()\n"
    )
    starts, said = both_starts(tmp_path, monkeypatch, code, given)
    assert said in (None, starts)
