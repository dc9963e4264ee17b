"""Reads of the environment in Python, JavaScript and shell; policies."""

from __future__ import annotations

import pytest

from dotmac_lint.readers.hcl import read_policy
from dotmac_lint.readers.javascript import read_javascript_reads
from dotmac_lint.readers.python.reads import read_python_reads
from dotmac_lint.readers.shell import read_shell

PYTHON = [
    ('import os\nos.environ["A"]', ["A"], []),
    ('import os\nos.environ.get("A", "x")', ["A"], []),
    ('import os as o\no.getenv("A")', ["A"], []),
    ('from os import environ as e, getenv as g\ne["A"]\ng("B")', ["A", "B"], []),
    ('import os\nif "A" in os.environ: pass', ["A"], []),
    ('import os\nos.environ["A"] = "1"', [], []),
    ('import os\nN = "A"\nos.getenv(N)', ["A"], []),
    ('import os\nos.getenv(f"P_{x}_URL")', [], [("P_", "_URL")]),
    ('import os\nos.getenv("P_" + x)', [], [("P_", "")]),
    ('import os\nfor k in os.environ:\n    if k.startswith("P_"): pass', [], [("P_", "")]),
    ('import os\nx = [k for k in os.environ if k.startswith(("P_", "Q_"))]', [], [("P_", ""), ("Q_", "")]),
    ('P = ["P_", "Q_"]\nx = [k for k in os.environ if k.startswith(P)]', [], [("P_", ""), ("Q_", "")]),
    ('P = ["P_", "Q_"]\nP += more\nx = [k for k in os.environ if k.startswith(P)]', [], [("", "")]),
    ('P = "P_"\ndef f(P):\n    return [k for k in os.environ if k.startswith(P)]', [], [("", "")]),
    (
        'class A:\n    P = "P_"\n    def f(self):\n        return [k for k in os.environ if k.startswith(self.P)]',
        [],
        [("P_", "")],
    ),
    ('for k in os.environ:\n    if k.startswith("P_") or k.startswith(q): pass', [], [("", ""), ("P_", "")]),
    ('N = {"A", "B"}\nx = {k: v for k, v in os.environ.items() if k in N}', [], []),
    ('N = {"A", "B"}\nfor k in os.environ:\n    if k in N: continue\n    take(k)', [], [("", "")]),
    ("x = {k: v for k, v in os.environ.items() if k in N}", [], [("", "")]),
    ("def connect(sid, environ):\n    return user_from_environ(environ)", [], []),
    ("import os\nsubprocess.run(x, env=os.environ)", [], []),
    ("import os\nsettings.load(os.environ)", [], [("", "")]),
    ('def env(n, d=None):\n    import os\n    return os.environ.get(n, d)\nenv("A")', ["A"], []),
    (
        "import os\ndef get(n):\n    return os.environ.get(n)\n"
        'def made(x):\n    n = "P_" + x\n    return get(n)\ndef given(n):\n    return get(n)',
        [],
        [("P_", "")],
    ),
    ('import os\nfor n in ["A", "B"]:\n    os.getenv(n)', [], []),
    ('import os\ndef f():\n    N = ("A", "B")\n    return [n for n in N if not os.getenv(n)]', [], []),
    (
        'import os\nN = {"A": "a"}\ndef f():\n    for n, t in sorted(N.items()):\n        os.environ[n]',
        [],
        [],
    ),
    (
        'import os\nN = {"A": "a"}\ndef f():\n    for t, n in N.items():\n        os.environ[n]',
        [],
        [("", "")],
    ),
    ('import os\nfor t, n in [("a", "A"), ("b", "B")]:\n    os.getenv(n)', [], []),
    ('import os\nN = ["A"]\nN.append(x)\nfor n in N:\n    os.getenv(n)', [], [("", "")]),
    ('import os\nfor n in ["A", x]:\n    os.getenv(n)', [], [("", "")]),
    ('import os\ndef f(N):\n    for n in N:\n        os.getenv(n)\nN = ["A"]', [], [("", "")]),
    ('import os\nfor n in ["A"]:\n    n = n + x\n    os.getenv(n)', [], [("", "")]),
    ('from decouple import config\nconfig("A", default=1, cast=int)', ["A"], []),
    ('import decouple\ndecouple.config("A", default=1)', ["A"], []),
    ('from environs import env\nenv.list("A", default=[])', ["A"], []),
    ('from starlette.config import Config\nconfig = Config(".env")\nconfig("A", cast=bool)', ["A"], []),
    ('from environs import Env\nenv = Env()\nenv.str("A")\nenv("B")', ["A", "B"], []),
    (
        "import environ\nenv = environ.Env(DEBUG=(bool, False))\nenv.db('DATABASE_URL')",
        ["DATABASE_URL", "DEBUG"],
        [],
    ),
    ('import click\n@click.option("--x", envvar="A")\ndef f(x): pass', ["A"], []),
    ('import os\né = "ü"; os.getenv("A")', ["A"], []),
    ('import os\nmatch x:\n    case True:\n        os.getenv("A")', ["A"], []),
    ("print 'python 2'\nos.environ['A']", ["A"], []),
    ('import os\n"A"  # os.environ["B"]', [], []),
]


