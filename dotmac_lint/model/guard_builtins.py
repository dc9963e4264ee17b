"""Builtin functions and methods, as far as start-up checks use them."""

from __future__ import annotations

import datetime
import re
import urllib.parse
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from dotmac_lint.known import Known, Unknown
from dotmac_lint.lazy import regex
from dotmac_lint.model.guard_values import (
    NATIVE,
    UNKNOWN,
    Enumeration,
    Fails,
    Instance,
    Open,
    contains,
    equal,
    known,
    plain,
    solid,
    truth,
)
from dotmac_lint.model.scalars import Member, Secret, Url
from dotmac_lint.readers.python.code import Call

ALARMING = frozenset({"warning", "warn", "error", "critical", "fatal", "exception"})
LOGGING = ALARMING | {
    "debug",
    "info",
    "log",
    "print",
    "bind",
    "getLogger",
    "get_logger",
    "echo",
    "secho",
    "success",
}
HARMLESS = frozenset(
    {
        "lower", "upper", "strip", "lstrip", "rstrip", "split", "rsplit", "startswith", "endswith", "get", "items",
        "keys", "values", "append", "extend", "add", "join", "replace", "format", "get_secret_value", "copy",
        "exists", "is_file", "is_dir", "hasattr", "len", "str", "bool", "repr", "sorted", "set", "list", "tuple",
        "any", "all", "token_urlsafe", "token_hex", "urandom", "now", "utcnow", "time", "model_dump", "dict",
        "type", "id", "title", "casefold", "removeprefix", "removesuffix", "count", "urlparse", "cast", "Path",
        "model_copy", "hexdigest", "sha256", "getenv", "isoformat", "total_seconds", "getattr", "enumerate", "zip",
    }
)  # fmt: skip
"""Names of calls that are taken not to raise on values that fit their type."""

LONGEST = 100_000


def text(value: Any) -> Any:
    """`str(value)`."""
    match value:
        case str():
            return value
        case bool() | int() | float() | None | Decimal():
            return str(value)
        case Secret():
            return "**********" if value.value else ""
        case Unknown() | Open() | Member() | Url() | Enumeration():
            return UNKNOWN
    message = getattr(value, "message", UNKNOWN)
    if isinstance(message, str):
        return message
    if isinstance(value, list | tuple | dict) and solid(value):
        return str(value)
    return UNKNOWN


def _len(arguments: list[Any], keywords: dict[str, Any]) -> Any:
    value = plain(arguments[0]) if len(arguments) == 1 else UNKNOWN
    match value:
        case Open() | Unknown():
            return UNKNOWN
        case Secret():
            return len(value.value)
        case str() | list() | tuple() | dict() | set() | frozenset() | bytes():
            return len(value)
        case None | int() | float():
            raise Fails("TypeError")
    return UNKNOWN


