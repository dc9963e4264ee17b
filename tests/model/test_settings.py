"""Settings in repositories: how their classes are found, what their defaults read, what changes them at run time."""

# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from dotmac_lint.known import Known, Unknown
from dotmac_lint.model.settings import SettingsClass
from dotmac_lint.model.settings_found import find_settings
from dotmac_lint.workspace import Workspace

SECTIONS = "from pydantic import BaseModel\n\nclass Database(BaseModel):\n    host: str = ''\n"
IMPORT = "from pydantic_settings import BaseSettings, SettingsConfigDict\n"
NESTED = "    model_config = SettingsConfigDict(env_nested_delimiter='__')\n"


def found(root: Path, files: dict[str, str]) -> dict[str, SettingsClass]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return {settings.qualified: settings for settings in find_settings(Workspace(root))}


def names(settings: SettingsClass) -> dict[str, str]:
    return {name: field.dotted for field in settings.fields for name in field.names}


# ---- finding


@pytest.mark.parametrize(
    "files",
    {
        "absolute": {
            "acme/__init__.py": "", "acme/parts.py": SECTIONS,
            "acme/settings.py": IMPORT + "from acme.parts import Database\n\nclass Settings(BaseSettings):\n" + NESTED
            + "    db: Database = Database()\n",
        },
        "relative": {
            "acme/__init__.py": "", "acme/parts.py": SECTIONS, "acme/core/__init__.py": "",
            "acme/core/settings.py": IMPORT + "from ..parts import Database\n\nclass Settings(BaseSettings):\n" + NESTED
            + "    db: Database = Database()\n",
        },
        "aliased": {
            "acme/__init__.py": "", "acme/parts.py": SECTIONS,
            "acme/settings.py": "import pydantic_settings as ps\nimport acme.parts as p\n\n"
            "class Settings(ps.BaseSettings):\n    model_config = ps.SettingsConfigDict(env_nested_delimiter='__')\n"
            "    db: p.Database = p.Database()\n",
        },
        "star": {
            "acme/__init__.py": "", "acme/parts.py": SECTIONS,
            "acme/settings.py": IMPORT + "from .parts import *\n\nclass Settings(BaseSettings):\n" + NESTED
            + "    db: Database = Database()\n",
        },
        "checking types": {
            "acme/__init__.py": "", "acme/parts.py": SECTIONS,
            "acme/settings.py": "from __future__ import annotations\nfrom typing import TYPE_CHECKING\n" + IMPORT
            + "if TYPE_CHECKING:\n    from acme.parts import Database\n\nclass Settings(BaseSettings):\n" + NESTED
            + "    db: Database\n",
        },
        "passed on": {
            "acme/__init__.py": "", "acme/parts/__init__.py": "from .database import Database as Database\n",
            "acme/parts/database.py": SECTIONS,
            "acme/settings.py": IMPORT + "from acme.parts import Database\n\nclass Settings(BaseSettings):\n" + NESTED
            + "    db: Database = Database()\n",
        },
        "in src": {
            "src/acme/__init__.py": "", "src/acme/parts.py": SECTIONS,
            "src/acme/settings.py": IMPORT + "from acme.parts import Database\n\nclass Settings(BaseSettings):\n" + NESTED
            + "    db: Database = Database()\n",
        },
        "in a monorepo": {
            "services/web/acme/__init__.py": "", "services/web/acme/parts.py": SECTIONS,
            "services/jobs/acme/__init__.py": "", "services/jobs/acme/parts.py": SECTIONS.replace("host", "other"),
            "services/web/acme/settings.py": IMPORT + "from acme.parts import Database\n\n"
            "class Settings(BaseSettings):\n" + NESTED + "    db: Database = Database()\n",
        },
        "without packages": {
            "app/parts.py": SECTIONS,
            "app/settings.py": IMPORT + "from parts import Database\n\nclass Settings(BaseSettings):\n" + NESTED
            + "    db: Database = Database()\n",
        },
        "imported by condition": {
            "acme/__init__.py": "", "acme/parts.py": SECTIONS,
            "acme/settings.py": "try:\n    from pydantic_settings import BaseSettings, SettingsConfigDict\n"
            "except ImportError:\n    from pydantic import BaseSettings\nfrom acme.parts import Database\n\n"
            "class Settings(BaseSettings):\n" + NESTED + "    db: Database = Database()\n",
        },
    }.items(),
    ids=lambda row: row[0],
)  # fmt: skip
def test_a_section_is_found_through_its_import(tmp_path: Path, files: tuple[str, dict[str, str]]) -> None:
    (settings,) = found(tmp_path, files[1]).values()
    assert names(settings) == {"DB": "db", "DB__HOST": "db.host"}
    assert settings.open == ()


