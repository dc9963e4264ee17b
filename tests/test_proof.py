"""The example deployment, before and after --fix, against the real Compose and the real pydantic-settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import settings_proof

pytest.importorskip("pydantic_settings")

EXAMPLE = Path(__file__).parents[1] / "examples" / "acme-platform"
SHOWN = [
    "vault.enabled",
    "database.database",
    "database.username",
    "jwt.secret_key",
    "observability.log_level",
]
REFUSAL = "Vault must be enabled in production: set VAULT__ENABLED=true"
HOST = {
    "SECRET_KEY": "s" * 40,
    "JWT_SECRET": "j" * 40,
    "POSTGRES_PASSWORD": "p",
    "VAULT_TOKEN": "t",
}


def _look(folder: Path) -> dict[str, Any]:
    given = settings_proof.environment(folder, "docker-compose.production.yml", "app", HOST)
    target = "acme.platform.settings:Settings"
    return settings_proof.settings(folder, "src", target, given, SHOWN, ["validate_production"])


@pytest.mark.skipif(not settings_proof.COMPOSE.exists(), reason="the real Compose is not installed")
def test_the_fixes_are_what_the_real_library_needs(tmp_path: Path) -> None:
    assert _look(EXAMPLE) == {
        "vault.enabled": False,
        "database.database": "acme",
        "database.username": "acme",
        "jwt.secret_key": "",
        "observability.log_level": "INFO",
        "validate_production()": f"raises ValueError: {REFUSAL}",
    }
    fixed = settings_proof.fixed_copy(EXAMPLE, tmp_path, "--unsafe-fixes")
    assert _look(fixed) == {
        "vault.enabled": True,
        "database.database": "acme_prod",
        "database.username": "acme_owner",
        "jwt.secret_key": "j" * 40,
        "observability.log_level": "info",
        "validate_production()": "passes",
    }
