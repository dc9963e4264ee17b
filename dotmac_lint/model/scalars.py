"""Texts as pydantic reads them in lax mode, one scalar type at a time.

The source of the behaviour is the library itself (pydantic 2, pydantic-core); tests/oracle/test_values.py
compares the two. What differs between versions, or is too odd to be worth a rule, is Unknown.
"""

from __future__ import annotations

import ipaddress
import re
import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal, InvalidOperation
from pathlib import PurePosixPath
from typing import Any

import msgspec

from dotmac_lint.known import Known, Unknown
from dotmac_lint.lazy import regex
from dotmac_lint.phrases import listed


class Invalid(msgspec.Struct, frozen=True, tag="invalid"):
    """The library refuses the value; `why` is a clause whose subject is the value: "is not an integer"."""

    why: str


Coerced = Known[Any] | Invalid | Unknown


class Secret(msgspec.Struct, frozen=True):
    """A SecretStr or SecretBytes: its text is never printed."""

    value: str

    def __repr__(self) -> str:
        return "Secret('**********')"


class Url(msgspec.Struct, frozen=True):
    """A URL that the library takes. `text` is as written: the library may print it otherwise."""

    text: str
    scheme: str
    host: str | None
    port: int | None
    username: str | None
    password: str | None
    path: str | None

    def __repr__(self) -> str:
        return f"Url({self.scheme!r}, {self.host!r})"


class Member(msgspec.Struct, frozen=True):
    """A member of an Enum; `mixin` is "str" or "int" where the class is one as well."""

    enum: str
    name: str
    value: Any
    mixin: str = ""

    def __hash__(self) -> int:
        return hash(self.value if self.mixin else (self.enum, self.name))


ODD = Unknown("is a value that versions of the library read differently")

_SPACE = (
    "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005"
    "\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""What Rust's `str::trim` removes (Unicode White_Space); Python's `strip` removes more."""

_INTEGER = regex(r"[+-]?[0-9]+(\.0+)?")
_INTEGER_GROUPS = regex(r"[+-]?[1-9][0-9]*(_[0-9]+)+")
_FLOAT = regex(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_FLOAT_WORD = regex(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)

TRUE_WORDS = frozenset({"1", "on", "t", "true", "y", "yes"})
FALSE_WORDS = frozenset({"0", "off", "f", "false", "n", "no"})


def read_int(text: str) -> Coerced:
    digits = text.strip(_SPACE)
    if len(digits) > 4000:
        return Unknown("is very long")
    if _INTEGER.fullmatch(digits):
        return Known(int(digits.partition(".")[0]))
    if "_" in digits:
        return Known(int(digits)) if _INTEGER_GROUPS.fullmatch(digits) else ODD
    if re.fullmatch(r"[+-]?[0-9]*\.0*", digits) and any(c.isdigit() for c in digits):
        return ODD
    if re.match(r"[+-]?0[0_]*[+-]", digits):
        return ODD  # zeros in front are left out, even of "0-5"
    return Invalid("is not an integer")


def read_float(text: str) -> Coerced:
    digits = text.strip(_SPACE)
    if len(digits) > 4000:
        return Unknown("is very long")
    if _FLOAT.fullmatch(digits) or _FLOAT_WORD.fullmatch(digits):
        return Known(float(digits))
    if "_" in digits and (any(c.isdigit() for c in digits) or _FLOAT_WORD.fullmatch(digits.replace("_", ""))):
        return ODD
    return Invalid("is not a number")


def read_bool(text: str) -> Coerced:
    word = text.lower() if text.isascii() else ""
    if word in TRUE_WORDS or word in FALSE_WORDS:
        return Known(word in TRUE_WORDS)
    return Invalid("is not a boolean (true, false, 1, 0, yes, no, on, off, t, f, y or n)")


def read_decimal(text: str) -> Coerced:
    if len(text) > 4000:
        return Unknown("is very long")
    try:
        number = Decimal(text)
    except (InvalidOperation, ValueError):
        return Invalid("is not a decimal number")
    return Known(number) if number.is_finite() else Invalid("is not a finite number")


_UUID = regex(
    r"(urn:uuid:)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}"
    r"|\{[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}",
    re.IGNORECASE,
)


def read_uuid(text: str) -> Coerced:
    if _UUID.fullmatch(text) and text.isascii():
        return Known(uuid.UUID(text))
    if text.startswith(("urn:", "{")) or len(text) == 16:
        return ODD
    return Invalid("is not a UUID")


def read_path(text: str) -> Coerced:
    return Known(PurePosixPath(text))


def _with(constructor: Callable[[str], Any], why: str) -> Callable[[str], Coerced]:
    def read(text: str) -> Coerced:
        try:
            return Known(constructor(text))
        except ValueError:
            return Invalid(why)

    return read


_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d)(\.(?P<fraction>\d{1,6}))?)?"
_ZONE = r"(?P<zone>Z|[+-]\d\d:\d\d)?"
_DATE = r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
_DATE_ONLY = regex(_DATE, re.ASCII)
_TIME_ONLY = regex(_TIME + _ZONE, re.ASCII)
_DATE_TIME = regex(f"{_DATE}([T ]{_TIME}{_ZONE})?", re.ASCII)


