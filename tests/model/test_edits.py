"""What fixes take out of a Compose file: an item, a word, a whole list."""

from __future__ import annotations

from pathlib import Path

import pytest

from dotmac_lint.fix import Edit
from dotmac_lint.model.deployment import Repository, Service
from dotmac_lint.model.edits import remove_attribute, remove_item
from dotmac_lint.workspace import Workspace


def service_of(root: Path, body: str) -> tuple[Service, str]:
    text = "services:\n  a:\n    image: x\n" + body
    (root / "compose.yaml").write_bytes(text.encode())
    [service] = Repository(Workspace(root)).deployments[0].services
    return service, text


def after(text: str, edit: Edit | None) -> str | None:
    if edit is None:
        return None
    whole = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return whole.removeprefix("services:\n  a:\n    image: x\n")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("    volumes:\n      - ./a:/a\n      - b:/b\n", "    volumes:\n      - b:/b\n"),
        ("    volumes:\r\n      - ./a:/a # why\r\n      - b:/b\r\n", "    volumes:\r\n      - b:/b\r\n"),
        ("    volumes:\n      - b:/b\n      - './a:/a'", "    volumes:\n      - b:/b\n"),
        ("    volumes: [./a:/a, b:/b]\n", "    volumes: [b:/b]\n"),
        ("    volumes: [b:/b, './a:/a' ]\n", "    volumes: [b:/b ]\n"),
        ("    volumes: [./a:/a]\n", None),
        (
            "    volumes:\n      - type: bind\n        source: ./a\n        target: /a\n      - b:/b\n",
            "    volumes:\n      - b:/b\n",
        ),
    ],
)
def test_an_item_goes_with_its_line_or_its_comma(tmp_path: Path, body: str, expected: str | None) -> None:
    service, text = service_of(tmp_path, body)
    [mount] = service.binds
    assert after(text, remove_item(service, "volumes", mount.span)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("    command: serve --reload --port 1\n", "    command: serve --port 1\n"),
        ("    command: serve --reload\n", "    command: serve\n"),
        (
            "    command: >\n      serve\n      --reload\n      now\n",
            "    command: >\n      serve\n      now\n",
        ),
        ("    command: ['serve', '--reload']\n", "    command: ['serve']\n"),
        (
            "    command:\n      - serve\n      - --reload\n      - now\n",
            "    command:\n      - serve\n      - now\n",
        ),
        ("    command: [sh, -c, 'serve --reload']\n", None),
    ],
)
def test_a_word_goes_with_its_space_and_never_from_a_script(
    tmp_path: Path, body: str, expected: str | None
) -> None:
    service, text = service_of(tmp_path, body)
    command = service.definition.command
    assert command is not None
    word = next(word for word in command.words if "--reload" in word.raw)
    assert after(text, remove_item(service, "command", word.span, word="--reload")) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("    volumes:\n      - ./a:/a\n      - b:/b\n    restart: always\n", "    restart: always\n"),
        ("    volumes: [./a:/a]\n    restart: always\n", "    restart: always\n"),
        ("    volumes: [./a:/a]  # all\n", None),
        ("    volumes:\n      # why\n      - ./a:/a\n", None),
        ("    volumes: []\n", None),
    ],
)
def test_a_list_goes_with_its_key_but_not_with_a_comment_inside(
    tmp_path: Path, body: str, expected: str | None
) -> None:
    service, text = service_of(tmp_path, body)
    assert after(text, remove_attribute(service, "volumes")) == expected
