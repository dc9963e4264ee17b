"""Makes the settings object as pydantic would: values into fields, then validators, in the library's order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, partial
from typing import Any

import msgspec

from dotmac_lint.known import Known, Unknown
from dotmac_lint.lazy import regex
from dotmac_lint.model.environment import Environment, Variable
from dotmac_lint.model.guard_evaluator import Evaluator, Program, Stop
from dotmac_lint.model.guard_values import (
    NATIVE,
    UNKNOWN,
    Bound,
    Code,
    Fields,
    Handler,
    Info,
    Instance,
    Namespace,
    dotted,
    flattened,
)
from dotmac_lint.model.scalars import Invalid, Member, Secret, Url
from dotmac_lint.model.settings import INITIALISER, Field, SettingsClass, objects
from dotmac_lint.model.settings_types import TypeInfo
from dotmac_lint.model.start_code import calls_in
from dotmac_lint.model.values import coerce, coerce_value, is_complex
from dotmac_lint.readers.python.code import (
    Assign,
    Attribute,
    Call,
    Class,
    Constant,
    Expr,
    Function,
    Name,
    Pairs,
    Subscript,
)
from dotmac_lint.report.secrets import is_secret_name


class Missing(msgspec.Struct, frozen=True, tag="missing"):
    """A required field that nothing gives."""


Result = Known[Any] | Invalid | Unknown | Missing
Values = Environment | Mapping[str, Variable | Known[str] | Unknown]
_ABSENT = object()
_SCALARS = frozenset({"int", "float", "bool", "str"})


class Validator(msgspec.Struct, frozen=True):
    """A decorated method: `mode` is "before", "after", "plain" or "wrap"; no fields means the whole model."""

    function: Function
    owner: Code
    mode: str
    fields: tuple[str, ...]
    always: bool
    legacy: bool
    """pydantic 1's decorators, which get `values` instead of an info object."""


def _in_either_form(text: str, type: TypeInfo) -> Known[Any] | Invalid | Unknown:
    """What a value of a mapping gets: the text, or what it says as JSON, depending on the library's version."""
    taken = coerce_value(text, type)
    try:
        decoded = coerce_value(json.loads(text), type)
    except (ValueError, RecursionError):
        return taken
    same = isinstance(taken, Invalid) == isinstance(decoded, Invalid)
    return taken if same and (isinstance(taken, Invalid) or taken == decoded) else UNKNOWN


def _variable_text(environment: Values, name: str) -> Any:
    """For `os.environ`: the text, None where it is not set."""
    if isinstance(environment, Environment):
        value = environment.value(name)
    else:
        found = environment.get(name)
        value = found.value if isinstance(found, Variable) else found
        if isinstance(found, Variable) and found.value is None:
            value = Unknown("is given by the host")
    return value.value if isinstance(value, Known) else value


