"""Values of variables and build arguments that YAML turns into others, because they are not quoted.

Source of behaviour: go-yaml (types of plain scalars) and Go's `%v`, as Compose prints them; measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from dotmac_lint.known import Known
from dotmac_lint.lazy import regex
from dotmac_lint.report.secrets import is_secret_name

if TYPE_CHECKING:
    from dotmac_lint.model.compose import Project
    from dotmac_lint.model.environment import Variable

_KINDS = (
    ("a date", regex(r"\d{4}-\d\d?-\d\d?([Tt ].*)?")),
    ("an octal number", regex(r"[-+]?0[0-7_]+|0o[0-7]+")),
    ("a number", regex(r"[-+]?0\d[\d_]*")),
    ("a hexadecimal number", regex(r"[-+]?0x[0-9a-fA-F]+")),
    ("a power of ten", regex(r"\d+[eE]\d+")),
)
_PERMISSIONS = regex(r"(^|_)(u?mask|f?mode|chmod)(_|$)", re.I)
"""Their readers take any digits for an octal number: to them `2` is `002`, but `18` is not `022`."""
_VERSION = regex(r"\d+\.\d*0")
_VERSION_NAME = regex(r"version|release|tag|_ver$", re.I)


class Retyped(NamedTuple):
    """`variable` of `service` becomes `value`; `kind` is what YAML takes it for; `of` is where it stands."""

    service: str
    variable: Variable
    of: str
    kind: str
    value: str
    secret: bool


def retyped(project: Project) -> Iterator[Retyped]:
    """Those that mean something else afterwards: `1.50` stays the same number, `VERSION: 3.10` another version."""
    for service in project.services.values():
        arguments = service.build.args.values() if service.build else ()
        for of, variables in (("environment", service.environment), ("build.args", arguments)):
            for variable in variables:
                raw, value = variable.raw, variable.value
                if raw is None or not isinstance(value, Known) or value.value == raw or variable.references:
                    continue
                kind = next((kind for kind, pattern in _KINDS if pattern.fullmatch(raw)), None)
                if kind is None and _VERSION.fullmatch(raw) and _VERSION_NAME.search(variable.name):
                    kind = "a number"
                if _PERMISSIONS.search(variable.name) and value.value == raw.lstrip("0"):
                    continue
                if kind is not None:
                    secret = is_secret_name(variable.name)
                    yield Retyped(service.name, variable, of, kind, value.value, secret)