@pytest.mark.parametrize(
    ("base", "imports", "written"),
    [
        (IMPORT + "class AcmeBase(BaseSettings):\n    a: int = 1\n", "from acme.base import AcmeBase", "AcmeBase"),
        (IMPORT + "class AcmeBase(BaseSettings):\n    a: int = 1\n", "from acme.base import AcmeBase as B", "B"),
        (IMPORT + "class AcmeBase(BaseSettings):\n    a: int = 1\n", "from acme import base as b", "b.AcmeBase"),
        (IMPORT + "class AcmeBase(BaseSettings):\n    a: int = 1\n", "from acme.base import *", "AcmeBase"),
        (IMPORT + "class AcmeBase(BaseSettings):\n    a: int = 1\nParent = AcmeBase\n", "from .base import Parent", "Parent"),
        ("from pydantic_settings import BaseSettings as Base\nclass AcmeBase(Base):\n    a: int = 1\n",
         "from acme.base import AcmeBase", "AcmeBase"),
    ],
)  # fmt: skip
def test_a_base_of_the_repository_makes_settings(
    tmp_path: Path, base: str, imports: str, written: str
) -> None:
    files = {
        "acme/__init__.py": "",
        "acme/base.py": base,
        "acme/config.py": f"{imports}\n\nclass Settings({written}):\n    b: int = 1\n",
    }
    classes = found(tmp_path, files)
    assert list(classes) == ["acme.config:Settings"]
    assert names(classes["acme.config:Settings"]) == {"A": "a", "B": "b"}


def test_several_classes_and_what_is_no_settings(tmp_path: Path) -> None:
    classes = found(
        tmp_path,
        {
            "acme/__init__.py": "",
            "acme/web.py": IMPORT
            + "class Web(BaseSettings):\n    a: int = 1\nclass Jobs(BaseSettings):\n    b: int = 1\n",
            "acme/models.py": "from pydantic import BaseModel\nclass User(BaseModel):\n    name: str\n",
            "acme/legacy.py": "from pydantic import BaseSettings\nclass Old(BaseSettings):\n    c = 1\n",
            "tests/test_web.py": IMPORT + "class Fake(BaseSettings):\n    d: int = 1\n",
            "acme/comment.py": "# BaseSettings is what others use\nclass Plain:\n    e: int = 1\n",
        },
    )
    assert list(classes) == ["acme.legacy:Old", "acme.web:Web", "acme.web:Jobs"]
    assert [s.model.version for s in classes.values()] == [1, 2, 2]


def test_a_base_from_elsewhere_makes_the_names_open(tmp_path: Path) -> None:
    text = (
        IMPORT
        + "from vendor.kit import KitMixin\n\nclass Settings(KitMixin, BaseSettings):\n    a: int = 1\n"
    )
    (settings,) = found(tmp_path, {"settings.py": text}).values()
    assert settings.open == ("the base class `KitMixin` of `Settings` is not in the repository",)
    assert settings.lookup("A").fields
    assert settings.lookup("OTHER").unknown == settings.open[0]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("    model_config = SettingsConfigDict(env_prefix=compute())\n", "`env_prefix` of `Settings` cannot be worked out"),
        ("    model_config = SettingsConfigDict(alias_generator=compute)\n", "the alias generator of `Settings` cannot be worked out"),
        ("    model_config = make_config()\n", "the configuration of `Settings` cannot be worked out"),
        ("    b: str = Field(alias=compute())\n", "the alias of `b` cannot be worked out"),
        ("    @classmethod\n    def settings_customise_sources(cls, s, init_settings, env_settings, *rest):\n"
         "        return init_settings, EnvSource(s), env_settings\n", "`Settings` has a source of its own"),
    ],
)  # fmt: skip
def test_what_is_beyond_static_reach_is_open_and_says_why(tmp_path: Path, body: str, why: str) -> None:
    text = (
        "import os\nfrom pydantic import Field\nfrom vendor import EnvSource\n"
        + IMPORT
        + "def compute(*a):\n"
        "    return os.environ['X'] + '_'\n\nclass Settings(BaseSettings):\n    a: int = 1\n" + body
    )
    (settings,) = found(tmp_path, {"settings.py": text}).values()
    assert why in settings.open
    if "make_config" in body:
        assert names(settings) == {}
    assert settings.lookup("NOTHING_LIKE_IT").unknown in settings.open