class Validation:
    """One making of a settings object."""

    def __init__(
        self,
        program: Program,
        settings: SettingsClass,
        code: Code | None,
        environment: Values,
        dotenv: str | None = None,
        given: frozenset[str] | None = frozenset(),
    ) -> None:
        self.program = program
        self.settings = settings
        self.code = code
        self.environment = environment
        self.dotenv = dotenv
        """The `.env` file that the process may find and that nobody can see here."""
        self.given = given
        """The fields that the call gives which makes the object; None: any may be."""
        self.evaluator = Evaluator(program, None, partial(_variable_text, environment))
        self.results: list[tuple[Field, Result, str | None, Variable | None]] = []
        self.inputs: dict[tuple[str, ...], Any] = {}
        """What fields were given before their validators saw it."""
        self._rewritten: dict[tuple[str, ...], Any] = {}
        """What validators of the model have put in the place of what the environment gives."""
        self._in_code: set[tuple[str, ...]] = set()
        """The fields that the default of their section has a value for."""
        self.doubts = False
        """Something that is not known may make the library refuse the settings."""
        self.refused = False
        self.instance: Instance | None = None
        self._by_lower: dict[str, str] = {}
        variables = environment.variables if isinstance(environment, Environment) else environment
        for name in variables:
            self._by_lower.setdefault(name.lower(), name)
        self._children: dict[tuple[str, ...], list[Field]] = {}
        for field in settings.fields:
            self._children.setdefault(field.path[:-1], []).append(field)

    def run(self) -> Instance | None:
        """The object, with Unknown for what cannot be told; None where there is none."""
        self.instance = self._model(
            self.code, (), {}, validate_default=self._validates_defaults(self.code, True)
        )
        return self.instance

    def value(self, path: tuple[str, ...]) -> Any:
        """What the field at `path` holds now."""
        owner: Any = self.instance
        for part in path:
            overlay = self.evaluator.overlay
            if not isinstance(owner, Instance):
                return self.inputs.get(path, UNKNOWN)
            owner = overlay.get((owner.path, part), owner.fields.get(part, UNKNOWN))
        return self.inputs.get(path, UNKNOWN) if owner is UNKNOWN else owner

    def override(self, instance: Instance, path: tuple[str, ...], value: Any) -> None:
        """Changes a field once the object is made."""
        owner: Any = instance
        for part in path[:-1]:
            owner = owner.fields.get(part) if isinstance(owner, Instance) else None
        if isinstance(owner, Instance):
            self.evaluator.overlay[owner.path, path[-1]] = value

    def after(self, instance: Instance) -> Evaluator:
        """An evaluator for code that runs once the object is made."""
        evaluator = Evaluator(self.program, instance, partial(_variable_text, self.environment))
        evaluator.overlay = dict(self.evaluator.overlay)
        return evaluator

    @cached_property
    def _elsewhere(self) -> str:
        """What else may fill fields that the environment does not."""
        sources = [one for one in self.settings.other_sources if one != INITIALISER]
        if len(sources) < len(self.settings.other_sources) and not self._hands_on():
            sources.append(INITIALISER)
        if sources:
            return sources[0]
        return "a name that cannot be worked out" if self.settings.open else self.dotenv or ""

    def _hands_on(self) -> bool:
        """Whether `__init__` gives pydantic's only what it is given itself."""
        found = self.code.find("__init__") if self.code is not None else None
        if found is None or not isinstance(found[1], Function):
            return True
        calls = calls_in(found[1].body)
        source = self.settings.workspace.source(found[0].namespace.path)
        text = found[1].range.slice(source.text) if source is not None else ""
        for parameter in found[1].parameters:
            # Once where it is declared, once where it is handed on: nothing is put into it.
            uses = re.findall(rf"(?<![\w.]){re.escape(parameter.name)}(?!\w)", text)
            if parameter.kind == "double star" and len(uses) > 2:
                return False
        return all(
            not call.keywords and not call.arguments
            for _, _, call in calls
            if dotted(call.function).endswith("__init__")
        )

    @cached_property
    def secrets(self) -> list[str]:
        """The texts of secrets, longest first: what no message may show."""
        found = set()
        for field, result, name, _ in self.results:
            value = result.value if isinstance(result, Known) else None
            text = value.value if isinstance(value, Secret) else value
            named = name is not None and is_secret_name(name)
            if isinstance(text, str) and len(text) > 3 and (field.secret or named):
                found.add(text)
            if isinstance(value, Url) and value.password:
                found.add(value.password)
        variables = self.environment.variables if isinstance(self.environment, Environment) else {}
        for name, variable in variables.items():
            if is_secret_name(name) and isinstance(variable.value, Known) and len(variable.value.value) > 3:
                found.add(variable.value.value)
        for code in self.code.mro() if self.code is not None else ():
            for statement in (*flattened(code.namespace.body), *code.node.body):
                match statement:
                    case Assign(target=Name(name=name), value=Constant(value=str() as text)):
                        if is_secret_name(name) and len(text) > 3:
                            found.add(text)
        return sorted(found, key=len, reverse=True)

    # ---- variables

    @property
    def _names(self) -> Iterable[str]:
        """Of the variables."""
        given = self.environment
        return given.variables if isinstance(given, Environment) else given

    @cached_property
    def _stray(self) -> dict[tuple[str, ...], bool]:
        """The fields below which variables lie that no field takes, which the library puts together all the same, and
        whether one of them is surely set."""
        found: dict[tuple[str, ...], bool] = {}
        delimiter = self.settings.env_nested_delimiter
        for name in self._names if delimiter and not self.settings.open else ():
            if delimiter and delimiter.lower() in name.lower():
                looked = self.settings.lookup(name)
                path = looked.section.path if looked.section is not None and not looked.fields else ()
                value = self._lookup(name)[0]
                for length in range(1, len(path) + 1):
                    found[path[:length]] = found.get(path[:length], False) or isinstance(value, Known)
        return found

    def _lookup(self, name: str) -> tuple[Known[str] | Unknown | None, Variable | None, str]:
        environment = self.environment
        actual = name if self.settings.case_sensitive else self._by_lower.get(name.lower(), name)
        if isinstance(environment, Environment):
            return environment.value(actual), environment.get(actual), actual
        found = environment.get(actual)
        if isinstance(found, Variable):
            return (Unknown("is given by the host") if found.value is None else found.value), found, actual
        return found, None, actual

    def _raw(self, field: Field) -> tuple[Any, str | None, Variable | None]:
        """The text of the first of the field's variables that is set; `_ABSENT` where none is."""
        own = {name for name, _ in field.reads}  # these its default reads by itself
        for name in field.names:
            if name in own:
                continue
            value, variable, actual = self._lookup(name)
            if isinstance(value, Unknown):
                return value, actual, variable
            if isinstance(value, Known) and (
                self.settings.may_ignore_the_environment or any(inside == name for inside, _ in field.inside)
            ):
                return UNKNOWN, actual, variable
            if isinstance(value, Known):
                if value.value == "" and getattr(self.settings, "env_ignore_empty", False):
                    continue
                return value.value, actual, variable
        return _ABSENT, None, None

    def _given_below(self, field: Field, raw: Any, *, plain: bool) -> tuple[Any, str, Variable | None] | None:
        """What variables below a mapping give it, with the one that decides: `LIMITS__A` for `limits`. None where there
        is none. `plain` says that no validator has a part in it.
        """
        fold = str if self.settings.case_sensitive else str.lower
        rows = [
            (name, fold(name)[len(prefix) :])
            for prefix in map(fold, field.any_below)
            for name in self._names
            if fold(name).startswith(prefix)
        ]
        if not rows:
            return None
        of, model = field.type, self.settings.model
        simple = plain and of.kind == "dict" and len(of.args) > 1 and of.args[0].kind == "str"
        simple = simple and not of.constraints and not of.args[0].constraints and of.args[1].kind in _SCALARS
        simple = simple and model.version != 1 and not model.config.get("env_parse_none_str")
        values: dict[str, Any] = {}
        complete = simple and raw is _ABSENT
        for name, key in rows:
            value, variable, actual = self._lookup(name)
            delimiter = self.settings.env_nested_delimiter
            if (
                not simple
                or not isinstance(value, Known)
                or (delimiter and delimiter in key)
                or (variable is not None and _stands_in(variable, field, value.value))
            ):
                complete = False
            elif value.value or not getattr(self.settings, "env_ignore_empty", False):
                taken = _in_either_form(value.value, of.args[1])
                if isinstance(taken, Invalid):
                    return taken, actual, variable
                complete = complete and isinstance(taken, Known)
                values[key] = taken.value if isinstance(taken, Known) else UNKNOWN
        _, variable, actual = self._lookup(rows[0][0])
        if complete and values:
            return Known(values), actual, variable
        self.doubts = True
        return Unknown("variables below it give it"), actual, variable

    # ---- models

    def _validates_defaults(self, code: Code | None, settings: bool) -> bool:
        """pydantic-settings validates defaults, plain models do not, unless their configuration says so."""
        if code is not None:
            for keyword, value in _configuration(code):
                if keyword in ("validate_default", "validate_all") and isinstance(value, Constant):
                    return bool(value.value)
            return settings or any(name.endswith("BaseSettings") for name in code.externals())
        return settings

    def _model(
        self, code: Code | None, path: tuple[str, ...], given: Mapping[str, Any], *, validate_default: bool
    ) -> Instance | None:
        """The object at `path` made from the environment and from `given` (decoded JSON)."""
        refused = False
        before = len(self.evaluator.leaves)
        validators = list(_validators(code)) if code is not None else []
        instance = Instance(code, path, {})
        changed = self._before_model(code, path, validators) or (
            path != () and _changes_what_it_is_given(code)
        )
        data = Fields(path, {}, earlier=True)
        for field in self._children.get(path, ()):
            name = field.path[-1]
            result, variable_name, variable = self._field(
                code, field, given, validators, data, validate_default
            )
            if changed and isinstance(result, Known | Missing | Invalid):
                self.doubts |= not isinstance(result, Known)
                result = Unknown("may be changed by a validator of the model")
            if isinstance(result, Instance):
                instance.fields[name] = result
                data[name] = result
                self.results.append((field, Unknown("is a section"), variable_name, variable))
                continue
            self.results.append((field, result, variable_name, variable))
            if isinstance(result, Known):
                instance.fields[name] = data[name] = result.value
            elif isinstance(result, Unknown):
                instance.fields[name] = data[name] = result
            else:
                refused = True
        if refused:
            self.refused = True
            return None
        if code is None:
            return instance
        self._after_model(code, instance, validators)
        return None if any(leaf.certain for leaf in self.evaluator.leaves[before:]) else instance

    def _before_model(self, code: Code | None, path: tuple[str, ...], validators: list[Validator]) -> bool:
        """Follows the validators that see the raw values; whether they may change them in ways not known."""
        mine = [v for v in validators if not v.fields and v.mode != "after"]
        if not mine:
            return False
        values, complete = self._raw_values(path)
        names = {field.path[-1] for field in self._children.get(path, ())}
        given: dict[str, Any] = dict(values)
        for validator in reversed(mine):
            argument: Any = Fields(path, dict(given)) if complete else UNKNOWN
            result = self._call(validator, code, [argument])
            known = isinstance(result, dict) and not any(isinstance(v, Unknown) for v in result.values())
            if validator.mode == "wrap" or not complete or not known or not result.keys() <= names:
                return True
            given = dict(result)
        for name in names:
            if given.get(name, _ABSENT) is not values.get(name, _ABSENT):
                self._rewritten[(*path, name)] = given.get(name, _ABSENT)
        return False

    def _raw_values(self, path: tuple[str, ...]) -> tuple[dict[str, Any], bool]:
        """What validators of the model get by field name; whether that is known to be all."""
        values: dict[str, Any] = {}
        complete = not path
        for field in self._children.get(path, ()):
            raw, _, variable = self._raw(field)
            if not field.section and (
                raw is _ABSENT or (isinstance(raw, str) and _keeps_default(field, raw))
            ):
                continue
            named = len(field.names) == 1 and field.names[0].lower().endswith(field.path[-1].lower())
            complete = complete and not field.section and named
            if isinstance(raw, str) and is_complex(field.type) and not _decodes_itself(field):
                try:
                    raw = json.loads(raw)
                except (ValueError, RecursionError):
                    complete = False
            complete = complete and not (isinstance(raw, Unknown) and variable is None)
            values[field.path[-1]] = raw
        return values, complete

    def _after_model(self, code: Code, instance: Instance, validators: list[Validator]) -> None:
        whole = [v for v in validators if not v.fields and v.mode == "after"]
        for validator in (v for v in whole if v.legacy):
            values = Fields(instance.path, instance.fields)
            result = self._call(validator, code, [values])
            if isinstance(result, dict):
                instance.fields.update(result)
            else:
                instance.fields.update(dict.fromkeys(instance.fields, UNKNOWN))
        for name in ("model_post_init", "__init__", "__post_init__"):
            found = code.find(name)
            if name == "model_post_init" and found and isinstance(found[1], Function):
                self._bound(Bound(found[1], found[0].namespace, found[0], (instance,)), [None])
                for validator in (v for v in whole if not v.legacy):
                    self._call_after(validator, instance)
            elif name == "model_post_init":
                for validator in (v for v in whole if not v.legacy):
                    self._call_after(validator, instance)
            elif name == "__init__" and found and isinstance(found[1], Function):
                self._bound(Bound(found[1], found[0].namespace, found[0], (instance,)), [])

    def _call_after(self, validator: Validator, instance: Instance) -> None:
        decorators = {dotted(d).rpartition(".")[2] for d in validator.function.decorators}
        first = instance if "classmethod" not in decorators else validator.owner
        self._bound(Bound(validator.function, validator.owner.namespace, validator.owner, (first,)), [])

    def _bound(self, bound: Bound, arguments: list[Any]) -> Any:
        self.evaluator.reads = set()
        try:
            return self.evaluator.call(bound, arguments)
        except Stop:
            return _ABSENT

    # ---- fields

    def _field(
        self,
        code: Code | None,
        field: Field,
        given: Mapping[str, Any],
        validators: list[Validator],
        data: Fields,
        validate_default: bool,
    ) -> tuple[Any, str | None, Variable | None]:
        name = field.path[-1]
        raw, variable_name, variable = self._raw(field)
        json_value = given.get(name, _ABSENT)
        if len(field.path) == 1 and (self.given is None or name in self.given):
            return Unknown("code may give it when it makes the settings"), variable_name, variable
        if field.path in self._in_code:
            return Unknown("the default of its section gives it"), None, None
        if field.required and isinstance(raw, Unknown) and not _is_set(raw, variable):
            self.doubts = True
        if isinstance(raw, str) and _keeps_default(field, raw):
            raw = _ABSENT
        if field.path in self._rewritten:
            raw, json_value = _ABSENT, self._rewritten[field.path]
        if field.section:
            return self._section(code, field, raw, json_value), variable_name, variable
        if isinstance(raw, str) and variable is not None and _stands_in(variable, field, raw):
            raw = Unknown("a placeholder of an example stands for it")
        if not field.any_below and field.path in self._stray:
            self.doubts = True  # what variables below a list give it is no list
        if field.any_below:
            own = (v for v in validators if name in v.fields or "*" in v.fields)
            below = self._given_below(field, raw, plain=not any(own) and json_value is _ABSENT)
            if below is not None:
                return below
        if raw is _ABSENT and json_value is _ABSENT:
            result = self._default(code, field)
            if isinstance(result, Missing):
                return result, None, None
            says = _said_of(code, name, "validate_default")
            if isinstance(says, Constant):
                validate_default = bool(says.value)
            chosen = [v for v in validators if v.fields and (validate_default or v.always)]
            if validate_default and isinstance(result, Known):
                result = _default_value(result.value, field)
            value = self._run(code, field, result, chosen, data, None)
            return value, None, None
        self.doubts |= self._reads_in_vain(field, given=True)
        chosen = [v for v in validators if v.fields]
        if raw is not _ABSENT:
            return self._run(code, field, UNKNOWN, chosen, data, raw), variable_name, variable
        return (
            self._run(code, field, UNKNOWN, chosen, data, json_value, decoded=True),
            variable_name,
            variable,
        )

    def _run(
        self,
        code: Code | None,
        field: Field,
        start: Any,
        validators: list[Validator],
        data: Fields,
        raw: Any,
        decoded: bool = False,
    ) -> Any:
        """The field's validators around the conversion of `raw`; of a default (`raw` None), only those."""
        name = field.path[-1]
        mine = [v for v in validators if name in v.fields or "*" in v.fields]
        before = [v for v in reversed(mine) if v.mode == "before"]
        special = [v for v in mine if v.mode in ("plain", "wrap")]
        result: Any = start
        if raw is not None or decoded:
            value: Any = raw
            if (
                isinstance(raw, str)
                and not decoded
                and not _decodes_itself(field)
                and is_complex(field.type)
                and mine
            ):
                try:
                    value, decoded = json.loads(raw), True
                except ValueError:
                    if field.doubt:
                        return UNKNOWN
                    if field.type.kind != "union":
                        return Invalid("is not JSON, which pydantic-settings expects here")
                except RecursionError:
                    return UNKNOWN
            if before:
                self.inputs[field.path] = value
            for validator in before:
                value = self._call(validator, code, [value], data, field)
                if value is _ABSENT:
                    return UNKNOWN
                decoded = True
            if isinstance(value, Unknown):
                result = value
            elif special:
                result = Known(value)
            elif decoded or not isinstance(value, str):
                result = (
                    coerce_value(value, field.type)
                    if not isinstance(value, _ODD)
                    else Unknown("is an object")
                )
            else:
                result = field.take("", value)
        elif before and isinstance(start, Known):
            self.inputs[field.path] = value = start.value
            for validator in before:
                value = self._call(validator, code, [value], data, field)
                if value is _ABSENT:
                    return UNKNOWN
            same = value is start.value
            result = (
                start if same else value if isinstance(value, Unknown) else coerce_value(value, field.type)
            )
        if isinstance(result, Invalid) and field.doubt:
            result = Unknown(field.doubt)
        if isinstance(result, Unknown):
            constraints = [name for name, _ in field.type.constraints]
            anything = field.type.kind in ("str", "secret", "any") and not constraints
            self.doubts |= "validator" in constraints or (raw is not None and not anything)
        if isinstance(result, Invalid):
            return result
        self.inputs[field.path] = result.value if isinstance(result, Known) else UNKNOWN
        for validator in special:
            result = self._replaced(validator, code, field, result, data, alone=len(mine) == 1)
            if isinstance(result, Invalid) or result is _ABSENT:
                return UNKNOWN
        for validator in mine:
            if validator.mode == "after":
                value = result.value if isinstance(result, Known) else result
                value = self._call(validator, code, [value], data, field)
                if value is _ABSENT:
                    return UNKNOWN
                result = value if isinstance(value, Unknown) else Known(value)
        return result

    def _replaced(
        self, validator: Validator, code: Code | None, field: Field, given: Any, data: Fields, alone: bool
    ) -> Any:
        """What a validator gives that stands in the place of the field's own conversion, or around it."""
        value = given.value if isinstance(given, Known) else UNKNOWN

        def convert(inner: Any) -> Known[Any] | Invalid | Unknown:
            if not alone or isinstance(inner, (Unknown, *_ODD)):
                return UNKNOWN
            text = isinstance(inner, str) and not _decodes_itself(field)
            return coerce(inner, field.type) if text else coerce_value(inner, field.type)

        arguments = [value, Handler(convert)] if validator.mode == "wrap" else [value]
        result = self._call(validator, code, arguments, data, field)
        if result is _ABSENT:
            return _ABSENT
        return (
            Known(result) if alone and not isinstance(result, Unknown) else Unknown("is made by a validator")
        )

    def _call(
        self,
        validator: Validator,
        code: Code | None,
        arguments: list[Any],
        data: Fields | None = None,
        field: Field | None = None,
    ) -> Any:
        """What the validator returns; `_ABSENT` where it surely raises."""
        function = validator.function
        parameters = [p for p in function.parameters if p.kind == "plain"]
        decorators = {dotted(d).rpartition(".")[2] for d in function.decorators}
        receiver: tuple[Any, ...] = () if "staticmethod" in decorators else (code or validator.owner,)
        rest = parameters[len(receiver) + len(arguments) :]
        keywords: dict[str, Any] = {}
        for parameter in (*rest, *(p for p in function.parameters if p.kind == "keyword")):
            if validator.legacy:
                if parameter.name == "values":
                    keywords["values"] = data if data is not None else UNKNOWN
            elif data is not None:
                keywords[parameter.name] = Info(data)
        taint: dict[str, frozenset[tuple[str, ...]]] = {}
        if field is not None and len(parameters) > len(receiver):
            taint[parameters[len(receiver)].name] = frozenset({field.path})
        self.evaluator.reads = set()
        try:
            return self.evaluator.call(
                Bound(function, validator.owner.namespace, validator.owner, receiver),
                arguments,
                keywords,
                taint,
            )
        except Stop:
            return _ABSENT

    # ---- sections

    def _section(self, code: Code | None, field: Field, raw: Any, json_value: Any) -> Any:
        inner = self._section_code(code, field)
        defaults = self._validates_defaults(inner, False)
        given: Mapping[str, Any] = {}
        if isinstance(json_value, dict):
            given = json_value
        if isinstance(raw, Unknown):
            self.doubts = True
            return raw
        if isinstance(raw, str):
            try:
                decoded = json.loads(raw)
            except ValueError:
                if any(one.kind not in ("model", "none") for one in field.type.args):
                    self.doubts = True  # the text may be what another member of the union takes
                    return UNKNOWN
                return Invalid("is not JSON, which pydantic-settings expects for a section")
            except RecursionError:
                return UNKNOWN
            if isinstance(decoded, dict):
                given = {**given, **decoded}
            elif decoded is not None:
                return Invalid("is not an object")
            else:
                raw = _ABSENT
        inside = [self._raw(one)[::2] for one in self._below(field.path)]
        provided = bool(given) or raw is not _ABSENT or any(_is_set(*one) for one in inside)
        forbids = any(model.config.get("extra") == "forbid" for model, _ in objects(field.type))
        known = {
            name for child in self._children.get(field.path, ()) for name in (child.path[-1], *child.names)
        }
        self.doubts |= forbids and not given.keys() <= known
        if (
            provided
            and not field.required
            and self.settings.model.config.get("nested_model_default_partial_update")
        ):
            self.doubts = True
            self._in_code |= {one.path for one in self._below(field.path) if self._raw(one)[0] is _ABSENT}
        stray = self._stray.get(field.path)
        if stray is not None:
            plain = (
                inner is not None
                and field.type.kind in ("model", "union")
                and self.settings.model.version != 1
            )
            provided |= stray and plain
            self.doubts |= not (stray and plain) or forbids
        if not provided and any(text is not _ABSENT for text, _ in inside):
            self.doubts = True
            for below in self._below(field.path):
                self.results.append((below, Unknown("is in a section that may not be there"), None, None))
            return Unknown("may not be there")
        if provided and len({id(model) for model, _ in objects(field.type)}) > 1:
            self.doubts = True
            for below in self._below(field.path):
                _, name, variable = self._raw(below)
                self.results.append(
                    (below, Unknown("is in a section that has several forms"), name, variable)
                )
            return UNKNOWN
        if provided or (inner is None and field.default is None and not field.required):
            return self._model(inner, field.path, given, validate_default=defaults) or UNKNOWN
        statement = code.find(field.path[-1]) if code is not None else None
        value = (
            _default_expression(statement[1].value)
            if statement and isinstance(statement[1], Assign)
            else None
        )
        if isinstance(value, Constant) and value.value is None:
            self.doubts |= field.type.kind == "model"
            for below in self._below(field.path):
                self.results.append((below, Unknown("is in a section that is not there"), None, None))
            return Known(None)
        if field.required and value is None:
            return Missing()
        keywords = dict(value.keywords) if isinstance(value, Call) else {}
        self._in_code |= self._given_by_default(inner, field, value)
        instance = self._model(inner, field.path, {}, validate_default=defaults)
        if instance is None:
            return UNKNOWN
        if isinstance(value, Call) and code is not None and (keywords or value.arguments):
            for name, expression in keywords.items():
                instance.fields[name] = self.evaluator._constant(expression, code.namespace, code)
        return instance

    def _given_by_default(self, inner: Code | None, field: Field, value: Expr | None) -> set[tuple[str, ...]]:
        """The fields of a section to which its default, made in code, gives values: those that the call of its class
        names; all, where something else makes it, unless it reads the environment itself."""
        names = {name for name, _ in value.keywords} if isinstance(value, Call) else set()
        reads = inner is not None and any(name.endswith("BaseSettings") for name in inner.externals())
        called = (
            dotted(value.function).rpartition(".")[2] if isinstance(value, Call) and value.complete else ""
        )
        every = not (reads or (inner is not None and called == inner.name))
        children = (child.path for child in self._children.get(field.path, ()))
        return {path for path in children if every or path[-1] in names}

    def _below(self, path: tuple[str, ...]) -> Iterator[Field]:
        for field in self._children.get(path, ()):
            yield field
            yield from self._below(field.path)

    def _section_code(self, code: Code | None, field: Field) -> Code | None:
        """The class of a section, from the annotation of its field."""
        found = code.declared(field.path[-1]) if code is not None else None
        if found is None or found[1].annotation is None:
            return None
        owner, statement = found
        assert statement.annotation is not None
        for name in _type_names(statement.annotation):
            inner = owner.find(name)
            if inner is not None and isinstance(inner[1], Class):
                made = self.program.code(inner[1], inner[0].namespace, inner[0])
                return made if isinstance(made, Code) else None
            target = self.program.definition(owner.namespace, name)
            if isinstance(target, tuple) and isinstance(target[1], Class):
                made = self.program.code(target[1], target[0])
                return made if isinstance(made, Code) else None
        return None

    # ---- defaults

    def _default(self, code: Code | None, field: Field) -> Result:
        """What a field is worth that nothing gives."""
        if self._elsewhere:
            model = self.settings.model
            forbids = model.version != 1 and model.config.get("extra", "forbid") == "forbid"
            self.doubts |= field.required or (bool(self.dotenv) and forbids)
            return Unknown(f"{self._elsewhere} may give it")
        found = code.find(field.path[-1]) if code is not None else None
        if found is not None and isinstance(found[1], Assign):
            expression = _default_expression(found[1].value)
            if expression is not None:
                value = self.evaluator._constant(expression, found[0].namespace, found[0])
                if not isinstance(value, Unknown) and isinstance(value, (*NATIVE, Member, Secret, Url)):
                    return Known(value)
        if field.required:
            self.doubts |= not field.names
            return Missing() if field.names else Unknown("no environment variable reaches it")
        self.doubts |= self._reads_in_vain(field, given=False)
        default = field.default
        if isinstance(default, Known) and field.type.kind == "enum":
            result = coerce_value(default.value, field.type)
            return default if isinstance(result, Invalid) else result
        return default if default is not None else Unknown("has a default that cannot be worked out")

    def _reads_in_vain(self, field: Field, *, given: bool) -> bool:
        """Whether the default reads a variable that may not be set, by `os.environ["X"]`, or `os.getenv("X")` without
        another value; or, where the field is `given` a value, whether its class cannot be made without the variable.
        """
        for name, at in field.reads:
            source = self.settings.workspace.source(at.path)
            if source is None or isinstance(_variable_text(self.environment, name), str):
                continue
            before, behind = source.text[at.start - 1 : at.start], source.text[at.end : at.end + 1]
            if before == "[" or (behind == ")" and not given):
                # What is no factory is worked out when the class is made.
                return not given or "default_factory" not in source.text[field.span.start : at.start]
        return False


