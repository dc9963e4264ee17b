"""What a service is given against what it reads: the variables that nothing takes, and what was meant."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Literal

import msgspec

from dotmac_lint.data import table
from dotmac_lint.fix import Applicability, Edit, Fix
from dotmac_lint.known import Known
from dotmac_lint.model.environment import Variable
from dotmac_lint.model.scalars import Invalid
from dotmac_lint.model.variable_readers import (
    SERVERS,
    is_imported_from_elsewhere,
    may_be_a_librarys,
    may_be_ours,
    place_of,
)
from dotmac_lint.source import Span

if TYPE_CHECKING:
    from dotmac_lint.model.deployment import Deployment, Service
    from dotmac_lint.model.settings import Field, SettingsClass

Proof = Literal["section", "field", "bundled", "absence"]

SURE = 90
"""The score from which a candidate is meant beyond doubt, if it is the only one."""
MANY = 10
"""Unread variables of a service, from which absence proves nothing where most of its variables are unread."""
NEAR = 74
"""The score from which a name counts as lying next to a field."""


class Candidate(msgspec.Struct, frozen=True):
    """An environment name that may have been meant: a field's, or one that code reads."""

    name: str
    score: float
    """0 to 100."""
    why: str
    span: Span
    field: Field | None = None
    taken: bool = False
    """The service already sets it."""


class Unread(msgspec.Struct, frozen=True):
    """A variable that is set and that nothing in the service reads."""

    variable: Variable
    services: tuple[Service, ...]
    proof: Proof
    settings: SettingsClass | None
    section: Field | None
    candidates: tuple[Candidate, ...]

    @property
    def cause(self) -> object:
        """What nothing reads in several services of a file is one thing; what may be a slip is told one by one."""
        at = self.variable.name_span
        alone = self.proof in ("section", "field") or self.candidates
        return at if alone else (self.proof, self.variable.name, at.path)


@cache
def _names() -> dict[str, list[list[str]]]:
    return table("names")


@cache
def synonymous(kind: Literal["synonyms", "sections"], one: str, other: str) -> bool:
    return one == other or any(one in group and other in group for group in _names()[kind])


@cache
def tokens(name: str) -> tuple[str, ...]:
    return tuple(token for token in re.split(r"[_\W]+", name.lower()) if token)


def unread_variables(deployment: Deployment) -> Iterator[Unread]:
    """Each variable of an `environment:` block that none of the services which share the block reads; and of the env
    files that services read, what falls into a section of their settings, or lies next to a field.

    Those that miss a field by the delimiter, an alias or the case are told apart in `misnamed`.
    """
    interpolated = {reference.name for reference in deployment.project.interpolations}
    groups: dict[Span, list[tuple[Service, Variable]]] = {}
    read: set[Span] = set()
    for service in deployment.startable:
        for variable in service.environment:
            if variable.mechanism == "dockerfile" or variable.name_span in read:
                continue
            if variable.mechanism == "env_file" and (variable.placeholder or variable.name in interpolated):
                continue  # what only an example holds is told of it
            if service.misnaming(variable.name) is not None:
                continue
            if service.reads(variable) is False:
                groups.setdefault(variable.name_span, []).append((service, variable))
            else:
                # Some service that shares the line (an anchor, `extends`) reads it, or may.
                read.add(variable.name_span)
    found = [
        _explain(tuple(service for service, _ in rows), rows[0][1])
        for span, rows in groups.items()
        if span not in read
    ]
    by_absence = Counter(s.name for unread in found if unread.proof == "absence" for s in unread.services)
    for unread in found:
        if _is_read_in_another(deployment, unread.variable):
            continue
        if unread.variable.mechanism == "env_file" and (
            unread.proof not in ("section", "field") or deployment.repository.naming(unread.variable.name)
        ):
            continue  # an env file is read by others, too
        if unread.proof == "absence" and any(
            may_be_a_librarys(service.workspace, service.files, unread.variable.name)
            or is_imported_from_elsewhere(service.workspace, service.files, unread.variable.name)
            or _reader_is_missed(service, by_absence[service.name])
            or not (
                _has_a_sibling(service, unread.variable.name)
                or may_be_ours(service.workspace, unread.variable.name, unread.variable.name_span.path)
            )
            for service in unread.services
        ):
            continue
        yield unread


def _is_read_in_another(deployment: Deployment, variable: Variable) -> bool:
    """Whether the service reads it where no overlay has put another command; or another that has the env file."""
    shared = variable.mechanism == "env_file"
    return any(
        given.name_span == variable.name_span and service.reads(given) is not False
        for other in deployment.repository.deployments
        if shared or {*other.spec.files} < {*deployment.spec.files}
        for service in other.services
        if (given := service.environment.get(variable.name)) is not None
    )


