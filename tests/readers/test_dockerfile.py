"""Positions, decoded values and problems of the Dockerfile reader; the parser itself is compared in
test_dockerfile_buildkit.py."""

# ruff: noqa: E501

from __future__ import annotations

import time

import msgspec
import pytest

from dotmac_lint.readers.dockerfile import (
    Dockerfile,
    ExpansionError,
    Instruction,
    Word,
    expand_word,
    read_dockerfile,
)


def only(text: str) -> Instruction:
    return read_dockerfile("FROM a\n" + text).instructions[1]


def written(text: str, words: tuple[Word, ...]) -> list[str]:
    return [word.range.slice("FROM a\n" + text) for word in words]


@pytest.mark.parametrize(
    "text, texts, slices",
    [
        ('CMD ["a\\u0041", \\\n  # c\n "b"]', ["aA", "b"], ['"a\\u0041"', '"b"']),
        ("COPY --chown=a:b x.sh \\\n  y.sh /d/", ["x.sh", "y.sh", "/d/"], ["x.sh", "y.sh", "/d/"]),
        ('COPY ["a b", "c"]', ["a b", "c"], ['"a b"', '"c"']),
        ("RUN a && \\\n  b  ", ["a &&   b"], ["a && \\\n  b"]),
        ("RUN 日本 \\\n\n  # c\r\n b", ["日本  b"], ["日本 \\\n\n  # c\r\n b"]),
        ("ENTRYPOINT []", [], []),
        ("HEALTHCHECK --interval=5s CMD curl x", ["CMD", "curl x"], ["CMD", "curl x"]),
        ("EXPOSE 80 \t90/udp", ["80", "90/udp"], ["80", "90/udp"]),
        ("FRO\\\nM b AS c", ["b", "AS", "c"], ["b", "AS", "c"]),
        ("COPY pre\\\nfix.sh /x", ["prefix.sh", "/x"], ["pre\\\nfix.sh", "/x"]),
    ],
)
def test_words_slice_to_what_is_written(text: str, texts: list[str], slices: list[str]) -> None:
    instruction = only(text)
    assert [word.text for word in instruction.arguments] == texts
    assert written(text, instruction.arguments) == slices


@pytest.mark.parametrize(
    "text, pairs",
    [
        ("ENV A=1 B=\"x y\" \\\n  C='z'", [("A", "1"), ("B", '"x y"'), ("C", "'z'")]),
        ("ENV A some value", [("A", "some value")]),
        ("ENV A=", [("A", "")]),
        ("ENV A=b\\ c D=e", [("A", "b\\ c"), ("D", "e")]),
        ("ARG A B=1", [("A", None), ("B", "1")]),
        ('LABEL "a.b"="c" d=e=f', [('"a.b"', '"c"'), ("d", "e=f")]),
    ],
)
def test_pairs(text: str, pairs: list[tuple[str, str | None]]) -> None:
    found = only(text).pairs
    assert [(pair.name.text, pair.value.text if pair.value else None) for pair in found] == pairs
    source = "FROM a\n" + text
    assert all(pair.name.range.slice(source) == pair.name.text for pair in found)
    assert all(pair.value.range.slice(source) == pair.value.text for pair in found if pair.value)


def test_ranges_of_an_instruction() -> None:
    text = "# c\nFROM a\n  run --mount=type=cache,target=/x \\\n    --network=none <<EOF cat # t\nbody\n\tEOF\nEOF\nCMD x\n"
    run = read_dockerfile(text).instructions[1]
    assert run.keyword == "RUN"
    assert run.keyword_range.slice(text) == "run"
    assert run.range.slice(text) == text[text.index("run") : text.index("\nCMD")]
    assert [(flag.name, flag.value) for flag in run.flags] == [
        ("mount", "type=cache,target=/x"),
        ("network", "none"),
    ]
    assert [flag.range.slice(text) for flag in run.flags] == [
        "--mount=type=cache,target=/x",
        "--network=none",
    ]
    (heredoc,) = run.heredocs
    assert (heredoc.name, heredoc.body, heredoc.expand) == ("EOF", "body\n\tEOF\n", True)
    assert heredoc.range.slice(text) == heredoc.body
    assert run.value == "<<EOF cat # t"


def test_places_across_continuations() -> None:
    text = "FROM a\nENV A=1 \\\n # note\n  B=/x/run.sh \\\n  C=-v"
    values = [pair.value for pair in read_dockerfile(text).instructions[1].pairs]
    assert [value.range.slice(text) for value in values if value] == ["1", "/x/run.sh", "-v"]


def test_heredocs() -> None:
    text = "FROM a\nCOPY <<-'E F' <<\"G\" plain /d/\n\t1\n\tE F\n2\nG\nRUN x"
    copy, run = read_dockerfile(text).instructions[1:]
    assert [(h.name, h.body, h.expand) for h in copy.heredocs] == [
        ("E F", "\t1\n", False),
        ("G", "2\n", False),
    ]
    assert run.arguments[0].text == "x"


def test_onbuild_trigger() -> None:
    text = "FROM a\nONBUILD COPY --from=b x /y\n"
    (_, onbuild) = read_dockerfile(text).instructions
    trigger = onbuild.trigger
    assert trigger is not None
    assert (trigger.keyword, [word.text for word in trigger.arguments]) == ("COPY", ["x", "/y"])
    assert trigger.range.slice(text) == "COPY --from=b x /y"
    assert trigger.flags[0].range.slice(text) == "--from=b"


