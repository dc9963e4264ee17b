"""Files that a fix creates: made from what the repository really has, for a person to read and keep."""

from __future__ import annotations

from collections.abc import Sequence
from string import Template

import msgspec

from dotmac_lint.data import text


def _template(name: str) -> Template:
    return Template(text(f"scaffolds/{name}"))


class Endpoint(msgspec.Struct, frozen=True):
    """What an entrypoint waits for. `url` may hold shell variables: `//${DATABASE__HOST}:5432`, `$REDIS_URL`."""

    name: str
    url: str
    default_port: int

    @property
    def wait(self) -> str:
        return f'wait_for {self.name} "{self.url}" {self.default_port}\n'


class Launch(msgspec.Struct, frozen=True):
    """A mode of an entrypoint script (`api`, `worker`) and the shell lines that it runs."""

    mode: str
    lines: tuple[str, ...]


def entrypoint(
    what: str, endpoints: Sequence[Endpoint], launches: Sequence[Launch], *, alpine: bool = False
) -> str:
    """A shell script that becomes the program of the mode it is given, once the `endpoints` answer.

    Debian's images have bash; Alpine's have only a POSIX shell. Any other first argument is run as it is, at once.
    """
    strict = "set -eu" if alpine else "set -euo pipefail"
    waits = ("wait_for_servers",) if endpoints else ()
    cases = "\n".join(
        f"    {launch.mode})\n"
        + "".join(f"        {line}\n" for line in (*waits, *launch.lines))
        + "        ;;"
        for launch in launches
    )
    helpers = _template("wait.sh").substitute(waits="".join(f"    {endpoint.wait}" for endpoint in endpoints))
    body = _template("entrypoint.sh").substitute(
        what=what,
        strict=strict,
        helpers=helpers if endpoints else "",
        default=launches[0].mode if launches else "sh",
        cases=cases,
    )
    return ("#!/bin/sh\n" if alpine else "#!/usr/bin/env bash\n") + body


def redis_conf(*, password: bool) -> str:
    """Append-only file, 256 MB with LRU eviction of what expires, slow log; protected mode, which needs a password."""
    return _template("redis.conf").substitute(protected="yes" if password else "no")


def init_sql() -> str:
    return _template("init.sql").substitute()


def prometheus() -> str:
    """Prometheus scraping itself, as its own image's configuration does."""
    return _template("prometheus.yml").substitute()


def grafana_dashboards(folder: str) -> str:
    """A provider of the dashboards whose JSON files lie in `folder`."""
    return _template("grafana-dashboards.yml").substitute(folder=folder)


def grafana_datasources(prometheus: str | None) -> str:
    """The server of the service `prometheus`; only a remark that tells how to name one where there is none."""
    none, mark = (" []", "# ") if prometheus is None else ("", "")
    template = _template("grafana-datasources.yml")
    return template.substitute(none=none, mark=mark, prometheus=prometheus or "prometheus")


def otel_collector(*, debug: str = "debug") -> str:
    """OTLP in on its two ports, a health check, everything received to the log, by the exporter `debug`."""
    return _template("otel-collector.yaml").substitute(debug=debug)


def vault_policy(paths: Sequence[str]) -> str:
    """A policy that may read `paths` (as the policy language writes them) and renew its own token."""
    grants = "".join(f'path "{path}" {{\n  capabilities = ["read"]\n}}\n\n' for path in paths)
    return _template("policy.hcl").substitute(grants=grants and "\n" + grants.removesuffix("\n"))
