"""Endpoints of environments, names on networks, what servers make at their first start."""

from __future__ import annotations

from pathlib import Path

import pytest

from dotmac_lint.known import Unknown
from dotmac_lint.model.connections import Network, unknown_hosts
from dotmac_lint.model.deployment import Deployment, Repository, Service
from dotmac_lint.model.endpoints import Credential, Endpoint, endpoints
from dotmac_lint.model.network import peers
from dotmac_lint.model.servers import accounts, repository_of, server_of, servers
from dotmac_lint.workspace import Workspace


def deployment(root: Path, text: str, **files: str) -> Deployment:
    (root / "compose.yaml").write_text(text, "utf-8")
    for name, content in files.items():
        (root / name).write_text(content, "utf-8")
    return Repository(Workspace(root)).deployments[0]


def service(root: Path, environment: str) -> Service:
    lines = "".join(f"      {line}\n" for line in environment.splitlines())
    return deployment(root, f"services:\n  app:\n    image: app\n    environment:\n{lines}").services[0]


def one(root: Path, line: str) -> Endpoint | None:
    found = endpoints(service(root, line))
    assert len(found) < 2
    return found[0] if found else None


@pytest.mark.parametrize(
    ("line", "host", "port", "protocol"),
    [
        ("DATABASE_URL: postgresql+asyncpg://u:p@db:5433/x", "db", 5433, "postgres"),
        ("SPRING_DATASOURCE_URL: jdbc:mysql://db/x?useSSL=false", "db", None, "mysql"),
        ("RESULT_BACKEND: db+postgresql://u:p%40@db/x", "db", None, "postgres"),
        ("CACHE: rediss://:s@cache.internal:6379/0", "cache.internal", 6379, "redis"),
        ("PLAIN: sqlite:////data/app.db", None, None, None),
        ("BUCKET: s3://bucket/key", None, None, None),
        ("SOCKET: http://[::1]:80/", None, None, None),
        ("DB_HOST: db", "db", None, None),
        ("db_host: db", "db", None, None),
        ("STORAGE__ENDPOINT: files:9000", "files", 9000, None),
        ("STORAGE__ENDPOINT: files", None, None, None),
        ("MODE: a:1", None, None, None),
        ("MEMORY_URL: 512m", None, None, None),
        ("LIST_URL: ${UNSET}", None, None, None),
    ],
)
def test_endpoint(
    tmp_path: Path, line: str, host: str | None, port: int | None, protocol: str | None
) -> None:
    found = one(tmp_path, line)
    given = (found.host, found.port, found.protocol) if found is not None else (None, None, None)
    assert given == (host, port, protocol)


def test_lists_have_an_endpoint_each_at_its_own_place(tmp_path: Path) -> None:
    app = service(tmp_path, "KAFKA_BROKERS: k-1:9092,k-2:9093\nNATS: nats://n-1:4222,n-2:4222")
    source = app.workspace.source("compose.yaml")
    assert source is not None
    found = endpoints(app)
    assert [(e.host, e.port) for e in found] == [("k-1", 9092), ("k-2", 9093), ("n-1", 4222), ("n-2", 4222)]
    assert [source.text[e.span.start : e.span.end] for e in found] == ["k-1", "k-2", "n-1", "n-2"]


def test_credentials_of_urls_are_unquoted_and_those_of_groups_have_their_place(tmp_path: Path) -> None:
    url = one(tmp_path, "URL: postgresql://us%2Fer:p%40ss@db/na")
    assert url is not None
    assert {part: c.value for part, c in url.credentials.items() if isinstance(c, Credential)} == {
        "user": "us/er",
        "password": "p@ss",
        "database": "na",
    }
    app = service(
        tmp_path, "PG_HOST: db\nPG_PORT: 5433\nPG_USER: u\nPG_PASSWORD_FILE: /run/p\nPG_DBNAME: ${D}"
    )
    (group,) = endpoints(app)
    assert group.port == 5433
    assert isinstance(group.credentials["user"], Credential)
    assert isinstance(group.credentials["password"], Unknown)
    assert isinstance(group.credentials["database"], Unknown)


def test_what_an_example_gives_is_a_placeholder(tmp_path: Path) -> None:
    text = "services:\n  app:\n    image: app\n    environment:\n      URL: ${URL:-redis://:a@b}\n"
    found = deployment(tmp_path, text, **{".env.example": "URL=redis://:x@cache\n"})
    (endpoint,) = endpoints(found.services[0])
    assert endpoint.host == "cache"
    assert endpoint.variable.placeholder
    assert isinstance(endpoint.credentials["password"], Unknown)


