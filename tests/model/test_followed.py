from pathlib import Path

from dotmac_lint.config import Settings
from dotmac_lint.diagnostic import Severity
from dotmac_lint.engine import lint
from dotmac_lint.registry import load_rules

GONE = "```sh\ndocker compose -f compose.gone.yaml up\n```\n"
FILES = {
    "README.md": "[Guide](docs/guide.md), [harbour](docs/harbour)\n",
    "docs/guide.md": GONE + "Then the [run book](../ops/run%20book.md).\n",
    "ops/run book.md": GONE,
    "docs/harbour/README.md": GONE,
    "docs/notes.md": GONE,
    "docs/site/setup.md": GONE,
    "mkdocs.yml": "nav:\n  - Setup: site/setup.md\n",
    "compose.yaml": "# docker compose -f compose.gone.yaml up\nservices:\n  shop:\n    image: acme/shop\n",
    "start.sh": "docker compose -f compose.gone.yaml up\n",
}


def test_what_nobody_is_sent_to_is_information(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    rules = [rule for rule in load_rules() if rule.code == "DM047"]
    found = {d.at.path: d.severity for d in lint(tmp_path, Settings(), rules).diagnostics}
    aside = {path for path, severity in found.items() if severity is Severity.INFO}
    assert aside == {"docs/notes.md", "compose.yaml"}
    assert set(found) - aside == {
        "docs/guide.md", "docs/harbour/README.md", "docs/site/setup.md", "ops/run book.md", "start.sh"
    }  # fmt: skip
