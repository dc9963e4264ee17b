"""Which settings classes a repository has."""

from __future__ import annotations

from pathlib import Path

from dotmac_lint.model.settings_found import find_settings
from dotmac_lint.workspace import Workspace


def test_classes_of_one_name_in_several_modules(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/__init__.py").write_text("")
    (tmp_path / "shop/base.py").write_text(
        "from pydantic_settings import BaseSettings\n\n\nclass Base(BaseSettings):\n    pass\n"
    )
    for module in ("web", "db"):
        (tmp_path / f"shop/{module}.py").write_text(
            "from shop.base import Base\n\n\n"
            f"class Settings(Base):\n    model_config = {{'env_prefix': '{module}_'}}\n\n    host: str\n"
        )
    found = {settings.path: settings for settings in find_settings(Workspace(tmp_path))}
    assert [field.names for field in found["shop/web.py"].fields] == [("WEB_HOST",)]
    assert [field.names for field in found["shop/db.py"].fields] == [("DB_HOST",)]
