"""Starts docker compose for the tests."""

import pytest


@pytest.fixture(scope="session")
def compose_environment():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CACHE_PASSWORD", "testing")
        yield patch