def test_a_name_that_two_projects_have_is_near_once(tmp_path: Path) -> None:
    store = "store: {image: 'postgres:17', networks: [shared]}"
    (tmp_path / "other").mkdir()
    other = f"services: {{{store}}}\nnetworks: {{shared: {{name: shared}}}}\n"
    (tmp_path / "other/compose.yaml").write_text(other, "utf-8")
    api = "api: {image: api, networks: [shared], environment: {DATABASE_URL: 'postgres://app-store/a'}}"
    found = deployment(tmp_path, f"services: {{{api}, {store}}}\nnetworks: {{shared: {{external: true}}}}\n")
    assert [host.near for host in unknown_hosts(Network(found))] == [("store",)]


def test_names_on_networks(tmp_path: Path) -> None:
    text = """
services:
  app:
    image: app
    links: ["db:store"]
    extra_hosts: {gateway: host-gateway}
  db:
    image: postgres
    container_name: The-DB
    networks: {default: {aliases: [main]}}
  off:
    image: nginx
    profiles: [off]
  open:
    image: app
    networks: [company]
networks:
  company: {external: true}
"""
    found = {s.name: peers(s) for s in deployment(tmp_path, text).services}
    assert {"app", "db", "the-db", "main", "store", "off"} <= set(found["app"].services)
    assert found["app"].services["store"].name == "db"
    assert found["app"].others == {"gateway"}
    assert found["app"].unknown is None
    assert found["open"].unknown is not None


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("postgres:17-alpine", "postgres"),
        ("docker.io/library/postgres@sha256:00", "postgres"),
        ("localhost:5000/postgres:1", "localhost:5000/postgres"),
        ("index.docker.io/bitnami/redis", "bitnami/redis"),
    ],
)
def test_repository_of(image: str, name: str) -> None:
    assert repository_of(image) == name


@pytest.mark.parametrize(
    ("command", "password"),
    [
        ("redis-server --requirepass one", "one"),
        ('["redis-server", "--appendonly", "yes", "--requirepass", "one"]', "one"),
        ("sh -c 'redis-server --requirepass one'", "one"),
        ("redis-server --appendonly yes", None),
        ("redis-server /etc/redis.conf", "unknown"),
        ("sh -c 'redis-server --requirepass $$REDIS_PASSWORD'", "unknown"),
        ("redis-server --requirepass ${FROM_THE_HOST}", ""),
        ("redis-server --requirepass ${FROM_THE_HOST} ${MORE}", "unknown"),
        ("/start.sh", "unknown"),
    ],
)
def test_password_of_redis(tmp_path: Path, command: str, password: str | None) -> None:
    found = deployment(
        tmp_path, f"services:\n  cache:\n    image: redis:7\n    command: {command}\n"
    ).services[0]
    kind = server_of(found)
    assert kind is not None
    known = accounts(found, kind)
    if known is None:
        assert password == "unknown"
    else:
        given = known["password"]
        assert (given.value if isinstance(given, Credential) else given) == password


def test_the_data_of_servers_is_whole() -> None:
    for server in servers():
        assert server.source.startswith("https://")
        assert server.images
        assert server.ports
    names = [image for server in servers() for image in server.images]
    assert len(set(names)) == len(names)


def test_connections_lead_through_aliases_and_leave_out_other_protocols(tmp_path: Path) -> None:
    text = """
services:
  app:
    image: app
    environment: {A_URL: "redis://store:6379", B_URL: "http://store:80", C_URL: "redis://store:7000", D_HOST: store}
  cache:
    image: valkey/valkey
    networks: {default: {aliases: [store]}}
"""
    network = Network(deployment(tmp_path, text))
    found = network.connections(network.services["app"])
    assert [c.endpoint.variable.name for c in found] == ["A_URL", "D_HOST"]


def test_what_an_env_file_gives_to_all_is_used_by_those_that_read_it(tmp_path: Path) -> None:
    services = deployment(
        tmp_path,
        "services:\n"
        "  foreign: {image: acme/app, env_file: all.env}\n"
        "  db: {image: postgres, env_file: all.env}\n"
        "  reader: {build: {dockerfile: reader.Dockerfile}, env_file: all.env}\n"
        "  loader: {build: {dockerfile: loader.Dockerfile}, env_file: all.env}\n",
        **{
            "all.env": "SEARCH_URL=http://search:9200\n",
            "reader.Dockerfile": 'FROM python:3.12\nCOPY reader.py ./\nCMD ["sh", "-c", "reader $SEARCH_URL"]\n',
            "reader.py": "",
            "loader.Dockerfile": "FROM python:3.12\nCOPY loader.py ./\n",
            "loader.py": "import os\nload(os.environ)\n",
        },
    ).services
    uses = {each.name: each.may_use(url) for each in services if (url := each.environment.get("SEARCH_URL"))}
    assert uses == {"foreign": True, "db": False, "reader": True, "loader": False}
