"""The quick ways through Python code tell what libcst tells of the whole text."""

from __future__ import annotations

import inspect
import re

import libcst as cst
import pytest

from dotmac_lint.readers.python import plain
from dotmac_lint.readers.python.code import Do, Formatted, Joined
from dotmac_lint.readers.python.declarations import Reader
from dotmac_lint.readers.python.guards import GuardModule
from dotmac_lint.readers.python.lowering import Converter
from dotmac_lint.readers.python.setters import ANY, read_setters
from dotmac_lint.readers.python.settings import read_settings_module
from dotmac_lint.readers.python.skeleton import Skeleton, skeleton

ODD = """\
x = (  # a comment, with (
    a, b  # and ) more
)
y = ("#", ")", (1, 2)), [], ()
z = (1, 2), 3
t = (1),
ü = "ü", ö[(a, b)], c[1:2], d[1:2, 3], e[f, (g)], h[::2]
q = (a) and (b) or (not c) and d and (e and f)
for i in (j for j in ("?", "#") if (k)): pass
f(g for g in (h))
if a: b; c
elif (d := e): f
else:
    if g: h
async def slow(a, /, b: int = 1, *c, d=2, **e) -> None:
    async with f as (g, h), i: await j
    async for k in l: pass
    try: m
    except (n.o, p) as q: raise r from s
    except: assert t, u
    else: v += 1
    finally: w **= 2
@decorated(by=1, *x, **y)
class Named(a.b, *c, metaclass=d):
    e: int
    f: int = 3; g = h = 4
    while True: break
match m:
    case 1: global n
    case _: del o
from .. import p as q, r
from s import *
import t.u, v.w as x
"a" "b" and -1.5 and 1j and 2**70 and b"c" and ...
lambda: (yield)
{1: 2, **e}, {1, *f}, {g: (h) for i in j}
"""
SETTINGS = '''\
class Settings(BaseSettings):
    name: str = "x"

    def load(self) -> None:
        """What it does."""
        s = get_settings()
        if s:
            from a import b as other
            print("nothing"); print("more")
            other.debug = True
        else:
            print("nothing")
            # a comment
        setattr(self, "name", "ü"); print("ü")

    def one(self):
        """It returns."""
        return {"a.b": "c"}

    @property
    def two(self):
        def three():
            print("nothing")
            return 1
        @wraps(three)
        def four():
            self.name = "y"
            return 2
        print("nothing")

    def five(self): print(1); print(2); print(3)

last = 1
'''
LONG = inspect.getsource(inspect)
F_STRING = re.compile(r"\bf(?=[\"'])")
"""Which libcst cuts into finer parts."""


def by_libcst(text: str) -> GuardModule:
    module = cst.parse_module(text)
    return GuardModule(Converter(module).block(module.body))


@pytest.mark.parametrize("text", [ODD, SETTINGS, ODD.replace("\n", "\r\n"), F_STRING.sub("", LONG)])
def test_statements(text: str) -> None:
    assert plain.statements_of(text) == by_libcst(text).body


def test_strings_with_values() -> None:
    text = "f'a{b}' 'c' f'{d.e():>3}{g}'"
    [statement] = plain.statements_of(text)
    assert isinstance(statement, Do)
    assert isinstance(statement.value, Joined)
    values = [part for part in statement.value.parts if isinstance(part, Formatted)]
    assert [(one.range.slice(text), one.plain) for one in values] == [
        ("b", True),
        ("d.e()", False),
        ("g", True),
    ]


@pytest.mark.parametrize("text", ["x = 1\ry = 2\n", "print 1", "\ufeffx = 1", "x = '\udc80'"])
def test_what_is_left_to_libcst(text: str) -> None:
    with pytest.raises(plain.UnsureError):
        plain.statements_of(text)


@pytest.mark.parametrize("text", [SETTINGS, SETTINGS.replace("\n", "\r\n"), ODD, LONG])
def test_skeleton(text: str) -> None:
    whole = Reader(text, cst.parse_module(text), Skeleton(text)).module()
    assert read_settings_module(text) == whole
    assert whole.body


def test_skeleton_is_short() -> None:
    assert "nothing" not in skeleton(SETTINGS).text.replace('print("nothing"); print("more")', "")
    assert len(skeleton(LONG).text) < len(LONG) / 2


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("def f():\n    s = made()\n    s.debug = True", set()),
        ("def made(): ...\ndef f():\n    s = made()\n    s.debug = True", {"debug"}),
        ("from a import b\ndef f():\n    c = b.jwt\n    c.key: str = 'x'", {"jwt", "key"}),
        ("def f(b: Any | None, c):\n    b.key += 1\n    c.other = 1", {"key"}),
        ("def f():\n    s = made(1)\n    s.debug = True", set()),
        ("class A:\n    def f(self):\n        self.a = self.settings.b = 1", set()),
        ("try: pass\nexcept E:\n    setattr(config, 'a', 1)\n    setattr(config.b, c, 1)", {"a", "b", ANY}),
        ("from a import *\nx.y = 1", {"y"}),
        ("print 1", {ANY}),
    ],
)
def test_what_a_module_sets(text: str, names: set[str]) -> None:
    assert read_setters(text).names == names


def test_what_a_module_sets_of_parameters() -> None:
    text = "from a import B as C\ndef f(c: C, d: x.D, settings: D):\n    c.key.part = d.other = settings.name = 1"
    assert read_setters(text).typed == {("B", "key"), ("B", "part"), ("D", "other")}
    assert read_setters(text).names == {"name"}