def _time(parts: dict[str, str | None]) -> time:
    zone = parts["zone"]
    tzinfo = None
    if zone:
        minutes = 0 if zone == "Z" else int(zone[0] + "1") * (int(zone[1:3]) * 60 + int(zone[4:]))
        if zone != "Z" and int(zone[4:]) > 59:
            raise ValueError(zone)
        tzinfo = timezone(timedelta(minutes=minutes))
    fraction = int((parts["fraction"] or "0").ljust(6, "0"))
    return time(
        int(parts["hour"] or 0), int(parts["minute"] or 0), int(parts["second"] or 0), fraction, tzinfo
    )


def read_datetime(text: str) -> Coerced:
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return ODD if re.search(r"\d", text) else Invalid("is not a date and time")
    parts = match.groupdict()
    try:
        day = date(int(parts["year"] or 0), int(parts["month"] or 0), int(parts["day"] or 0))
        return Known(datetime.combine(day, _time(parts)))
    except ValueError:
        return ODD if parts["zone"] or text.startswith("0000") else Invalid("is not a date and time")


def read_date(text: str) -> Coerced:
    match = _DATE_ONLY.fullmatch(text)
    if match is None:
        return ODD if re.search(r"\d", text) else Invalid("is not a date")
    try:
        return Known(date(int(match["year"]), int(match["month"]), int(match["day"])))
    except ValueError:
        return ODD if text.startswith("0000") else Invalid("is not a date")


def read_time(text: str) -> Coerced:
    match = _TIME_ONLY.fullmatch(text)
    if match is None:
        return ODD if re.search(r"\d", text) else Invalid("is not a time")
    try:
        return Known(_time(match.groupdict()))
    except ValueError:
        return ODD if match["zone"] else Invalid("is not a time")


_ISO_DURATION = regex(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)
_CLOCK_DURATION = regex(r"(?:(\d+) days?,? )?(\d\d):(\d\d)(?::(\d\d))?", re.ASCII)


def read_timedelta(text: str) -> Coerced:
    if len(text) < 24:
        iso = _ISO_DURATION.fullmatch(text)
        if iso is not None and any(iso.groups()) and not text.endswith("T"):
            weeks, days, hours, minutes, seconds = (int(part or 0) for part in iso.groups())
            if max(weeks, days, hours, minutes, seconds) < 1000 and not (iso[1] and "T" in text):
                return Known(timedelta(days, seconds, 0, 0, minutes, hours, weeks))
        clock = _CLOCK_DURATION.fullmatch(text)
        if clock is not None:
            days, hours, minutes, seconds = (int(part or 0) for part in clock.groups())
            if hours < 24 and minutes < 60 and seconds < 60 and days < 10000:
                return Known(timedelta(days, seconds, 0, 0, minutes, hours))
    if not re.search(r"\d", text) or re.fullmatch(
        r"\d{1,9}( ?(s|m|h|min|sec|seconds?|minutes?|hours?))?", text, re.ASCII
    ):
        return Invalid("is not a duration (such as PT30S or 00:00:30)")
    return ODD


