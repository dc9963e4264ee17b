"""Secrets planted wherever a repository may hold one: no output of any command shows a single one of them."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path

import pytest

from dotmac_lint.config import FORMATS
from dotmac_lint.report.secrets import mask_secrets, secret_lines
from tests.cli.conftest import Run

MARK = "Zq7planted"
"""Stands in each secret, whose number says where it was planted; `@@` in the files below is one."""

FILES = {
    "compose.yaml": """\
x-keys: &keys
  SHARED_SECRET: @@
services:
  api:
    build:
      context: .
      args:
        NPM_TOKEN: @@
        BUILD_ARG: ${REGISTRY_PASSWORD:-@@}
    command: ["serve", "--token", "@@", "--api-key=@@", "-c", "settings/missing.toml"]
    env_file: [.env.api, .env.missing]
    labels:
      com.acme.api_key: @@
      traefik.http.middlewares.auth.basicauth.users: "admin:$$apr1$$@@"
    healthcheck:
      test: ["CMD-SHELL", "curl -f -u admin:@@ -H 'Authorization: Bearer @@' http://localhost:9999/health"]
    environment:
      <<: *keys
      ENVIRONMENT: production
      DATABASE__PASSWROD: @@
      DATABASE__PASSWORD: @@
      DATABASE_URL: postgresql://app:@@@dbs:5433/app
      BROKER_URL: amqp://guest:@@@queue:5672//
      SIGNING_KEY: @@
      SIGNIN_KEY: @@
      WORKER_TOKEN_COUNT: many
      ACCESS_TOKEN: "@@"
      POOL_PASSWORD: '@@'
      DEFAULTED_TOKEN: ${DEFAULTED_TOKEN:-@@}
      REQUIRED_SECRET: ${REQUIRED_SECRET:?}
      ISSUER_URL: ${ISSUER_URL:-https://api:@@@issuer.example}
      JSON_SETTINGS: '{"api_key": "@@", "port": "x"}'
      CERTIFICATE_PRIVATE_KEY: |
        -----BEGIN PRIVATE KEY-----
        @@
        @@
        -----END PRIVATE KEY-----
    volumes: ["./conf/app.conf:/etc/app.conf:ro"]
    configs: [app]
    depends_on: [db, cache]
  db:
    image: postgres:17
    environment:
      - POSTGRES_PASSWORD=@@
      - POSTGRES_USER=owner
    healthcheck:
      test: ["CMD", "psql", "postgresql://owner:@@@localhost/app"]
  cache:
    image: redis:7
    command: redis-server --requirepass @@ --maxmemory 1gb
    healthcheck:
      test: redis-cli -a @@ ping
  queue:
    image: rabbitmq:4
    environment: {RABBITMQ_DEFAULT_PASS: @@, RABBITMQ_DEFAULT_USER: guest}
  vault:
    image: hashicorp/vault:1.17
    command: server -dev -dev-root-token-id=@@
    environment:
      VAULT_DEV_ROOT_TOKEN_ID: @@
      VAULT_TOKEN: hvs.@@
configs:
  app:
    content: |
      [db]
      password = @@
      url = postgresql://app:@@@db/app
""",
    "compose.production.yaml": """\
services:
  api:
    environment:
      SIGNING_KEY: @@
      DATABASE__PASSWORD: @@
      SIGNING_SECERT: @@
    volumes: ["./missing.conf:/etc/x.conf", "./src:/srv/src"]
  vault:
    command: ["server", "-dev", "-dev-root-token-id", "@@"]
""",
    "compose.tools.yaml": """\
services:
  tool:
    build:
      dockerfile_inline: |
        FROM alpine
        ENV TOOL_TOKEN=@@
        RUN wget --header "Authorization: Bearer @@" http://x
    environment:
      - ADMIN_TOKEN=@@
      - EMPTY_TOKEN
    secrets: [session_key, other]
    extra_hosts: {db: 10.0.0.1}
    entrypoint: sh -c "login --password @@ && exec tool --api-key '@@'"
    ports: ["5000:5000", "5000:5001"]
secrets:
  session_key: {file: ./secrets/session_key.txt}
  other: {environment: OTHER_SECRET}
""",
    "Dockerfile": """\
FROM python:3.12
ARG NPM_TOKEN=@@
ARG DB_PASSWORD=@@
ENV API_KEY=@@ \\
    OTHER_SECRET="@@"
ENV LEGACY_PASSWORD @@
RUN curl -H "Authorization: Bearer @@" https://packages.example/x
RUN pip install --extra-index-url https://reader:@@@packages.example/simple app
RUN echo "//registry.example/:_authToken=@@" > .npmrc
COPY src /srv/src
COPY missing.sh /srv/
COPY .env.api id_rsa /srv/
RUN <<EOT
export DEPLOY_TOKEN=@@
curl -u deploy:@@ https://packages.example
EOT
HEALTHCHECK CMD curl -H "Authorization: Bearer @@" http://localhost:9999
COPY entrypoint.sh /
ENTRYPOINT ["/entrypoint.sh", "--password", "@@"]
CMD ["python", "-m", "app.main", "--secret=@@"]
""",
    "entrypoint.sh": """\
export PGPASSWORD=@@
psql "postgresql://u:@@@db/app" -c 'select 1'
if [ "$ADMIN_TOKEN" = "@@" ]; then exit 1; fi
exec "$@"
""",
    "id_rsa": "-----BEGIN OPENSSH PRIVATE KEY-----\n@@\n-----END OPENSSH PRIVATE KEY-----\n",
    ".env": "REGISTRY_PASSWORD=@@\nUNUSED_SECRET=@@\nexport QUOTED_TOKEN='@@'\n",
    ".env.api": "API_TOKEN=@@\nSIGNING_KEY=@@\nBROKER_URL=amqp://u:@@@queue:5672\n",
    ".env.example": "SIGNING_KEY=@@\nDATABASE__PASSWORD=@@\nEXAMPLE_ONLY_SECRET=@@\nOLD_TOKEN=@@\n",
    "src/app/__init__.py": "",
    "src/app/settings.py": """\
from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_SECRET = "@@"


class Database(BaseModel):
    password: str = "@@"
    port: int = 5432


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__", env_file=".env", extra="forbid")
    environment: str = "development"
    database: Database = Database()
    database_url: str = "postgresql://app:@@@db/app"
    broker_url: str = "amqp://guest:@@@queue//"
    signing_key: str = DEFAULT_SECRET
    shared_secret: SecretStr = SecretStr("@@")
    worker_token_count: int = 1
    access_token: str = Field("@@", min_length=500)
    pool_password: str = Field(default="@@", pattern="^[0-9]+$")
    defaulted_token: int = 0
    unset_token: str
    fallback_api_key: str = "@@"

    @field_validator("signing_key")
    @classmethod
    def long(cls, value: str) -> str:
        if len(value) < 100:
            raise ValueError(f"{value} is short, {DEFAULT_SECRET} is the default")
        return value

    @model_validator(mode="after")
    def check(self):
        if self.environment == "production" and self.database.password != "@@":
            raise ValueError(f"the password {self.database.password} of {self.database_url} is wrong")
        return self

    def ensure_safe(self) -> None:
        if self.fallback_api_key == "@@":
            raise RuntimeError("the key " + self.fallback_api_key + " and " + self.broker_url)


settings = Settings()
""",
    "secrets/session_key.txt": "@@\n",
    "config.yaml": "api:\n  password: @@\n  url: amqp://u:@@@queue\n",
    "deploy.sh": """\
#!/bin/sh
SIGNING_KEY=@@ docker compose -f compose.yaml -f compose.production.yaml up -d
docker compose -f compose.tools.yaml run -e ADMIN_TOKEN=@@ tool --password @@
vault kv put secret/app password=@@
docker login -u ci -p @@ registry.example
""",
    "Makefile": """\
ADMIN_TOKEN = @@
up:
\tDB_PASSWORD=@@ docker compose -f compose.yaml up -d --build
tool:
\tdocker compose -f compose.tools.yaml up -d nothere
""",
    ".github/workflows/ci.yml": """\
jobs:
  test:
    env:
      SIGNING_KEY: @@
    steps:
      - run: DATABASE_URL=postgresql://u:@@@localhost/app docker compose -f compose.yaml up -d
        env: {API_TOKEN: @@}
""",
    "src/app/index.js": 'const token = process.env.JS_TOKEN || "@@";\n',
    "src/app/main.py": """\
import os

from app.settings import settings

TOKEN = os.getenv("MAIN_TOKEN", "@@")
PASSWORD = os.environ.get("MAIN_PASSWORD", default="@@")
settings.ensure_safe()
""",
    "vault/policies/app.hcl": """\
# token: @@
path "secret/data/app" {
  capabilities = ["raed"]
  allowed_parameters = { "password" = ["@@"] }
}
path "secrets/data/app/*" { capabilities = ["read", "sudo"] }
""",
    "docs/settings.md": """\
| Variable | Setting | Type | Default | Required | Description | Declared in |
|---|---|---|---|---|---|---|
| `SIGNING_KEY` | `signing_key` | `str` | `@@` |  | secret=@@, or api_key=@@ | `src/app/settings.py` |
| `UNSET_TOKEN` | `unset_token` | `str` | `@@` | yes |  | `src/app/settings.py` |
| `DATABASE_URL` | `database_url` | `str` | `postgresql://app:@@@db/app` |  |  | `src/app/settings.py` |
| `ENVIRONMENT` | `environment` | `str` | `redis://:@@@cache` |  | token=@@ | `src/app/settings.py` |
""",
    "README.md": """\
# Setup

```sh
export SIGNING_KEY=@@
export SIGNNG_KEY=@@
docker run -e DATABASE__PASSWORD=@@ -e API_SECRET_KEY="@@" acme
curl -H "Authorization: Bearer @@" http://localhost:8000
docker compose -f compose.yaml -f compose.production.yaml up -d missing-service
```

| Variable | Default |
|---|---|
| `SIGNING_KEY` | `@@` |
| `OLD_API_KEY` | `@@` |
""",
}


CHECKED = (".env", ".env.api", ".env.example", "README.md", "docs/settings.md")
WHOLE = {"secrets/session_key.txt"}
"""A secret as a whole, of which no line is shown."""
BROKEN = {
    "compose.yaml": "services:\n  api:\n    environment:\n      API_TOKEN: @@\n     DB_PASSWORD: '@@\n",
    "compose.production.yaml": "services:\n  api:\n    environment: [API_TOKEN=@@, {A_SECRET: @@}]\n    ports: @@\n",
    "Dockerfile": "FROM python:3.12\nENV API_TOKEN\nARG\nPASSWORD=@@ RUN x\nHEALTHCHECK --secret=@@\n",
    ".env": "API_TOKEN='@@\nB_SECRET = \"@@\n=@@\nC_TOKEN @@\n",
    ".env.example": 'API_TOKEN="@@\n- DB_PASSWORD: @@\n',
    "src/app/settings.py": "SECRET_KEY = '@@\nclass Settings(BaseSettings: token: str = '@@'\n",
    "entrypoint.sh": "export API_TOKEN='@@\nif [ $PASSWORD = @@ \n",
    "vault/policies/app.hcl": 'token = "@@\npath secret/@@ {\n  password = @@\n',
    "pyproject.toml": '[tool.dotmac-lint]\napi_token = "@@"\n',
    "config.yaml": "password: '@@\n",
}
"""Files that cannot be read: what is wrong is said without what stands there."""


class Plant:
    """Puts secrets in the places that texts leave for them, each with a number of its own."""

    def __init__(self) -> None:
        self.number = count(100)

    def write(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(re.sub("@@", lambda _: f"{MARK}{next(self.number)}x9Kf", text), "utf-8")


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    plant = Plant()
    for name, text in FILES.items():
        plant.write(tmp_path / name, text)
    (tmp_path / "pyproject.toml").write_text("[tool.dotmac-lint]\npreview = true\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def leaks(output: str) -> list[str]:
    return [line for line in output.splitlines() if MARK in line]


def test_whatever_line_is_shown_hides_it() -> None:
    for name, text in FILES.items():
        filled = text.replace("@@", MARK + "1x9Kf")
        hidden = secret_lines(filled)
        for number, line in enumerate(filled.splitlines(), 1):
            assert name in WHOLE or number in hidden or MARK not in mask_secrets(line), (name, line)


@pytest.mark.parametrize("name", FORMATS)
def test_no_report_shows_one(name: str, planted: Path, run: Run) -> None:
    asked = ("--output-format", name, "--statistics")
    first, again = run(*asked, "--output-file", "../report"), run(*asked)
    assert first.exit_code == again.exit_code == 1, first.output
    report = (planted / "../report").read_text("utf-8")
    assert len(report) > 2000
    assert again.stdout == report, "from the cache"
    told = run(*asked, "--no-cache", "--timings", "--verbose", "compose.yaml", "src").output
    assert not leaks(report + first.output + again.output + told)


@pytest.mark.parametrize("name", BROKEN)
def test_no_complaint_about_a_file_shows_one(name: str, planted: Path, run: Run) -> None:
    Plant().write(planted / name, BROKEN[name])
    said = [run("--verbose", "--output-format", form).output for form in ("full", "json", "github")]
    said += [
        run(*arguments).output for arguments in (("start", "api"), ("env", "api"), ("env",), ("deployments",))
    ]
    assert not leaks("".join(said))


def test_no_command_shows_one(planted: Path, run: Run) -> None:
    said = {}
    for arguments in (
        ("--diff", "--unsafe-fixes", "--exit-zero"),
        ("rule",),
        ("rule", "DM032"),
        ("deployments",),
        ("deployments", "--format", "json"),
        *(("env", "--format", form) for form in ("table", "markdown", "json", "dotenv")),
        *(("env", "--check", document) for document in CHECKED),
        *(
            (command, service, *options)
            for command in ("env", "start")
            for service in ("api", "db", "vault", "tool")
            for options in ((), ("--format", "json"), ("--deployment", "default"))
        ),
    ):
        said[arguments] = run(*arguments).output
    said["fix",] = run("--fix", "--unsafe-fixes", "--exit-zero").output
    said["clean",] = run("clean").output
    assert not {arguments: found for arguments, output in said.items() if (found := leaks(output))}
    assert not [arguments for arguments, output in said.items() if len(output) < 40]


@pytest.mark.parametrize("example", [True, False])
@pytest.mark.parametrize("name", ["default", "production", "tools"])
def test_no_env_file_that_is_made_holds_one(name: str, example: bool, planted: Path, run: Run) -> None:
    """Neither what Compose files have for a default, nor what was committed as an example."""
    (planted / ".env").unlink()
    if not example:
        (planted / ".env.example").unlink()
    said = [run("init-env", "--deployment", name, *rest).output for rest in ((), ("--example",))]
    said.append(run("init-env", "--deployment", name, "--output", ".env").output)
    text = (planted / ".env").read_text("utf-8")
    assert len(text) > 40
    assert not leaks("".join([*said, text]))