_PLACEHOLDER = regex(
    r"change[-_ ]?(me|this|it|in)|replace|your[-_ ]|<.*>|\[.*\]|\.\.\.|xxx|todo|example|placeholder|insert|secret"
    r"|^(\*+|-|\s*)$",
    re.IGNORECASE,
)


def _stands_in(variable: Variable, field: Field, text: str) -> bool:
    """Whether a value of an example file stands for another one: of a secret, or by its own words."""
    return variable.placeholder and (field.secret or bool(_PLACEHOLDER.search(text)))


def _keeps_default(field: Field, raw: str) -> bool:
    """At the top, JSON's null is as good as no variable."""
    if len(field.path) > 1 or raw.strip() != "null" or field.legacy or _decodes_itself(field):
        return False
    return is_complex(field.type) is True


def _is_set(raw: Any, variable: Variable | None) -> bool:
    """Whether the variable is surely there, whatever its value."""
    return isinstance(raw, str) or (variable is not None and variable.value is not None)


_ODD = (Instance, Secret, Url, Member, Fields)


def _default_value(value: Any, field: Field) -> Known[Any] | Invalid | Unknown:
    """A default that is validated."""
    kind = field.type.kind
    if isinstance(value, Member | Secret | Url) or kind == "any":
        return Known(value)
    if isinstance(value, list | tuple | set | frozenset | dict) and type(value).__name__ == kind:
        return Known(value)
    if value is None or isinstance(value, str | int | float | list | dict):
        result = coerce_value(value, field.type)
        return Known(value) if isinstance(result, Unknown) and kind in ("path",) else result
    return Known(value)


