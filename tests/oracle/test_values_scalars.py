"""Texts as scalars: never other than the real pydantic says."""

from __future__ import annotations

import datetime
import decimal
import ipaddress
import os
import pathlib
import string
import uuid
from typing import Any

import pydantic
import pydantic.networks
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dotmac_lint.known import Known, Unknown
from dotmac_lint.model.scalars import SCALARS, URL_TYPES, Coerced, Invalid, Url, read_url

EXAMPLES = int(os.environ.get("DOTMAC_LINT_FUZZ", "100"))

REAL: dict[str, Any] = {
    "int": int,
    "float": float,
    "bool": bool,
    "decimal": decimal.Decimal,
    "uuid": uuid.UUID,
    "path": pathlib.PurePosixPath,
    "datetime": datetime.datetime,
    "date": datetime.date,
    "time": datetime.time,
    "timedelta": datetime.timedelta,
    "bytesize": pydantic.ByteSize,
    "ipv4address": ipaddress.IPv4Address,
    "ipv6address": ipaddress.IPv6Address,
    "ipv4network": ipaddress.IPv4Network,
    "ipv6network": ipaddress.IPv6Network,
    "ipv4interface": ipaddress.IPv4Interface,
    "ipv6interface": ipaddress.IPv6Interface,
    "ipvanyaddress": pydantic.IPvAnyAddress,
    "ipvanynetwork": pydantic.IPvAnyNetwork,
    "ipvanyinterface": pydantic.IPvAnyInterface,
}
assert REAL.keys() == SCALARS.keys()

ADAPTERS: dict[str, pydantic.TypeAdapter[Any]] = {
    kind: pydantic.TypeAdapter(type_) for kind, type_ in REAL.items()
}
URLS: dict[str, pydantic.TypeAdapter[Any]] = {
    name: pydantic.TypeAdapter(getattr(pydantic.networks, name)) for name in URL_TYPES
}

SEEDS = [
    "", " ", "0", "1", "-1", "+1", " 1 ", "1.0", "1.", ".5", "1.5", "1e3", "1_000", "1__0", "_1", "1_", "0x10", "١",
    "inf", "nan", "I_nf", "my_inf", "0-5",
    "true", "True", "TRUE", "t", "yes", "Y", "on", "off", "no", "false", "none", "null", "2", "enabled", "true ", "１",
    "12345678123456781234567812345678", "{12345678-1234-5678-1234-567812345678}",
    "urn:uuid:12345678-1234-5678-1234-567812345678",
    "2020-01-01", "2020-01-01T10:00", "2020-01-01T10:00:00Z", "2020-01-01 10:00:00.5+01:00", "2020-13-01", "2020-1-1",
    "20200101",
    "10:00", "10:00:00", "25:00", "10:00Z", "P1D", "PT1H", "PT30S", "P1W", "P1DT2H", "1 day", "1 days 01:00:00",
    "1:00:00", "00:30",
    "1d", "30s", "5m", "10 minutes", "PT", "P", "1KB", "1 MiB", "1.5GB", "10m", "1e3", "512 megabytes",
    "1bit", "-1", "1k",
    "1.2.3.4", "1.2.3.04", "::1", "10.0.0.0/8", "10.0.0.1/8", "fe80::1%eth0", "localhost", "/a/b", "~", ".",
]  # fmt: skip

URL_SEEDS = [
    "http://a", "https://a.b:80/c?d#e", "postgresql://u:p@h:5432/db", "postgresql+asyncpg://u:p@h/db",
    "redis://h:6379/0",
    "redis://:p@h", "mysql://h", "amqp://u:p@h//", "mongodb://a,b/c", "http://a:99999", "http://1.2.3.4", "http://1.2.3",
    "http://0x1", "http://exa_mple", "http:a", "//a", "a", "a:b", "", "http://", "http://a b", "HTTP://A",
    "localhost:8000",
    "kafka://h:9092", "nats://h", "file:///a", "ftp://a", "ws://a", "http://xn--a", "http://a..b", "http://-a", "redis://",
    "postgresql://u:p/w@h/db", "postgresql:///db", "http://[::1]:80", "http://%41", "sqlite:///x", "snowflake://u:p@h",
    "http://é",
]  # fmt: skip


