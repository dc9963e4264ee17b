"""What others' programs read and do, as tables with their sources; and the files that fixes create."""

from __future__ import annotations

import pkgutil
from typing import Any


def text(name: str) -> str:
    return (pkgutil.get_data(__name__, name) or b"").decode()


def table(name: str) -> dict[str, Any]:
    import tomllib

    return tomllib.loads(text(f"{name}.toml"))
