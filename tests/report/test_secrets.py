"""No secret is printed, and what is none is not hidden."""

from __future__ import annotations

import pytest

from dotmac_lint.config import FORMATS
from dotmac_lint.diagnostic import Diagnostic, Label, Severity
from dotmac_lint.fix import Edit, Fix
from dotmac_lint.registry import Rule
from dotmac_lint.report import Report, render
from dotmac_lint.report.secrets import MASK, Masked, is_secret_name, mask_message, mask_secrets, visible
from dotmac_lint.source import SourceFile, Span


class Example(Rule):
    code = "DM999"
    name = "example"
    severity = Severity.ERROR
    since = "0.1.0"


@pytest.mark.parametrize(
    "line, masked",
    [
        # what is interpolated is no literal
        ("JWT_SECRET: ${JWT_SECRET}", None),
        ("  - JWT_SECRET=${JWT_SECRET:?must be set}", None),
        ("POSTGRES_PASSWORD=$DB_PASSWORD", None),
        ('PASSWORD: "{{ vault_password }}"', None),
        ("DATABASE_URL: postgres://app:${DB_PASSWORD}@db/app", None),
        ("export TOKEN=$(cat /run/token)", None),
        ('secret_key: str = Field("", description="The key that signs tokens")', None),
        # literals
        ("JWT_SECRET: hunter2", "JWT_SECRET: ***"),
        ("JWT_SECRET: correct horse battery # why", "JWT_SECRET: *** # why"),
        ('  - "POSTGRES_PASSWORD=hunter2"', '  - "POSTGRES_PASSWORD=***"'),
        ("POSTGRES_PASSWORD='a b c'", "POSTGRES_PASSWORD='***'"),
        ('"api_key": "abc", "name": "x"', '"api_key": "***", "name": "x"'),
        ("environment: {JWT_SECRET: hunter2, LOG: x}", "environment: {JWT_SECRET: ***, LOG: x}"),
        ("ENV A_TOKEN=x B=1 B_SECRET=yy", "ENV A_TOKEN=*** B=1 B_SECRET=***"),
        ("ENV DB_PASSWORD hunter2", "ENV DB_PASSWORD ***"),
        ("DB_PASS=hunter2", "DB_PASS=***"),
        ("APP_KEY=base64:abc", "APP_KEY=***"),
        ("JWT_SECRET: ${JWT_SECRET:-hunter2}", "JWT_SECRET: ${JWT_SECRET:-***}"),
        ("JWT_SECRET: pre${JWT_SECRET}post", "JWT_SECRET: ***${JWT_SECRET}***"),
        ("JWT_SECRET: $$pre-$$post", "JWT_SECRET: ***"),
        ("URL: postgres://a:${DB_PASSWORD:-hunter2}@db", "URL: postgres://a:${DB_PASSWORD:-***}@db"),
        (
            "URL: postgres://${A:-b}:${DB_PASSWORD:-hunter2}@db",
            "URL: postgres://${A:-b}:${DB_PASSWORD:-***}@db",
        ),
        ("REDIS_URL=redis://:hunter2@redis:6379/0", "REDIS_URL=redis://:***@redis:6379/0"),
        ("url: amqp://guest:gu/est@mq:5672//", "url: amqp://guest:***@mq:5672//"),
        (
            "command: redis-server --requirepass hunter2 --port 1",
            "command: redis-server --requirepass *** --port 1",
        ),
        ("mysql --password=hunter2 -h db", "mysql --password=*** -h db"),
        ("curl -H 'Authorization: Bearer abcdefgh12345'", "curl -H 'Authorization: *** ***'"),
        ("VAULT: hvs.CAESIJabcdefghijklmnop", "VAULT: ***"),
        # Python
        ('    secret_key: str = "hunter2"', '    secret_key: str = "***"'),
        ('    secret_key: SecretStr = SecretStr("hunter2")', '    secret_key: SecretStr = SecretStr("***")'),
        (
            '    secret_key: str = Field("hunter2", alias="JWT_SECRET", description="Signs tokens")',
            '    secret_key: str = Field("***", alias="JWT_SECRET", description="Signs tokens")',
        ),
        (
            '    secret_key: str = Field(default="hunter2", alias="JWT_SECRET")',
            '    secret_key: str = Field(default="***", alias="JWT_SECRET")',
        ),
        ('key = os.getenv("SECRET_KEY", "hunter2")', 'key = os.getenv("SECRET_KEY", "***")'),
        ('SECRET_KEY = "hunter2"', 'SECRET_KEY = "***"'),
        ("    secret_key: str = Field(...)", None),
        ("    password: SecretStr | None = None", None),
        ('token = os.environ["TOKEN"]', None),
        ('token = os.getenv("TOKEN")', None),
        # named like secrets, and none
        ("SECRET_FILE: /run/secrets/x", None),
        ("TOKEN_TTL: 3600s", None),
        ("ACCESS_TOKEN_EXPIRE_MINUTES=300000", None),
        ("AWS_ACCESS_KEY_ID=abc", None),
        ("PASSWORD_MIN_LENGTH: 12345", None),
        ("PWD=/app", None),
        ("VAULT_TOKEN: ", None),
        ("ENABLE_TOKENS: everything", None),
        ("PASSWORD: true", None),
        ("image: registry:5000/app@sha256:abc", None),
        ("secrets:", None),
        ("POSTGRES_USER: app", None),
        ("", None),
    ],
)
def test_lines(line: str, masked: str | None) -> None:
    assert mask_secrets(line) == (line if masked is None else masked)