def test_directives() -> None:
    text = (
        "# syntax = docker/dockerfile:1 \n# ESCAPE=`\n# other\n# check=skip=all\nFROM a\nRUN x `\n y\\\nCMD z"
    )
    found = read_dockerfile(text)
    assert found.directives == {"syntax": "docker/dockerfile:1", "escape": "`"}
    assert found.escape == "`"
    assert [i.value for i in found.instructions] == ["a", "x  y\\", "z"]


@pytest.mark.parametrize(
    "text, message, at",
    [
        ("", "The Dockerfile has no instructions.", ""),
        ("ARG A=1\n", "The Dockerfile has no FROM.", "ARG"),
        ("RUN x", "RUN comes before the first FROM.", "RUN"),
        ("FROM a\nRNU x", "Unknown instruction: 'RNU'.", "RNU"),
        ("FROM a b", "FROM takes one argument, or three with AS.", "FROM a b"),
        ("FROM a AS 1x", "'1x' is no valid name for a build stage.", "1x"),
        ("FROM a\nRUN <<EOF\nx", "The heredoc 'EOF' is not terminated.", "RUN <<EOF"),
        ("FROM a\nENV A=1 B", "ENV takes NAME=VALUE, and 'B' has no '='.", "B"),
        ("FROM a\nENV A", "ENV must have two arguments.", "A"),
        ('FROM a\nCMD ["x", 1]', "The JSON form of CMD may hold strings only.", 'CMD ["x", 1]'),
        ("FROM a\nCOPY x", "COPY requires a source and a destination.", "COPY x"),
        ("FROM a\nWORKDIR", "WORKDIR requires exactly one argument.", "WORKDIR"),
        ("FROM a\nARG", "ARG requires at least one argument.", "ARG"),
        ("FROM a\nSHELL bash", "SHELL takes its arguments in JSON form.", "SHELL bash"),
        (
            "FROM a\nONBUILD ONBUILD RUN x",
            "ONBUILD is not allowed as an ONBUILD trigger.",
            "ONBUILD ONBUILD RUN x",
        ),
        ("FROM a\nHEALTHCHECK FOO x", "HEALTHCHECK takes CMD or NONE.", "FOO"),
        ("# escape=`\n# escape=`\nFROM a", "The parser directive 'escape' is given twice.", "# escape=`"),
        ("# escape=x\nFROM a", "The escape directive must be a backslash or a backtick.", "# escape=x"),
    ],
)
def test_problems(text: str, message: str, at: str) -> None:
    (problem,) = read_dockerfile(text).problems
    assert (problem.message, text[problem.start : problem.end]) == (message, at)


def test_foreign_syntax_may_have_other_instructions() -> None:
    assert read_dockerfile("# syntax=edrevo/dockerfile-plus\nFROM a\nINCLUDE+ b").problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nRUN " + "x \\\n" * 50_000,
        "FROM a\n" + "RUN x\n" * 20_000,
        "FROM a\nRUN " + "[" * 50_000,
        "FROM a\nRUN <<E " + "${a:-" * 5_000,
        "FROM a\n" + "ONBUILD " * 10_000,
        "FROM a\nENV " + "a='" * 20_000,
        "FROM a\nENV " + "\\" * 60_001,
        "FROM a\nRUN " + "<<E " * 10_000 + "\n" + "x\n" * 10_000,
        "FROM a\nCOPY " + '"' * 60_000,
        "\x00\x01\x02\ud800\udfff\r\r\r\n\u2028RUN\x1fx",
        "FROM \udc80\nRUN \udcff\nENV \udc80=\udc80",
        "FROM a\nRUN " + "#" * 500_000,
        "\\\n" * 50_000,
    ],
    ids=range(13),
)
def test_hostile(text: str) -> None:
    start = time.perf_counter()
    found = read_dockerfile(text)
    assert time.perf_counter() - start < 20  # a busy machine keeps this; backtracking does not
    assert msgspec.json.decode(
        msgspec.json.encode(read_dockerfile(text.encode("utf-8", "replace").decode())), type=Dockerfile
    )
    for instruction in found.instructions:
        assert 0 <= instruction.range.start <= instruction.range.end <= len(text)


@pytest.mark.parametrize(
    "word, expected",
    [
        ("$A", "1"), ("${A}b", "1b"), ("${N:-x}", "x"), ("${E:-x}", "x"), ("${E-x}", ""), ("${A:+y}", "y"),
        ("${N:+y}", ""), ("${E+y}", "y"), ("'$A'", "$A"), ('"$A b"', "1 b"), ("\\$A", "$A"), ("${N:-${A}z}", "1z"),
        ("${P#*/}", "b/c.tar.gz"), ("${P##*/}", "c.tar.gz"), ("${P%.*}", "a/b/c.tar"), ("${P%%.*}", "a/b/c"),
        ("${P/\\//-}", "a-b/c.tar.gz"), ("${P//\\//-}", "a-b-c.tar.gz"), ("$", "$"), ("a$ b", "a$ b"), ("$N", ""),
        ("${A:?m}", "1"),
    ],
)  # fmt: skip
def test_expand_word(word: str, expected: str) -> None:
    assert expand_word(word, {"A": "1", "E": "", "P": "a/b/c.tar.gz"}.get) == expected


@pytest.mark.parametrize(
    "word", ["${", "${A", "${}", "${A^^}", "${A:#x}", "'a", '"a', "${N:?gone}", "${A:", "${" * 500]
)
def test_expansion_errors(word: str) -> None:
    with pytest.raises(ExpansionError):
        expand_word(word, {"A": "1"}.get)