def real(adapter: pydantic.TypeAdapter[Any], text: str) -> tuple[bool, Any]:
    try:
        return True, adapter.validate_python(text)
    except (pydantic.ValidationError, RecursionError, OverflowError):
        return False, None


def agree(ours: Coerced, theirs: tuple[bool, Any]) -> bool:
    """Unknown may be anything; what we say otherwise is what the library does."""
    if isinstance(ours, Unknown):
        return True
    accepted, value = theirs
    if isinstance(ours, Invalid):
        return not accepted
    if not accepted or not isinstance(ours, Known):
        return False
    mine = ours.value
    if isinstance(mine, Url):
        return True
    if isinstance(mine, float) and mine != mine:
        return bool(value != value)
    return type(mine).__name__ in (type(value).__name__, "int") and bool(mine == value)


texts = st.one_of(
    st.sampled_from(SEEDS),
    st.text(string.digits + "+-._eE:/ TZP,xXabcdnfKkMmGgiIBbDdHhSs\t\xa0", max_size=24),
    st.text(max_size=8),
    st.builds(lambda seed, at, c: seed[: at % (len(seed) + 1)] + c + seed[at % (len(seed) + 1) :],
              st.sampled_from(SEEDS), st.integers(0, 40), st.characters(codec="utf-8")),
    st.datetimes().map(lambda value: value.isoformat()),
    st.integers().map(str),
    st.floats().map(str),
    st.uuids().map(str),
    st.ip_addresses().map(str),
    st.timedeltas().map(str),
)  # fmt: skip

urls = st.one_of(
    st.sampled_from(URL_SEEDS),
    st.builds(lambda seed, at, c: seed[: at % (len(seed) + 1)] + c + seed[at % (len(seed) + 1) :],
              st.sampled_from(URL_SEEDS), st.integers(0, 40), st.characters(codec="utf-8")),
    st.builds("{}://{}{}{}".format,
              st.sampled_from(sorted({s for t in URL_TYPES.values() for s in t.schemes} | {"x", "HTTP"})),
              st.text("ab1.-_@:é[]%$", max_size=10), st.sampled_from(["", ":80", ":0", ":65536", ":a"]),
              st.text("/?#a% \n", max_size=5)),
)  # fmt: skip


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=texts)
@example(text="1.")
def test_scalars_are_read_as_pydantic_reads_them(text: str) -> None:
    for kind, read in SCALARS.items():
        ours = read(text)
        theirs = real(ADAPTERS[kind], text)
        assert agree(ours, theirs), (kind, text, ours, theirs)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=urls)
def test_urls_are_read_as_pydantic_reads_them(text: str) -> None:
    for name, adapter in URLS.items():
        ours = read_url(name, text)
        theirs = real(adapter, text)
        assert agree(ours, theirs), (name, text, ours, theirs)


@pytest.mark.parametrize("text", sorted({*SEEDS, *URL_SEEDS}))
def test_seeds(text: str) -> None:
    for kind, read in SCALARS.items():
        assert agree(read(text), real(ADAPTERS[kind], text)), (kind, text, read(text))
    for name, adapter in URLS.items():
        assert agree(read_url(name, text), real(adapter, text)), (name, text, read_url(name, text))


def test_most_of_the_usual_is_decided() -> None:
    outcomes = [read(text) for text in SEEDS for read in SCALARS.values()]
    unknown = [outcome for outcome in outcomes if isinstance(outcome, Unknown)]
    assert len(unknown) / len(outcomes) < 0.15


def test_the_url_types_are_those_of_the_library() -> None:
    for name, ours in URL_TYPES.items():
        theirs = getattr(pydantic.networks, name)._constraints
        assert ours.schemes == tuple(theirs.allowed_schemes or ()), name
        assert ours.maximum == theirs.max_length, name


def test_no_reason_holds_the_value() -> None:
    for kind, read in SCALARS.items():
        outcome = read("s3cr3t-value")
        assert "s3cr3t" not in getattr(outcome, "why", ""), kind
    for name in URL_TYPES:
        assert "s3cr3t" not in getattr(read_url(name, "http://u:s3cr3t@h:99999"), "why", "")
