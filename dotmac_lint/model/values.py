"""What pydantic makes of a text from the environment, by the type of the field.

Lax mode, after pydantic-settings has decoded JSON for the types that it calls complex. The behaviour is
checked against the library in tests/oracle/test_values.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dotmac_lint.known import Known, Unknown
from dotmac_lint.model.guard_builtins import matches
from dotmac_lint.model.scalars import (
    ODD,
    SCALARS,
    URL_TYPES,
    Coerced,
    Invalid,
    Member,
    Secret,
    Url,
    read_int,
    read_url,
)

if TYPE_CHECKING:
    from dotmac_lint.model.settings_types import TypeInfo

__all__ = ["Coerced", "Invalid", "Member", "Secret", "Url", "coerce", "coerce_value", "is_complex"]

COLLECTIONS = frozenset(
    {
        "list", "set", "frozenset", "tuple", "deque", "sequence", "dict", "mapping", "model", "dataclass",
        "typeddict", "namedtuple",
    }
)  # fmt: skip
_OBJECTS = frozenset({"model", "dataclass", "typeddict", "namedtuple"})
_UNKNOWN_TYPE = Unknown("has a type that is not followed")


def is_complex(type_: TypeInfo) -> bool | None:
    """Whether pydantic-settings decodes JSON for it; None where that cannot be told."""
    from dotmac_lint.model import settings_types

    return (
        settings_types.union_is_complex(type_) if type_.kind == "union" else settings_types.is_complex(type_)
    )


def coerce(text: str, type_: TypeInfo) -> Coerced:
    """What a field of the type gets from a variable's text."""
    complex_ = is_complex(type_)
    if type_.decode == "no" or complex_ is False:
        return coerce_value(text, type_)
    if complex_ is None:
        return _UNKNOWN_TYPE
    try:
        value = json.loads(text)
    except ValueError:
        if type_.kind == "union":
            # pydantic-settings lets the text itself through, for the members that are not complex.
            return coerce_value(text, type_)
        return Invalid(f"is not JSON, which pydantic-settings expects for a {type_.kind}")
    except RecursionError:
        return Unknown("is nested deeply")
    return coerce_value(value, type_)


def coerce_value(value: Any, type_: TypeInfo) -> Coerced:
    """What pydantic makes of a text, or of a value decoded from JSON."""
    if isinstance(value, Unknown):
        return value
    if any(name == "validator" and kind != "AfterValidator" for name, kind in type_.constraints):
        return Unknown("is seen by a validator first")
    result = _coerce(value, type_)
    if isinstance(result, Known) and type_.constraints:
        return constrained(result.value, dict(type_.constraints))
    return result


def _coerce(value: Any, type_: TypeInfo) -> Coerced:
    kind = type_.kind
    if type_.model is not None and type_.model.root is not None:
        return _coerce(value, type_.model.root)
    if kind == "any":
        return Known(value)
    if kind == "union":
        return _union(value, type_)
    if kind == "none":
        return Known(None) if value is None else Invalid("is not None")
    if value is None and kind in _NOT_NONE:
        return Invalid("is null")
    if kind == "enum":
        return _enum(value, type_)
    if kind == "literal":
        return _literal(value, type_)
    if kind in COLLECTIONS:
        return _collection(value, type_)
    if type_.constraint("strict"):
        return ODD if type_.kind != "str" or not isinstance(value, str) else Known(value)
    result = _from_text(value, type_) if isinstance(value, str) else _from_json(value, kind)
    plain = _PLAIN_NAMES.get(kind)
    if isinstance(result, Known) and plain is not None and type_.name not in plain:
        return Unknown(f"is checked by {type_.name}, which is not followed")
    return result


_PLAIN_NAMES = {
    "uuid": ("UUID",), "datetime": ("datetime",), "date": ("date",), "time": ("time",),
    "path": ("Path", "PurePath", "PosixPath", "PurePosixPath"), "str": ("str", "StrictStr", "Text", "AnyStr", "constr"),
    "int": ("int", "PositiveInt", "NonNegativeInt", "NegativeInt", "NonPositiveInt", "conint"),
    "float": ("float", "PositiveFloat", "NonNegativeFloat", "NegativeFloat", "NonPositiveFloat", "confloat",
              "FiniteFloat"),
}  # fmt: skip
"""Names under which a kind is that kind alone; a class of one's own may do anything."""
_NOT_NONE = frozenset({"str", "secret", "enum", "url", "bytes", *SCALARS, *COLLECTIONS})


