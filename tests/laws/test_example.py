"""The example deployment has the faults that stopped a real one in production: fixing leaves nothing to find."""

from __future__ import annotations

from operator import attrgetter
from pathlib import Path

from dotmac_lint import fixer
from dotmac_lint.config import Settings
from dotmac_lint.diagnostic import Severity
from dotmac_lint.engine import Result, lint
from dotmac_lint.fix import Applicability
from dotmac_lint.registry import load_rules
from dotmac_lint.workspace import Workspace
from tests.laws.test_laws import changes

EXAMPLE = Path(__file__).parents[2] / "examples" / "acme-platform"


def test_each_fault_is_told_at_its_own_line() -> None:
    found = lint(EXAMPLE, Settings(), load_rules()).diagnostics
    told = [
        (one.code, one.key if one.code != "DM004" else one.service)
        for one in sorted(found, key=attrgetter("at"))
    ]
    assert told == [
        ("DM001", "/celery-entrypoint.sh"), ("DM001", "/docker-entrypoint.sh"),
        ("DM003", "DATABASE__NAME"), ("DM003", "DATABASE__USER"), ("DM003", "JWT_SECRET"),
        ("DM004", "app"), ("DM003", "LOG_LEVEL"), ("DM004", "worker"), ("DM004", "beat"),
        ("DM002", "database/init"), ("DM002", "redis/redis.conf"), ("DM002", "vault/policies"),
        ("DM002", "monitoring/grafana/dashboards"), ("DM002", "monitoring/grafana/datasources"),
    ]  # fmt: skip


def test_a_guard_that_demands_vault_is_pointed_at() -> None:
    found = {d.service: d for d in lint(EXAMPLE, Settings(), load_rules()).diagnostics if d.code == "DM004"}
    for service, consequence in {
        "app": "and `Settings.validate_production` refuses to start without it",
        "worker": "which `Settings.validate_production` demands",
    }.items():
        assert consequence in found[service].message
        assert found[service].severity is Severity.ERROR
        guard, call, *_ = found[service].related
        assert guard.span.path == "src/acme/platform/settings.py"
        assert call.span.path == "src/acme/platform/main.py"
        assert call.text == "called from lifespan"


def test_the_example_is_repaired() -> None:
    rules, settings = load_rules(), Settings()
    first = lint(EXAMPLE, settings, rules)

    def again(revised: Workspace) -> Result:
        return lint(EXAMPLE, settings, rules, workspace=revised)

    outcome = fixer.fix(first, again, lambda run: run.diagnostics, Applicability.UNSAFE, rules)
    assert first.diagnostics
    assert not outcome.result.diagnostics
    assert not outcome.harmful
    starts = [
        start.starts
        for deployment in outcome.result.repository.deployments
        for service in deployment.services
        for start in service.starts
    ]
    assert starts
    assert False not in starts
    changed = 0
    for path, file in outcome.files.items():
        old = first.workspace.bytes(path)
        if old is not None:
            for _, start, end, new_start, new_end in changes(old.decode(), file.data.decode()):
                changed += end - start + new_end - new_start
    assert 0 < changed < 25