def _convert(type_: Callable[[Any], Any]) -> Callable[[list[Any], dict[str, Any]], Any]:
    def convert(arguments: list[Any], keywords: dict[str, Any]) -> Any:
        value = plain(arguments[0]) if len(arguments) == 1 and not keywords else UNKNOWN
        if isinstance(value, str) and len(value) > 4000:
            return UNKNOWN
        if not isinstance(value, str | int | float | Decimal | None):
            return UNKNOWN
        try:
            return type_(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise Fails(type(error).__name__) from None

    return convert


def _truth_of_all(arguments: list[Any], keywords: dict[str, Any], stops: bool) -> Any:
    values = arguments[0] if len(arguments) == 1 else UNKNOWN
    if not isinstance(values, list | tuple | set | frozenset | dict):
        return UNKNOWN
    results = [truth(value) for value in values]
    if stops in results:
        return stops
    return UNKNOWN if None in results or isinstance(values, Open) else not stops


def _sequence(type_: Callable[[Any], Any]) -> Callable[[list[Any], dict[str, Any]], Any]:
    def make(arguments: list[Any], keywords: dict[str, Any]) -> Any:
        value = plain(arguments[0]) if arguments else []
        if keywords or isinstance(value, Open) or len(arguments) > 1:
            return UNKNOWN
        if isinstance(value, str | list | tuple | set | frozenset | dict | range) and len(value) <= 10_000:
            items = list(value)
            if type_ in (set, frozenset, sorted) and not solid(items):
                return UNKNOWN
            try:
                return type_(items)
            except TypeError:
                raise Fails("TypeError") from None
        return UNKNOWN

    return make


def _extreme(choose: Callable[..., Any]) -> Callable[[list[Any], dict[str, Any]], Any]:
    def extreme(arguments: list[Any], keywords: dict[str, Any]) -> Any:
        values = [plain(value) for value in arguments]
        values = values[0] if len(values) == 1 else values
        if keywords or not isinstance(values, list | tuple) or not solid(values) or not values:
            return UNKNOWN
        try:
            return choose(values)
        except TypeError:
            raise Fails("TypeError") from None

    return extreme


def _text(arguments: list[Any], keywords: dict[str, Any]) -> Any:
    return text(arguments[0]) if len(arguments) == 1 else UNKNOWN


def _range(arguments: list[Any], keywords: dict[str, Any]) -> Any:
    if all(isinstance(argument, int) for argument in arguments) and 1 <= len(arguments) <= 2:
        return range(*arguments)
    return UNKNOWN


def _enumerate(arguments: list[Any], keywords: dict[str, Any]) -> Any:
    values = arguments[0] if len(arguments) == 1 and not keywords else UNKNOWN
    return (
        list(enumerate(values))
        if isinstance(values, list | tuple) and not isinstance(values, Open)
        else UNKNOWN
    )


def _zip(arguments: list[Any], keywords: dict[str, Any]) -> Any:
    if all(isinstance(a, list | tuple) and not isinstance(a, Open) for a in arguments) and not keywords:
        return list(zip(*arguments, strict=False))
    return UNKNOWN


def _moment(type_: Callable[..., Any]) -> Callable[[list[Any], dict[str, Any]], Any]:
    def make(arguments: list[Any], keywords: dict[str, Any]) -> Any:
        if not all(isinstance(value, int | float) for value in (*arguments, *keywords.values())):
            return UNKNOWN
        try:
            return type_(*arguments, **keywords)
        except (TypeError, ValueError, OverflowError) as error:
            raise Fails(type(error).__name__) from None

    return make


def _urlparse(arguments: list[Any], keywords: dict[str, Any]) -> Any:
    text = plain(arguments[0]) if len(arguments) == 1 and not keywords else UNKNOWN
    if not isinstance(text, str) or not _PLAIN.fullmatch(text):
        return UNKNOWN
    parts = urllib.parse.urlsplit(text)
    names = ("scheme", "netloc", "path", "query", "fragment", "hostname", "username", "password")
    return Instance(None, ("?",), {name: getattr(parts, name) for name in names})


_PLAIN = regex(r"[a-z+]+://[\w.:@/?=&,%-]*", re.ASCII)


def simple_pattern(pattern: str) -> bool:
    """A regular expression that takes no exponential time and means the same everywhere."""
    if len(pattern) > 200 or not pattern.isascii() or not pattern.isprintable():
        return False
    if re.search(
        r"\)[*+{]|\\[1-9]|\(\?|\\[^\w]?[zZAbBpPkgGRXhHvNuUxc]|[*+?}][*+]|&&|--|~~|\[\[|\[:", pattern
    ):
        return False
    return len(re.findall(r"[*+{]", pattern)) <= 3


def matches(how: str, pattern: str, value: str) -> bool | None:
    """`re.match`, `re.search` or `re.fullmatch`; None where it is not tried."""
    if not simple_pattern(pattern) or len(value) > 80 or not value.isascii() or not value.isprintable():
        return None
    try:
        return getattr(re, how)(pattern, value) is not None
    except (re.error, RecursionError, OverflowError):
        return None


def _match(how: str) -> Callable[[list[Any], dict[str, Any]], Any]:
    def match(arguments: list[Any], keywords: dict[str, Any]) -> Any:
        values = [plain(argument) for argument in arguments]
        if len(values) == 2 and not keywords and all(isinstance(value, str) for value in values):
            found = matches(how, *values)
            return UNKNOWN if found is None else True if found else None
        return UNKNOWN

    return match


FUNCTIONS: dict[str, Callable[[list[Any], dict[str, Any]], Any]] = {
    "len": _len,
    "str": _text,
    "int": _convert(int),
    "float": _convert(float),
    "bool": lambda a, k: known(truth(a[0])) if len(a) == 1 else UNKNOWN,
    "any": lambda a, k: _truth_of_all(a, k, True),
    "all": lambda a, k: _truth_of_all(a, k, False),
    "list": _sequence(list),
    "tuple": _sequence(tuple),
    "set": _sequence(set),
    "frozenset": _sequence(frozenset),
    "sorted": _sequence(sorted),
    "min": _extreme(min),
    "max": _extreme(max),
    "sum": _extreme(sum),
    "abs": _convert(abs),
    "range": _range,
    "enumerate": _enumerate,
    "zip": _zip,
    "re.match": _match("match"),
    "re.search": _match("search"),
    "re.fullmatch": _match("fullmatch"),
    "typing.cast": lambda a, k: a[1] if len(a) == 2 else UNKNOWN,
    "datetime.date": _moment(datetime.date),
    "datetime.datetime": _moment(datetime.datetime),
    "datetime.timedelta": _moment(datetime.timedelta),
    "urllib.parse.urlparse": _urlparse,
    "urllib.parse.urlsplit": _urlparse,
    "print": lambda a, k: None,
    "dict": lambda a, k: dict(k) if not a else UNKNOWN,
}

REFUSING = frozenset({"int", "float", "datetime.date", "datetime.datetime", "datetime.timedelta"})
"""What may raise on a text or number that is not known."""

_TEXT_METHODS = frozenset(
    {
        "lower", "upper", "strip", "lstrip", "rstrip", "startswith", "endswith", "split", "rsplit", "replace",
        "isdigit", "isalnum", "isalpha", "isupper", "islower", "isspace", "isnumeric", "isdecimal", "isidentifier",
        "title", "capitalize", "casefold", "find", "rfind", "count", "partition", "rpartition", "splitlines",
        "removeprefix", "removesuffix", "swapcase", "isascii", "isprintable",
    }
)  # fmt: skip


def method(
    owner: Any,
    name: str,
    arguments: list[Any],
    keywords: dict[str, Any],
    otherwise: Callable[..., Any],
    node: Call,
    spoil: Callable[[Any], None],
) -> Any:
    """What `owner.name(...)` gives; lists, dicts and sets are changed in place, or spoilt."""
    value = plain(owner)
    if isinstance(value, Secret) and name == "get_secret_value":
        return value.value
    if isinstance(value, str) and not keywords:
        if name in _TEXT_METHODS:
            given = [plain(a) if isinstance(a, Member) else a for a in arguments]
            if not all(solid(a) for a in given) or len(value) > LONGEST:
                return UNKNOWN
            return _native(value, name, given)
        if name == "join" and len(arguments) == 1 and solid(arguments[0]):
            return _native(value, name, arguments)
    if isinstance(value, datetime.timedelta) and name == "total_seconds" and not arguments:
        return value.total_seconds()
    if isinstance(value, list) and not keywords:
        result = _list_method(value, name, arguments)
        if result is not otherwise_:
            return result
    if isinstance(value, dict) and not keywords:
        result = _dict_method(value, name, arguments)
        if result is not otherwise_:
            return result
    if isinstance(value, set | frozenset) and not keywords:
        if name in ("issubset", "issuperset", "isdisjoint", "union", "intersection", "difference"):
            given = [list(a) if isinstance(a, set | frozenset) else a for a in arguments]
            return _native(value, name, given) if all(solid(a) for a in given) else UNKNOWN
        if name == "add" and len(arguments) == 1 and solid(arguments[0]) and isinstance(value, set):
            return _native(value, name, arguments)
    if isinstance(value, list | dict | set):
        spoil(value)
    return otherwise(node, name, arguments)


otherwise_ = object()


def _native(value: Any, name: str, arguments: list[Any]) -> Any:
    if name == "replace" and len(arguments) == 2 and all(isinstance(a, str) for a in arguments):
        if len(value) * max(len(arguments[1]), 1) > LONGEST:
            return UNKNOWN
    try:
        return getattr(value, name)(*arguments)
    except (TypeError, ValueError, LookupError) as error:
        raise Fails(type(error).__name__) from None


def _list_method(value: list[Any], name: str, arguments: list[Any]) -> Any:
    if name == "append" and len(arguments) == 1:
        value.append(arguments[0])
        return None
    if name == "extend" and len(arguments) == 1:
        more = arguments[0]
        if isinstance(more, list | tuple) and not isinstance(more, Open):
            value.extend(more)
            return None
    if name == "insert" and len(arguments) == 2 and isinstance(arguments[0], int):
        if not isinstance(value, Open):
            value.insert(arguments[0], arguments[1])
            return None
    if name in ("clear", "reverse") and not arguments and not isinstance(value, Open):
        value.clear() if name == "clear" else value.reverse()
        return None
    if name == "copy":
        return type(value)(value)
    if name == "count" and len(arguments) == 1:
        results = [equal(item, arguments[0]) for item in value]
        return UNKNOWN if None in results or isinstance(value, Open) else sum(map(bool, results))
    return otherwise_


def _dict_method(value: dict[Any, Any], name: str, arguments: list[Any]) -> Any:
    key = plain(arguments[0]) if arguments else None
    if name in ("get", "pop", "setdefault") and isinstance(key, str | int):
        if key in value:
            return value.pop(key) if name == "pop" else value[key]
        if name == "pop" and len(arguments) == 1:
            raise Fails("KeyError")
        default = arguments[1] if len(arguments) > 1 else None
        if name == "setdefault":
            value[key] = default
        return default
    if name == "items":
        return list(value.items())
    if name in ("keys", "values"):
        return list(value) if name == "keys" else list(value.values())
    if name == "copy":
        return dict(value)
    if name == "update" and len(arguments) == 1 and isinstance(arguments[0], dict):
        value.update(arguments[0])
        return None
    return otherwise_


_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,), "int": (int,), "float": (float,), "bool": (bool,), "list": (list,), "tuple": (tuple,),
    "dict": (dict,), "set": (set,), "bytes": (bytes,), "frozenset": (frozenset,),
}  # fmt: skip


def is_instance(value: Any, name: str) -> bool | None:
    """`isinstance(value, name)` for classes that are not of the repository."""
    if name in _TYPES:
        if isinstance(value, Member):
            return value.mixin == name
        if isinstance(value, NATIVE):
            return isinstance(value, _TYPES[name])
        return False if isinstance(value, Secret | Url) else None
    if name.rpartition(".")[2] in ("SecretStr", "SecretBytes"):
        return (
            isinstance(value, Secret)
            if isinstance(value, NATIVE)
            else True
            if isinstance(value, Secret)
            else None
        )
    return None


def url_attribute(url: Url, name: str) -> Any:
    """An attribute of pydantic's URLs; the library gives some a port or a path that are not written."""
    match name:
        case "scheme":
            return url.scheme
        case "host" if url.host:
            return url.host
        case "port" if url.port is not None:
            return url.port
    return UNKNOWN


__all__ = [
    "ALARMING",
    "FUNCTIONS",
    "HARMLESS",
    "LOGGING",
    "Known",
    "contains",
    "is_instance",
    "matches",
    "method",
    "text",
]
