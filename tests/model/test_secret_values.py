"""Which literals look like secrets that open something."""

from __future__ import annotations

import pytest

from dotmac_lint.model.secret_values import is_real_secret


@pytest.mark.parametrize(
    "value",
    [
        "kT4vQ9zLm2Xw8RbN6yHc",
        "9fQzT2xVb7LmK4wRc8Np+/==",
        "base64:9fQzT2xVb7LmK4wRc8Np+/==",
        "gh" + "p_Zx81mQvT40sLkWbn27YcRd93HqMzXw5VbTn6",
        "AK" + "IA2X7QJ4M9ZT5RLVWB",
        "https://discord.com/api/web" + "hooks/873950261746028351/" + "kT4vQ9zLm2Xw8RbN6yHc" * 3 + "Zx81mQvT",
        "https://hooks.sla" + "ck.com/services/T7QJ4M9ZT5R/B2X7QJ4M9ZT/kT4vQ9zLm2Xw8RbN6yHcZx81",
        "583920174" + "6:AAkT4vQ9zLm2Xw8RbN6yHcZx81mQvT40sLk",
    ],
)
def test_what_a_generator_made(value: str) -> None:
    assert is_real_secret(value)


@pytest.mark.parametrize(
    "value",
    [
        "", "postgres", "changeme", "supersecretpassword123", "your-api-key-goes-here-1234", "${SECRET_KEY}",
        "django-insecure-9fQzT2xVb7LmK4wRc8Np", "<generate with openssl rand -hex 32>", "/run/secrets/db1",
        "AK" + "IAIOSFODNN7EXAMPLE", "minioadmin12345678", "staging-jwt-change-me-0123456789", "aaaaaaaaaaaaaaaaaaa1",
        "{{ vault_password_9fQzT2xVb7 }}", "eu-central-1.compute.internal", "shop_oauth2_state",
        "__DB_PASSWORD_9fQzT2xVb7__", "/crypto/org-7x/key1.pem", "harbour-tls-2031x7.key", "smtp://mailhog4:1025",
        "https://discord.com/api/webhooks/123456789012345678/your-webhook-token",
        "https://hooks.slack.com/services/YOUR/SLACK/WEBHOOK",
        "base64:SET_THE_GENERATED_KEY1", "harbour-tide-spice-2031",
    ],
)  # fmt: skip
def test_what_stands_for_one(value: str) -> None:
    assert not is_real_secret(value)