_BYTES = regex(r"^\s*(\d*\.?\d+)\s*(\w+)?")
BYTE_UNITS: dict[str, float] = {"b": 1, "bit": 1 / 8}
for _power, _prefix in enumerate("kmgtpe", 1):
    BYTE_UNITS |= {_prefix: 1000**_power, f"{_prefix}b": 1000**_power, f"{_prefix}bit": 1000**_power / 8}
    BYTE_UNITS |= {f"{_prefix}ib": 1024**_power, f"{_prefix}ibit": 1024**_power / 8}


def read_bytesize(text: str) -> Coerced:
    if len(text) > 300:
        return Unknown("is very long")
    number = read_int(text)
    if isinstance(number, Known):
        return number if number.value >= 0 else Invalid("is negative")
    if isinstance(number, Unknown):
        return number
    if not text.isascii() or not text.isprintable():
        return ODD
    match = _BYTES.match(text)
    if match is None:
        return Invalid("is not a size in bytes (such as 512MB)")
    unit = (match[2] or "b").lower()
    if unit not in BYTE_UNITS:
        return Invalid("is not a size in bytes: the unit is not known")
    return Known(int(float(match[1]) * BYTE_UNITS[unit]))


class UrlType(msgspec.Struct, frozen=True):
    """What a URL type of pydantic demands."""

    schemes: tuple[str, ...] = ()
    maximum: int | None = None


_POSTGRES = ("asyncpg", "pg8000", "psycopg", "psycopg2", "psycopg2cffi", "py-postgresql", "pygresql")
_MYSQL = ("mysqlconnector", "aiomysql", "asyncmy", "mysqldb", "pymysql", "cymysql", "pyodbc")
_CLICKHOUSE = ("clickhouse+native", "clickhouse+asynch", "clickhouse+http", "clickhouse", "clickhouses")
URL_TYPES: dict[str, UrlType] = {
    "AnyUrl": UrlType(),
    "AnyHttpUrl": UrlType(("http", "https")),
    "HttpUrl": UrlType(("http", "https"), 2083),
    "AnyWebsocketUrl": UrlType(("ws", "wss")),
    "WebsocketUrl": UrlType(("ws", "wss"), 2083),
    "FileUrl": UrlType(("file",)),
    "FtpUrl": UrlType(("ftp",)),
    "PostgresDsn": UrlType(("postgres", "postgresql", *(f"postgresql+{d}" for d in _POSTGRES))),
    "CockroachDsn": UrlType(("cockroachdb", "cockroachdb+psycopg2", "cockroachdb+asyncpg")),
    "AmqpDsn": UrlType(("amqp", "amqps")),
    "RedisDsn": UrlType(("redis", "rediss")),
    "MongoDsn": UrlType(("mongodb", "mongodb+srv")),
    "KafkaDsn": UrlType(("kafka",)),
    "NatsDsn": UrlType(("nats", "tls", "ws", "wss")),
    "MySQLDsn": UrlType(("mysql", *(f"mysql+{d}" for d in _MYSQL))),
    "MariaDBDsn": UrlType(("mariadb", "mariadb+mariadbconnector", "mariadb+pymysql")),
    "ClickHouseDsn": UrlType((*_CLICKHOUSE, "clickhousedb")),
    "SnowflakeDsn": UrlType(("snowflake",)),
}
"""pydantic.networks: schemes and max_length of each type."""