def _decodes_itself(field: Field) -> bool:
    """`NoDecode`: the validators get the text."""
    return bool(getattr(field, "no_decode", False))


def _configuration(code: Code) -> Iterator[tuple[str, Expr]]:
    for name in ("model_config", "Config"):
        found = code.find(name)
        if found is None:
            continue
        statement = found[1]
        if isinstance(statement, Assign) and isinstance(statement.value, Call):
            yield from statement.value.keywords
        elif isinstance(statement, Assign) and isinstance(statement.value, Pairs):
            for key, value in statement.value.items:
                if isinstance(key, Constant):
                    yield str(key.value), value
        elif isinstance(statement, Class):
            for inner in statement.body:
                if isinstance(inner, Assign) and isinstance(inner.target, Name):
                    yield inner.target.name, inner.value


_VALIDATORS = frozenset({"field_validator", "model_validator", "validator", "root_validator"})


def makes(function: Function) -> bool:
    """Whether the method runs when its object is made."""
    if function.name in ("__init__", "model_post_init", "__post_init__"):
        return True
    return any(dotted(decorator).rpartition(".")[2] in _VALIDATORS for decorator in function.decorators)


def _validators(code: Code) -> Iterator[Validator]:
    for owner, function in code.functions():
        for decorator in function.decorators:
            call = decorator if isinstance(decorator, Call) else None
            name = dotted(decorator).rpartition(".")[2]
            if name not in _VALIDATORS:
                continue
            keywords = dict(call.keywords) if call is not None else {}
            fields = tuple(
                argument.value
                for argument in (call.arguments if call is not None else ())
                if isinstance(argument, Constant) and isinstance(argument.value, str)
            )
            mode_ = keywords.get("mode")
            mode = str(mode_.value) if isinstance(mode_, Constant) else "after"
            if name in ("validator", "root_validator"):
                pre, always = keywords.get("pre"), keywords.get("always")
                before = isinstance(pre, Constant) and bool(pre.value)
                yield Validator(
                    function, owner, "before" if before else "after",
                    fields if name == "validator" else (),
                    isinstance(always, Constant) and bool(always.value), True,
                )  # fmt: skip
            else:
                yield Validator(
                    function, owner, mode, fields if name == "field_validator" else (), False, False
                )