def _from_text(text: str, type_: TypeInfo) -> Coerced:
    kind = type_.kind
    if kind in SCALARS:
        return SCALARS[kind](text)
    match kind:
        case "str":
            return Known(text)
        case "secret":
            inner = coerce_value(text, type_.args[0]) if type_.args else Known(text)
            return Known(Secret(text)) if isinstance(inner, Known) else inner
        case "bytes":
            return Known(text.encode("utf-8", "surrogateescape"))
        case "url" if type_.name in URL_TYPES:
            return read_url(type_.name, text)
        case "json":
            try:
                return (
                    coerce_value(json.loads(text), type_.args[0]) if type_.args else Known(json.loads(text))
                )
            except ValueError:
                return Invalid("is not JSON")
            except RecursionError:
                return Unknown("is nested deeply")
    return _UNKNOWN_TYPE


def _from_json(value: Any, kind: str) -> Coerced:
    """Numbers, booleans, lists and dicts where a scalar is expected."""
    if isinstance(value, list | dict):
        return (
            Invalid(f"is a {type(value).__name__}")
            if kind in ("str", "int", "float", "bool")
            else _UNKNOWN_TYPE
        )
    match kind:
        case "str":
            return Invalid("is not a text but a number or a boolean")
        case "int" if isinstance(value, bool | int):
            return Known(int(value))
        case "int" if isinstance(value, float):
            if value.is_integer() and abs(value) < 2**53:
                return Known(int(value))
            return Invalid("is not an integer") if value == value and abs(value) < 2**53 else ODD
        case "float" if isinstance(value, bool | int | float):
            return Known(float(value)) if abs(value) < 2**53 or isinstance(value, float) else ODD
        case "bool" if value in (0, 1):
            return Known(bool(value))
        case "bool":
            return Invalid("is not a boolean")
    return _UNKNOWN_TYPE


def _enum(value: Any, type_: TypeInfo) -> Coerced:
    known = [(name, member.value) for name, member in type_.members if isinstance(member, Known)]
    if not known or len(known) != len(type_.members):
        return Unknown("is of an Enum whose values are not known")
    members = known
    mixin = type_.mixin
    probe = value
    if mixin == "int" and isinstance(value, str):
        number = read_int(value)
        if not isinstance(number, Known):
            return ODD if isinstance(number, Unknown) else _not_one_of([m for _, m in members])
        probe = number.value
    for name, member in members:
        if type(member) is type(probe) and member == probe:
            return Known(Member(type_.name, name, member, mixin))
    if not isinstance(value, str) or not all(isinstance(m, str | int) for _, m in members):
        return Unknown("is of an unusual Enum")
    return _not_one_of([m for _, m in members])


def _not_one_of(values: list[Any]) -> Invalid:
    shown = [str(value) for value in values]
    if len(shown) > 8:
        shown = [*shown[:8], "..."]
    return Invalid(f"is none of {', '.join(shown)}")


def _literal(value: Any, type_: TypeInfo) -> Coerced:
    values = list(type_.values)
    if not values:
        return Unknown("is of a Literal that is not known")
    for one in values:
        if type(one) is type(value) and one == value:
            return Known(one)
    if isinstance(value, str) and all(isinstance(v, str | int | None) for v in values):
        return _not_one_of(values)
    return Unknown("is of an unusual Literal")


def _collection(value: Any, type_: TypeInfo) -> Coerced:
    kind = type_.kind
    if kind in _OBJECTS:
        simple = not isinstance(value, dict | list | str)
        return Invalid("is not an object") if simple and kind == "model" else Unknown("is an object")
    if kind in ("deque", "sequence", "mapping") or type_.name.partition("[")[0] in ("Counter", "OrderedDict"):
        return _UNKNOWN_TYPE
    if kind == "dict":
        if not isinstance(value, dict):
            return Invalid("is not a dictionary (a JSON object)")
        return _dict(value, type_)
    if not isinstance(value, list):
        return Unknown("is an object") if isinstance(value, dict) else Invalid("is not a list (a JSON array)")
    if kind == "tuple" and not type_.args:
        return Known(tuple(value))
    if kind == "tuple" and not type_.ellipsis:
        if len(value) != len(type_.args):
            return Invalid(f"does not have {len(type_.args)} items")
        pairs: list[tuple[Any, TypeInfo | None]] = list(zip(value, type_.args, strict=True))
    else:
        element = type_.args[0] if type_.args else None
        pairs = [(item, element) for item in value]
    items = []
    unknown: Unknown | None = None
    for position, (item, expected) in enumerate(pairs):
        result: Coerced = Known(item) if expected is None else coerce_value(item, expected)
        if isinstance(result, Invalid):
            return Invalid(f"has an item ({position + 1}) that {result.why}")
        if isinstance(result, Unknown):
            unknown = result
        else:
            items.append(result.value)
    if unknown is not None:
        return unknown
    if kind in ("set", "frozenset"):
        try:
            return Known(set(items) if kind == "set" else frozenset(items))
        except TypeError:
            return Unknown("has items of an unusual type")
    return Known(tuple(items) if kind == "tuple" else items)