_SPECIAL = frozenset({"http", "https", "ws", "wss", "ftp"})
_SCHEME = regex(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PLAIN_URL = regex(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?:(?P<username>[\w.~!$&'()*+;=%-]*)(?::(?P<password>[\w.~!$&'()*+;=%-]*))?@)?"
    r"(?P<host>[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*)"
    r"(?::(?P<port>[0-9]{1,12}))?(?P<path>/[\w.~!$&'()*+,;=:@%/-]*)?(?:\?[\w.~!$&'()*+,;=:@%/?-]*)?(?:#[\w.~!$&'()*+,;=:@%/?-]*)?",
    re.ASCII,
)


def read_url(kind: str, text: str) -> Coerced:
    wanted = URL_TYPES[kind]
    if wanted.maximum is not None and len(text) > wanted.maximum:
        return Invalid(f"is longer than {wanted.maximum} characters")
    scheme = _SCHEME.match(text)
    if scheme is None:
        stripped = text.strip("".join(map(chr, range(33))))
        if not stripped or stripped[0] in "/." or (stripped.isprintable() and ":" not in stripped):
            return Invalid("is not a URL")
        return Unknown("is an unusual URL")
    name = scheme.group()[:-1]
    if wanted.schemes and name.lower() not in wanted.schemes and text.isascii() and text.isprintable():
        if not _PLAIN_URL.fullmatch(
            text
        ):  # another part may be what the library complains about: all the same
            return Invalid("is not a URL with a scheme that is allowed here")
        return Invalid(f"has the scheme {name}, where {listed(wanted.schemes, 'or')} is expected")
    match = _PLAIN_URL.fullmatch(text)
    if match is None:
        return Unknown("is an unusual URL")
    host, port = match["host"], match["port"]
    if port and int(port) > 65535:
        return Invalid("has a port above 65535")
    if host.startswith("xn--") or ".xn--" in host.lower() or host.lower().startswith("xn--"):
        return Unknown("is an unusual URL")
    if name in _SPECIAL and re.fullmatch(r"[0-9]+|0x[0-9a-f]*", host.rpartition(".")[2], re.IGNORECASE):
        try:
            ipaddress.IPv4Address(host)
        except ValueError:
            return Unknown("is an unusual URL")
    if name == "file":
        return Unknown("is an unusual URL")
    return Known(
        Url(text, name, host.lower() if name in _SPECIAL else host, int(port) if port else None,
            match["username"] or None, match["password"], match["path"])
    )  # fmt: skip


def _any_address(text: str) -> Any:
    return ipaddress.ip_address(text)


SCALARS: dict[str, Callable[[str], Coerced]] = {
    "int": read_int,
    "float": read_float,
    "bool": read_bool,
    "decimal": read_decimal,
    "uuid": read_uuid,
    "path": read_path,
    "datetime": read_datetime,
    "date": read_date,
    "time": read_time,
    "timedelta": read_timedelta,
    "bytesize": read_bytesize,
    "ipv4address": _with(ipaddress.IPv4Address, "is not an IPv4 address"),
    "ipv6address": _with(ipaddress.IPv6Address, "is not an IPv6 address"),
    "ipv4network": _with(ipaddress.IPv4Network, "is not an IPv4 network"),
    "ipv6network": _with(ipaddress.IPv6Network, "is not an IPv6 network"),
    "ipv4interface": _with(ipaddress.IPv4Interface, "is not an IPv4 interface"),
    "ipv6interface": _with(ipaddress.IPv6Interface, "is not an IPv6 interface"),
    "ipvanyaddress": _with(_any_address, "is not an IP address"),
    "ipvanynetwork": _with(ipaddress.ip_network, "is not an IP network"),
    "ipvanyinterface": _with(ipaddress.ip_interface, "is not an IP interface"),
}
"""How each kind of scalar is read from a text."""