def _has_a_sibling(service: Service, name: str) -> bool:
    """Whether the service's own code reads variables that begin as `name` does, or any, if it begins as a server is
    called, of which the code has to be told."""
    fields = (field.names for settings in service.settings for field in settings.fields)
    read = {one.lower().split("_")[0] for one in chain(service.names_read_in_code, *fields)}
    first = name.lower().split("_")[0]
    return first in read or (first in SERVERS and bool(read))


def _reader_is_missed(service: Service, unread: int) -> bool:
    """Whether so many variables of the service are read nowhere that something must read them unseen."""
    given = sum(variable.mechanism == "environment" for variable in service.environment)
    return unread >= MANY and 2 * unread > given


def _explain(services: tuple[Service, ...], variable: Variable) -> Unread:
    service = services[0]
    if service.is_bundled_before(variable.name):
        return Unread(variable, services, "bundled", None, None, ())
    best: list[Candidate] = []
    section: Field | None = None
    owner: SettingsClass | None = None
    for settings in service.settings:
        found = settings.lookup(variable.name)
        if found.section is not None and section is None:
            section, owner = found.section, settings
        best += _candidates(settings, variable, found.section, service)
    best += _read_elsewhere(service, variable)
    ranked: dict[str, Candidate] = {}
    for candidate in sorted(best, key=lambda c: (-c.score, c.name)):
        ranked.setdefault(candidate.name, candidate)
    near = [candidate for candidate in ranked.values() if candidate.score >= NEAR]
    proof: Proof = "section" if section is not None else "field" if near else "absence"
    if owner is None and service.settings:
        owner = service.settings[0]
    return Unread(variable, services, proof, owner, section, tuple(near[:4]))


def _candidates(
    settings: SettingsClass, variable: Variable, section: Field | None, service: Service
) -> Iterator[Candidate]:
    for field in settings.fields:
        if field.section or not field.names:
            continue
        name = field.names[0]
        if section is not None and field.path[: len(section.path)] != section.path:
            continue
        score, why = _score(variable, field, section, settings)
        if score >= NEAR:
            taken = any(service.environment.get(other) is not None for other in field.names)
            yield Candidate(_in_case_of(name, variable.name), score, why, field.span, field, taken)


def _in_case_of(name: str, like: str) -> str:
    """`name` in the case that the deployment's author writes."""
    return name.lower() if like == like.lower() and like != like.upper() and name == name.upper() else name


def _score(
    variable: Variable, field: Field, section: Field | None, settings: SettingsClass
) -> tuple[float, str]:
    """How likely `variable` means `field`, 0 to 100, and why."""
    from rapidfuzz.fuzz import ratio

    name, canonical = variable.name.upper(), field.names[0].upper()
    given, leaf = tokens(variable.name), tokens(field.path[-1])
    whole = tuple(token for part in field.path for token in tokens(part))
    if section is not None:
        prefix = tuple(token for part in section.path for token in tokens(part))
        before = tokens(settings.env_prefix)
        if before and given[: len(before)] == before:
            given = given[len(before) :]
        rest = given[-(len(given) - len(prefix)) :] if len(given) > len(prefix) else given
        below = tuple(token for part in field.path[len(section.path) :] for token in tokens(part))
        written, wanted = "_".join(rest), "_".join(below)
        if synonymous("synonyms", written, wanted):
            return 95 + _agrees(variable, wanted), "another word for the same thing"
        closeness = ratio(written, wanted)
        if closeness >= 80 and not _end_apart(rest, below):
            return closeness, "almost the same spelling"
        if set(rest) < set(below) or set(below) < set(rest):
            return 78, "the same words"
        return 0, ""
    if (
        canonical.endswith("_" + name)
        and settings.env_prefix
        and canonical == settings.env_prefix.upper() + name
    ):
        return 96, f"the settings read it with the prefix {settings.env_prefix}"
    if given == whole:
        return 94, "the same words with another delimiter"
    if len(field.path) > 1 and given == leaf and len(given) > 1:
        return 88, f"the field of that name lies in the section `{field.path[0]}`"
    if len(field.path) > 1 and len(given) > 1 and given[1:] == leaf:
        # The provider's name stands for the section: MINIO_ENDPOINT for storage.endpoint.
        told = f"{field.description or ''} {field.path[0]}".lower()
        if synonymous("sections", given[0], field.path[-2].lower()) or re.search(rf"\b{given[0]}\b", told):
            return 86, f"{field.path[-2]} is another name for it"
    if len(given) > 1 and len(whole) > len(given) and _contains(whole, given):
        return 82 - 2 * (len(whole) - len(given)) + (whole[: len(given)] == given), "the same words"
    if len(given) > 1 and len(whole) == len(given) + 1 and _is_within(given, whole):
        return NEAR + 1, "the same words, and one between them"
    closeness = ratio(name, canonical)
    near = closeness >= 86 and len(name) > 5 and not _end_apart(given, whole)
    return (closeness, "almost the same spelling") if near else (0, "")