def _changes_what_it_is_given(code: Code | None) -> bool:
    """Whether the section's own `__init__` may give pydantic's something else."""
    found = code.find("__init__") if code is not None else None
    return found is not None and isinstance(found[1], Function)


def _said_of(code: Code | None, name: str, keyword: str) -> Expr | None:
    """What `Field(...)` of the field says under the keyword."""
    found = code.declared(name) if code is not None else None
    value = found[1].value if found is not None and isinstance(found[1], Assign) else None
    if isinstance(value, Call) and dotted(value.function).rpartition(".")[2] == "Field":
        return dict(value.keywords).get(keyword)
    return None


def _default_expression(value: Expr) -> Expr | None:
    """The default in `x: T = value`, where the value may be `Field(...)`; None where there is none to follow."""
    if isinstance(value, Call) and dotted(value.function).rpartition(".")[2] in ("Field", "PrivateAttr"):
        for keyword, expression in value.keywords:
            if keyword == "default":
                return expression
            if keyword == "default_factory":
                return (
                    Call(expression.range, expression, (), ())
                    if isinstance(expression, Name | Attribute)
                    else None
                )
        return value.arguments[0] if value.arguments else None
    return value


def _type_names(annotation: Expr) -> Iterator[str]:
    """The names in an annotation, outermost first."""
    match annotation:
        case Name():
            yield annotation.name
        case Constant(value=str() as text):
            yield text.strip().split("[")[0].split("|")[0].strip()
        case Attribute():
            yield annotation.name
        case Subscript():
            yield from _type_names(annotation.index)
        case _:
            for field in ("left", "right", "items"):
                part = getattr(annotation, field, None)
                for one in part if isinstance(part, tuple) else (part,) if part is not None else ():
                    yield from _type_names(one)


__all__ = ["Missing", "Namespace", "Result", "Validation", "Validator"]