@pytest.mark.parametrize(("text", "names", "dynamic"), PYTHON)
def test_python(text: str, names: list[str], dynamic: list[tuple[str, str]]) -> None:
    found = read_python_reads(text)
    assert sorted(read.name for read in found.reads) == names
    assert [(d.prefix, d.suffix) for d in found.dynamic] == dynamic
    for read in found.reads:
        assert read.name_range.slice(text).strip("\"'") in {read.name, "N"}


JAVASCRIPT = [
    ("const a = process.env.A", ["A"], []),
    ('process.env["A"] ?? import.meta.env.B', ["A", "B"], []),
    ("const { A, B: other, C = 1 } = process.env;", ["A", "B", "C"], []),
    ('Deno.env.get("A"); Bun.env.B', ["A", "B"], []),
    ("process.env[name]", [], [("", "")]),
    ("process.env[`P_${name}`]", [], [("P_", "")]),
    ("process.env[`${stage}_API_URL`]", [], [("", "_API_URL")]),
    ("process.env[`P_${a}_${b}`]", [], [("P_", "")]),
    ("// process.env.A\n/* process.env.B */ 'https://x' + process.env.C", ["C"], []),
]


@pytest.mark.parametrize(("text", "names", "dynamic"), JAVASCRIPT)
def test_javascript(text: str, names: list[str], dynamic: list[tuple[str, str]]) -> None:
    found = read_javascript_reads(text)
    assert [read.name for read in found.reads] == names
    assert list(found.dynamic) == dynamic
    assert [read.name_range.slice(text) for read in found.reads] == names


def test_shell() -> None:
    text = (
        "#!/usr/bin/env bash\n"
        'export A=1 B="$C" G\n'
        "declare -rx H=1\n"
        "export -n I\n"
        "J=1\n"
        "D=x prog \"${E:-d é}\" 'lit'\n"
        ". ./env.sh\n"
        'exec gunicorn app:app --bind "0.0.0.0:${PORT:-8000}"\n'
        'exec "$@"\n'
        "cat <<EOF\nK=1 $F\nEOF\n"
    )
    script = read_shell(text)
    assert [(r.name, r.range.slice(text)) for r in script.reads] == [
        ("C", "$C"), ("E", "${E:-d é}"), ("PORT", "${PORT:-8000}"), ("F", "$F"),
    ]  # fmt: skip
    assert [(a.name, a.exported, a.temporary) for a in script.assignments] == [
        ("A", True, False), ("B", True, False), ("G", True, False), ("H", True, False), ("J", False, False),
        ("D", False, True),
    ]  # fmt: skip
    assert all(a.range.slice(text) == a.name for a in script.assignments)
    assert [c.words for c in script.commands] == [
        ("prog", None, "lit"),
        (".", "./env.sh"),
        ("gunicorn", "app:app", "--bind", None),
        (None,),
        ("cat",),
    ]
    assert not script.exports_anything
    assert read_shell("export $(grep -v '^#' .env)\n").exports_anything


def test_policy() -> None:
    text = (
        '# é\npath "secret/data/é/*" {\n  "capabilities" = ["read",\n    "list"], # x\n'
        '  allowed_parameters = { "k" = ["a"] }\n}\npath "sys/*" { capabilities = ["sudo"] }\n'
    )
    policy = read_policy(text)
    assert policy.is_policy
    assert policy.problems == ()
    assert [rule.path.range.slice(text) for rule in policy.paths] == ["secret/data/é/*", "sys/*"]
    assert [[w.range.slice(text) for w in rule.capabilities] for rule in policy.paths] == [
        ["read", "list"],
        ["sudo"],
    ]
    assert [a.name.range.slice(text).strip() for a in policy.paths[0].attributes] == [
        "capabilities",
        "allowed_parameters",
    ]


def test_policies_in_json() -> None:
    text = '{"path": {"a/*": {"capabilities": ["read"]}, "b": {"capabilities": ["deny"]}}}'
    policy = read_policy(text)
    assert [
        (r.path.range.slice(text), [w.range.slice(text) for w in r.capabilities]) for r in policy.paths
    ] == [
        ("a/*", ["read"]),
        ("b", ["deny"]),
    ]


@pytest.mark.parametrize("text", ['target "app" {}\n', "", 'storage "raft" {\n  path = "/data"\n}\n'])
def test_other_hcl_is_no_policy(text: str) -> None:
    policy = read_policy(text)
    assert not policy.is_policy
    assert policy.problems == ()


def test_a_broken_policy_is_a_problem_at_its_place() -> None:
    text = 'path "x" {\n  capabilities = ["read"\n}\n'
    (problem,) = read_policy(text).problems
    assert text[problem.start :].startswith("}")