# ---- what defaults read


@pytest.mark.parametrize(
    ("default", "variables"),
    [
        ("os.getenv('A_URL')", ["A_URL"]),
        ("os.getenv('A_URL', 'x')", ["A_URL"]),
        ("os.environ.get('A_URL') or os.environ['B_URL']", ["A_URL", "B_URL"]),
        ("environ['A_URL']", ["A_URL"]),
        ("getenv(NAME)", ["CONSTANT_NAME"]),
        ("Field(default_factory=lambda: os.getenv('A_URL', 'x'))", ["A_URL"]),
        ("Field(default_factory=from_environment)", ["C_URL"]),
        ("Field(os.getenv('A_URL'), alias='ALIAS')", ["A_URL"]),
        ("int(os.getenv('A_URL', '3'))", ["A_URL"]),
        ("os.getenv('A_URL', '').split(',')", ["A_URL"]),
        ("f\"{os.getenv('A_URL')}/x\"", ["A_URL"]),
        ("'on' if os.getenv('A_URL') == '1' else 'off'", ["A_URL"]),
        ("MODULE_LEVEL", ["D_URL"]),
    ],
)
def test_a_default_that_reads_the_environment(tmp_path: Path, default: str, variables: list[str]) -> None:
    text = (
        "import os\nfrom os import environ, getenv\nfrom pydantic import Field\n"
        + IMPORT
        + "NAME = 'CONSTANT_NAME'\n"
        "MODULE_LEVEL = os.getenv('D_URL')\ndef from_environment():\n    return os.environ['C_URL']\n\n"
        f"class Settings(BaseSettings):\n    url: str = {default}\n"
    )
    (settings,) = found(tmp_path, {"settings.py": text}).values()
    (field,) = settings.fields
    assert [name for name, _ in field.reads] == variables
    assert isinstance(field.default, Unknown)
    assert all(settings.lookup(name).fields == (field,) for name in variables)
    for name, span in field.reads:
        if name != "CONSTANT_NAME":
            assert name in text[span.start : span.end]


# ---- what changes at run time

SETTINGS = (
    "from pydantic import BaseModel\n" + IMPORT + "class Jwt(BaseModel):\n    secret_key: str = ''\n    ttl: int = 1\n\n"
    "class Settings(BaseSettings):\n    jwt: Jwt = Jwt()\n    name: str = ''\n    debug: bool = False\n\n"
    "settings = Settings()\n\ndef get_settings() -> Settings:\n    return settings\n"
)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("from acme.settings import settings\nsettings.name = 'x'\n", {"name"}),
        ("from acme.settings import settings\nsettings.jwt.secret_key = 'x'\n", {"jwt.secret_key"}),
        ("from acme import settings as module\nmodule.settings.jwt.ttl = 3\n", {"jwt.ttl"}),
        ("from acme.settings import settings\nsetattr(settings, 'name', 'x')\n", {"name"}),
        ("from acme.settings import settings\nsetattr(settings.jwt, 'secret_key', 'x')\n", {"jwt.secret_key"}),
        ("from acme.settings import settings\nobject.__setattr__(settings, 'name', 'x')\n", {"name"}),
        ("from acme.settings import Settings\ndef load(cfg: Settings):\n    cfg.jwt.secret_key = 'x'\n", {"jwt.secret_key"}),
        ("from acme.settings import get_settings\ndef load():\n    s = get_settings()\n    s.name = 'x'\n", {"name"}),
        ("from acme.settings import get_settings\ndef load():\n    get_settings().name = 'x'\n", {"name"}),
        ("from acme.settings import settings\ndef load(d):\n    for k, v in d.items():\n        setattr(settings.jwt, k, v)\n",
         {"jwt.secret_key", "jwt.ttl"}),
        ("def load():\n    from acme.settings import settings\n    settings.debug = True\n", {"debug"}),
        ("from acme.settings import settings\nprint(settings.name == 'x', settings.jwt.ttl)\n", set()),
        ("class Other:\n    pass\nother = Other()\nother.name = 'x'\n", set()),
    ],
)  # fmt: skip
def test_assignments_to_settings(tmp_path: Path, code: str, changed: set[str]) -> None:
    files = {"acme/__init__.py": "", "acme/settings.py": SETTINGS, "acme/start.py": code}
    settings = found(tmp_path, files)["acme.settings:Settings"]
    assert {path for path, _ in settings.changes} == changed
    assert {at.path for _, at in settings.changes} <= {"acme/start.py"}