def _is_within(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    """Whether the words of `part` stand in `whole` in their order, among others."""
    rest = iter(whole)
    return all(word in rest for word in part)


def _contains(whole: tuple[str, ...], part: tuple[str, ...]) -> bool:
    return any(whole[i : i + len(part)] == part for i in range(len(whole) - len(part) + 1))


def _end_apart(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether the names end in words for different things, however near their letters: STORE_URL, STORE_USER."""
    if "".join(one) == "".join(other):
        return False  # `user_name` is `username`
    known = {word for group in _names()["synonyms"] for word in group}
    return {one[-1], other[-1]} <= known and not synonymous("synonyms", one[-1], other[-1])


def _agrees(variable: Variable, wanted: str) -> int:
    """Whether the value is called what the field is called: `${POSTGRES_DB}` for a database's name."""
    last = {tokens(reference)[-1] for reference in variable.references if tokens(reference)}
    return 5 if any(synonymous("synonyms", token, wanted) for token in last) else 0


def _mean_the_same(words: tuple[str, ...], given: tuple[str, ...]) -> bool:
    """Whether the names differ in the last word, which is another for the same: STORE_DB_USERNAME, STORE_DB_USER."""
    above = words[:-1]
    known = len(above) > 1 or any(above[0] in group for group in _names()["sections"] if above)
    return known and above == given[:-1] and synonymous("synonyms", words[-1], given[-1])


def _read_elsewhere(service: Service, variable: Variable) -> Iterator[Candidate]:
    """Names that code of the service reads, next to this one: JWT_SECRET_KEY for JWT_SECRET."""
    from rapidfuzz.fuzz import ratio

    given = tokens(variable.name)
    for name, path in service.names_read_in_code.items():
        words = tokens(name)
        taken = service.environment.get(name) is not None
        if len(given) > 1 and len(words) == len(given) + 1 and _is_within(given, words):
            yield Candidate(name, 76, "code reads it", place_of(service.workspace, name, path), taken=taken)
        elif not taken and words != given and _mean_the_same(words, given):
            yield Candidate(name, 85, "code reads it", place_of(service.workspace, name, path))
        elif _end_apart(words, given):
            continue
        elif not taken and len(name) > 6 and ratio(name, variable.name) >= 90 and name != variable.name:
            # Beside the right name another is no slip of the pen: DB2_HOST beside DB_HOST.
            score = ratio(name, variable.name) - 5
            yield Candidate(name, score, "code reads it", place_of(service.workspace, name, path))


def best_candidate(unread: Unread) -> tuple[Candidate | None, bool]:
    """The candidate that a fix takes, and whether it is the only one beyond doubt.

    Where several are equally near, the one that a start-up guard tests is taken.
    """
    free = [candidate for candidate in unread.candidates if not candidate.taken]
    if not free:
        return None, False
    sure = unread.proof == "section" and free[0].score >= SURE
    alone = len(free) == 1 or free[1].score < free[0].score - 5
    return free[0], sure and alone


def renamed(unread: Unread) -> Fix | None:
    """The variable by the name of the best candidate, where its field takes the value."""
    candidate, sure = best_candidate(unread)
    if candidate is None or _is_refused(candidate, unread):
        return None
    return Fix(
        f"Rename `{unread.variable.name}` to `{candidate.name}`",
        (Edit(unread.variable.name_span, candidate.name),),
        applicability=Applicability.SAFE if sure else Applicability.UNSAFE,
    )


def _is_refused(candidate: Candidate, unread: Unread) -> bool:
    """Whether the candidate's field refuses the value: it may want a list, in JSON, of what was one."""
    service, value = unread.services[0], unread.variable.value
    if candidate.field is None or not isinstance(value, Known):
        return False
    simulator = service.repository.simulator
    owners = [settings for settings in service.settings if candidate.field in settings.fields]
    return any(
        found.field is candidate.field and isinstance(found.value, Invalid)
        for settings in owners
        for found in simulator.filled(settings, {candidate.name: value})
    )


def is_misspelt(service: Service, name: str) -> bool:
    """Whether a variable of the service is one that misses `name`: to correct it is to set `name`."""
    for variable in service.environment:
        why = service.misnaming(variable.name)
        if why is not None:
            if why.right == name:
                return True
        elif variable.mechanism != "dockerfile" and service.reads(variable) is False:
            candidate, _ = best_candidate(_explain((service,), variable))
            if candidate is not None and candidate.name.upper() == name.upper():
                return True
    return False
