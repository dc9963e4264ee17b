"""Images that a build command or a workflow of the repository names, and that Compose pulls under that name."""

from __future__ import annotations

import pytest

from dotmac_lint.model.build_commands import _name


@pytest.mark.parametrize(
    ("tag", "pattern"),
    [
        ("acme/app", r"acme/app"),
        ("acme/app:1.2", r"acme/app"),
        ("registry.example:5000/app", r"registry\.example:5000/app"),
        ("registry.example:5000/app:1", r"registry\.example:5000/app"),
        ("ghcr.io/${{ github.repository }}:${{ github.sha }}", r"ghcr\.io/[^/:]+/[^/:]+"),
        ("ghcr.io/${{ github.repository }}/api:latest", r"ghcr\.io/[^/:]+/[^/:]+/api"),
        ("${{ env.NAME }}:1", r"acme/web"),
        ("acme/app:$TAG", r"acme/app"),
    ],
)
def test_the_name_without_its_tag(tag: str, pattern: str) -> None:
    assert _name(tag, {"NAME": "acme/web"}) == [pattern.replace("-", r"\-")]


@pytest.mark.parametrize("tag", ["$REGISTRY/app", "${{ inputs.name }}:1", "${{ env.OTHER }}/app", "", ":1"])
def test_a_name_that_is_not_known(tag: str) -> None:
    assert _name(tag, {"NAME": "acme/web"}) == []