def test_a_method_of_the_settings_changes_itself(tmp_path: Path) -> None:
    text = SETTINGS.replace(
        "debug: bool = False\n", "debug: bool = False\n    def load(self):\n        self.name = 'x'\n"
    )
    settings = found(tmp_path, {"acme/settings.py": text})
    assert {path for s in settings.values() for path, _ in s.changes} == {"name"}


def test_vault_paths_of_a_mapping_given_to_a_loader(tmp_path: Path) -> None:
    loader = (
        "from acme.settings import settings\nfrom acme.vault import client\n\n"
        "SECRETS = {\n    'jwt.secret_key': 'auth/jwt_secret',\n    'name': 'app/name',\n}\n\n"
        "def load_secrets(settings):\n    for path, secret in SECRETS.items():\n"
        "        set_by_path(settings, path, client.read(secret))\n"
    )
    files = {"acme/__init__.py": "", "acme/settings.py": SETTINGS, "acme/secrets.py": loader}
    settings = found(tmp_path, files)["acme.settings:Settings"]
    assert [(path, secret) for path, secret, _ in settings.vault_paths] == [
        ("jwt.secret_key", "auth/jwt_secret"),
        ("name", "app/name"),
    ]
    (_, _, at) = settings.vault_paths[0]
    assert loader[at.start : at.end].strip("'") == "jwt.secret_key"
    assert "jwt.secret_key" in {path for path, _ in settings.changes}


# ---- values


def test_a_default_of_a_section_is_that_of_its_object(tmp_path: Path) -> None:
    text = SETTINGS.replace("jwt: Jwt = Jwt()", "jwt: Jwt = Jwt(ttl=30)")
    settings = found(tmp_path, {"settings.py": text})["settings:Settings"]
    field = settings.by_path["jwt", "ttl"]
    assert (field.default, field.class_default) == (Known(30), Known(1))


@pytest.mark.parametrize("depth", [3, 40])
def test_a_model_that_holds_itself_ends(tmp_path: Path, depth: int) -> None:
    text = (
        "from typing import Optional\nfrom pydantic import BaseModel\n" + IMPORT + "class Node(BaseModel):\n"
        + "".join(f"    n{i}: Optional['Node'] = None\n" for i in range(depth))
        + "\nclass Settings(BaseSettings):\n" + NESTED + "    node: Node = Node()\n"
    )  # fmt: skip
    (settings,) = found(tmp_path, {"settings.py": text}).values()
    assert len(settings.fields) <= 5_000


def test_a_configuration_that_needs_itself_is_open(tmp_path: Path) -> None:
    text = (
        IMPORT + "class One(BaseSettings):\n    model_config = Two.model_config | {'env_prefix': 'X_'}\n    a: int = 1\n"
        "class Two(BaseSettings):\n    model_config = {**One.model_config}\n    b: int = 1\n"
    )  # fmt: skip
    assert all(settings.open for settings in found(tmp_path, {"settings.py": text}).values())


@pytest.mark.parametrize(
    ("sources", "files"),
    [
        ("return init_settings, env_settings, dotenv_settings", (".env",)),
        ("return init_settings, env_settings", ()),
        ("return env_settings, DotEnvSettingsSource(settings_cls, env_file=find())", None),
    ],
)
def test_sources_tell_whether_env_files_are_read(
    tmp_path: Path, sources: str, files: tuple[str, ...] | None
) -> None:
    text = (
        "from pydantic_settings import DotEnvSettingsSource\n" + IMPORT + "class Settings(BaseSettings):\n"
        "    model_config = SettingsConfigDict(env_file='.env')\n    a: int = 1\n    @classmethod\n"
        "    def settings_customise_sources(cls, settings_cls, init_settings, env_settings, dotenv_settings, **rest):\n"
        f"        {sources}\n"
    )  # fmt: skip
    (settings,) = found(tmp_path, {"settings.py": text}).values()
    assert settings.env_files == files
    assert settings.open == ()


def test_mappings_that_double_end(tmp_path: Path) -> None:
    text = IMPORT + "a0 = {'extra': 'ignore'}\n"
    text += "".join(f"a{n} = {{**a{n - 1}, **a{n - 1}}}\n" for n in range(1, 60))
    text += "class Settings(BaseSettings):\n    model_config = {**a59}\n    a: int = 1\n"
    (settings,) = found(tmp_path, {"settings.py": text}).values()
    assert settings.open[0] == "the configuration of `Settings` cannot be worked out"
