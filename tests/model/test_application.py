"""Which applications a repository has, however they are made."""

from __future__ import annotations

from pathlib import Path

import pytest

from dotmac_lint.model.application import find_applications
from dotmac_lint.workspace import Workspace


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"shop/main.py": "app = FastAPI()\n"}, {("asgi", "shop.main:app")}),
        ({"shop/main.py": "api: Flask = flask.Flask(__name__)\n"}, {("wsgi", "shop.main:api")}),
        ({"shop/tasks.py": "queue = Celery('shop')\n"}, {("celery", "shop.tasks:queue")}),
        (
            {
                "shop/main.py": "def build(debug=bool(0)) -> FastAPI:\n    return make(debug)\n\n\napp = build()\n"
            },
            {("asgi", "shop.main:app")},
        ),
        (
            {
                "shop/factory.py": "def build():\n    made = Flask(__name__)\n\n    return made\n\nx = 1\n",
                "shop/wsgi.py": "from .factory import build\n\napplication = build()\n",
            },
            {("wsgi", "shop.wsgi:application")},
        ),
        # It makes one for itself, and returns none; a name inside a function is no module's.
        (
            {"shop/main.py": "def check():\n    app = FastAPI()\n    print(app)\n\n\nresult = check()\n"},
            set(),
        ),
        ({"tests/test_main.py": "app = FastAPI()\n"}, set()),
    ],
)
def test_applications(tmp_path: Path, files: dict[str, str], expected: set[tuple[str, str]]) -> None:
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
        (tmp_path / path).with_name("__init__.py").touch()
    assert {(a.kind, a.target) for a in find_applications(Workspace(tmp_path))} == expected