def test_names() -> None:
    assert is_secret_name("DATABASE__PASSWORD")
    assert is_secret_name("minio.secret-key")
    assert not is_secret_name("DATABASE__HOST")
    assert not is_secret_name("LLM_MAX_TOKENS")
    assert not is_secret_name("MYSQL_ALLOW_EMPTY_PASSWORD")
    assert not is_secret_name("GAME_TOKEN_ADDRESS")
    assert not is_secret_name("REFRESH_TOKEN_TTL_SEC")
    assert not is_secret_name("JWT_SECRET_MAX_AGE")
    assert not is_secret_name("CORS_ALLOW_CREDENTIALS")


def test_columns_after_and_inside_a_mask() -> None:
    line = "A_SECRET=hunter2 B=1"
    masked = Masked(line)
    assert masked.text == f"A_SECRET={MASK} B=1"
    assert masked.text[masked.column(line.index("B=")) :] == "B=1"
    inside = line.index("nter")
    assert masked.text[masked.column(inside) : masked.column(inside + 2, end=True)] == MASK
    assert masked.column(9) == 9
    assert masked.column(len(line)) == len(masked.text)


def test_control_characters_are_seen() -> None:
    assert visible("a\x1b[31mb\u202ec\udc80\r") == "a\\x1b[31mb\\u202ec\\udc80\\x0d"
    assert visible("tab\tand é 漢") == "tab\tand é 漢"


@pytest.mark.parametrize("output_format", FORMATS)
def test_no_format_prints_a_secret(output_format: str) -> None:
    text = "a: 1\nJWT_SECRET: hunter2\nTLS_PRIVATE_KEY: |\n  hunter3\n\n  hunter4\nb: 2\n"
    source = SourceFile("compose.yaml", text)
    whole = Span("compose.yaml", 0, len(text))
    finding = Diagnostic(
        "DM999",
        "example",
        Severity.ERROR,
        "`JWT_SECRET: hunter2` and DB_PASSWORD=hunter5 in postgres://app:hunter6@db/app.",
        whole,
        related=(Label(whole, "see `API_KEY=hunter7`"), Label(Span("compose.yaml", 5, 23), "here")),
        help="Use redis://:hunter8@cache instead of ${DB_PASSWORD:-hunter9}.",
        fix=Fix("Set `A_SECRET=hunter10`", (Edit(whole, "x: y\nA_SECRET: hunter11\n"),)),
        key="JWT_SECRET",
    )
    rendered = render(Report([finding], {"compose.yaml": source}.get, str, {"DM999": Example}), output_format)
    assert "hunter" not in rendered
    if output_format == "json":
        assert '"display-only"' in rendered


def test_sentences_without_secrets_stay() -> None:
    for text in (
        "Service `app` sets `JWT_SECRET`, but nothing reads it: rename it to `JWT__SECRET_KEY`.",
        "Set `SECRET_KEY: ${SECRET_KEY:?must be set}` for the service.",
        "The guard says: password must be set; token = required.",
        'Set `VAULT__ENABLED: "true"` for the service.',
    ):
        assert mask_message(text) == text


@pytest.mark.parametrize(
    "text",
    ["A_SECRET=" * 500, "x_" * 20000, "://:" * 5000, '"' * 9000, "${A_KEY:-" * 3000, '"token" = [' * 900],
)
@pytest.mark.usefixtures("takes_no_time")
def test_hostile_lines_take_no_time(text: str) -> None:
    mask_secrets(text)