def _dict(value: dict[str, Any], type_: TypeInfo) -> Coerced:
    if len(type_.args) != 2:
        return Known(value)
    result: dict[Any, Any] = {}
    unknown: Unknown | None = None
    for key, item in value.items():
        name, content = coerce_value(key, type_.args[0]), coerce_value(item, type_.args[1])
        if isinstance(name, Invalid):
            return Invalid(f"has a key that {name.why}")
        if isinstance(content, Invalid):
            return Invalid(f"has a value that {content.why}")
        if isinstance(name, Unknown) or isinstance(content, Unknown):
            unknown = name if isinstance(name, Unknown) else content  # type: ignore[assignment]
        else:
            result[name.value] = content.value
    return unknown if unknown is not None else Known(result)


_EXACT_LAST = frozenset({"none", "int", "float", "bool", "decimal", *COLLECTIONS})
"""Types that take no text exactly: beside them, `str` wins in a union."""


def _union(value: Any, type_: TypeInfo) -> Coerced:
    """Smart mode: an exact match wins; several lax matches are not told apart here."""
    members = type_.args
    if value is None and any(m.kind == "none" for m in members):
        return Known(None)
    others = [m for m in members if m.kind != "none"]
    if len(others) == 1:
        return coerce_value(value, others[0])
    if isinstance(value, str) and any(m.kind == "str" and not m.constraints for m in others):
        rest = [m for m in others if m.kind != "str"]
        if all(m.kind in _EXACT_LAST for m in rest):
            return Known(value)
        return Unknown("fits several members of a union")
    results = [coerce_value(value, member) for member in others]
    if all(isinstance(result, Invalid) for result in results):
        return Invalid("fits no member of the union")
    good = [result for result in results if not isinstance(result, Invalid)]
    return good[0] if len(good) == 1 else Unknown("fits several members of a union")


def constrained(value: Any, constraints: Mapping[str, Any]) -> Coerced:
    """`value`, if the bounds, lengths and patterns of its field allow it."""
    unknown: Unknown | None = None
    for name, bound in constraints.items():
        if isinstance(bound, Unknown) or bound is None:
            if isinstance(bound, Unknown):
                unknown = bound
            continue
        if name == "strict":
            continue
        if name == "strip_whitespace":
            if bound and isinstance(value, str):
                unknown = Unknown("is stripped") if value.strip() != value else unknown
            continue
        outcome = _constraint(name, bound, value)
        if outcome is None:
            unknown = Unknown(f"is subject to {name}, which is not followed")
        elif isinstance(outcome, str):
            return Invalid(outcome) if unknown is None else unknown
    return Known(value) if unknown is None else unknown


_BOUNDS = {"gt": "greater than", "ge": "at least", "lt": "less than", "le": "at most"}


def _constraint(name: str, bound: Any, value: Any) -> str | bool | None:
    """True where the constraint holds, a clause where it does not, None where it cannot be told."""
    if name in _BOUNDS:
        if not isinstance(bound, int | float) or isinstance(value, str | Member | Secret | Url | list | dict):
            return None
        try:
            if name == "gt":
                holds = value > bound
            elif name == "ge":
                holds = value >= bound
            elif name == "lt":
                holds = value < bound
            else:
                holds = value <= bound
        except TypeError:
            return None
        return True if holds else f"is not {_BOUNDS[name]} {bound}"
    if name in ("min_length", "max_length") and isinstance(bound, int):
        length = len(value.value) if isinstance(value, Secret) else None
        if isinstance(value, str | list | tuple | set | frozenset | dict | bytes):
            length = len(value)
        if length is None:
            return None
        unit = "items" if isinstance(value, list | tuple | set | frozenset | dict) else "characters"
        if name == "min_length":
            return True if length >= bound else f"has fewer than {bound} {unit}"
        return True if length <= bound else f"has more than {bound} {unit}"
    if name in ("pattern", "regex") and isinstance(bound, str) and isinstance(value, str):
        found = matches("search" if name == "pattern" else "match", bound, value)
        return found if found is not False else f"does not match the pattern {bound}"
    if name == "multiple_of" and isinstance(bound, int) and isinstance(value, int) and bound > 0:
        return True if value % bound == 0 else f"is not a multiple of {bound}"
    if name == "allow_inf_nan" and isinstance(value, float):
        return None if value != value or abs(value) == float("inf") else True
    return None
