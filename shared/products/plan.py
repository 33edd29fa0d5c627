"""What intake does with an application for a product before it is scored: part of the product's document.

Four sections, all optional; a product without them is taken in and sent on at once.

```yaml
needs:                       # complete is what has all of these
  facts: [annual_income, employment_since]
  documents: [identity, income_proof]
screening:                   # answered before any report is paid for
  duplicate_days: 30         # the same party asks for the same product again while it is under way, or so soon after
  cooling_off_days: 90       # after a decline
  velocity:
    - {key: phone, days: 7, at_most: 3}
investigation:
  purpose: credit_assessment # the consent that is needed
  sources:
    - {source: consumer-bureau, max_age_days: 30, unless_known: [bureau_score], on_failure: refer}
clock: us-reg-b              # a jurisdiction's profile of terms
```
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_SOURCE: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")
_MOST: Final = 50
_MOST_DAYS: Final = 3_650


class Key(StrEnum):
    """By what applications are counted together."""

    PARTY = "party"
    PHONE = "phone"
    BANK_ACCOUNT = "bank_account"
    DEVICE = "device"
    CHANNEL = "channel"


class OnFailure(StrEnum):
    """What the lack of a report means: the application is referred to a person, or goes on without it."""

    REFER = "refer"
    PROCEED = "proceed"


@dataclass(frozen=True, slots=True)
class Needs:
    """What must be there before an application is complete: facts by name, documents by type."""

    facts: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Velocity:
    """At most `at_most` applications with the same key within `days` days, the new one included."""

    key: Key
    days: int
    at_most: int


@dataclass(frozen=True, slots=True)
class Screening:
    """When an application is answered without a look at the applicant. None switches a test off."""

    duplicate_days: int | None = None
    cooling_off_days: int | None = None
    velocity: tuple[Velocity, ...] = ()


@dataclass(frozen=True, slots=True)
class Consult:
    """One step of the waterfall: ask `source`, unless a report of at most `max_age_days` is there, or all facts of
    `unless_known` are (an empty list means always).
    """

    source: str
    max_age_days: int = 0
    unless_known: tuple[str, ...] = ()
    on_failure: OnFailure = OnFailure.REFER


@dataclass(frozen=True, slots=True)
class Investigation:
    """Whom to ask, in this order, under a consent for `purpose`."""

    purpose: str
    sources: tuple[Consult, ...]


@dataclass(frozen=True, slots=True)
class Clock:
    """The name of a profile of terms (`services.intake.domain.clock`)."""

    profile: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything between an application's arrival and its submission."""

    needs: Needs
    screening: Screening
    investigation: Investigation | None = None
    clock: Clock | None = None


NO_PLAN: Final = Plan(Needs(), Screening())
SECTIONS: Final = frozenset({"needs", "screening", "investigation", "clock"})


def parse_plan(document: Mapping[str, Any], facts: Mapping[str, object]) -> Plan:
    """Return the plan in the document of a product with these `facts`; raises `ValueError` naming a fault."""
    clock = document.get("clock")
    if clock is not None:
        _match(_SOURCE, clock, "clock")
    investigation = document.get("investigation")
    return Plan(
        _needs(_section(document, "needs"), facts),
        _screening(_section(document, "screening")),
        None if investigation is None else _investigation(_section(document, "investigation"), facts),
        None if clock is None else Clock(clock),
    )


def _needs(section: Mapping[str, Any], facts: Mapping[str, object]) -> Needs:
    _only(section, {"facts", "documents"}, "needs")
    return Needs(_facts(section, "facts", facts, "needs"), _names(section.get("documents", []), "needs.documents"))


def _screening(section: Mapping[str, Any]) -> Screening:
    _only(section, {"duplicate_days", "cooling_off_days", "velocity"}, "screening")
    return Screening(
        _days(section.get("duplicate_days"), "screening.duplicate_days"),
        _days(section.get("cooling_off_days"), "screening.cooling_off_days"),
        tuple(_velocity(entry) for entry in _list(section.get("velocity", []), "screening.velocity")),
    )


def _velocity(entry: object) -> Velocity:
    found = _mapping(entry, "an entry of screening.velocity")
    _only(found, {"key", "days", "at_most"}, "screening.velocity")
    days, at_most = _days(found.get("days"), "days"), found.get("at_most")
    if days is None or type(at_most) is not int or at_most < 1:
        raise ValueError("screening.velocity needs key, days and at_most, a whole number from 1")
    try:
        return Velocity(Key(found.get("key", "")), days, at_most)
    except ValueError:
        raise ValueError(f"screening.velocity: key is one of {', '.join(Key)}") from None


def _investigation(section: Mapping[str, Any], facts: Mapping[str, object]) -> Investigation:
    _only(section, {"purpose", "sources"}, "investigation")
    sources = tuple(_consult(entry, facts) for entry in _list(section.get("sources", []), "investigation.sources"))
    if not sources:
        raise ValueError("investigation.sources is empty")
    names = [entry.source for entry in sources]
    if len(set(names)) != len(names):
        raise ValueError("a source stands twice in investigation.sources")
    return Investigation(_match(_NAME, section.get("purpose"), "investigation.purpose"), sources)


def _consult(entry: object, facts: Mapping[str, object]) -> Consult:
    found = _mapping(entry, "an entry of investigation.sources")
    _only(found, {"source", "max_age_days", "unless_known", "on_failure"}, "investigation.sources")
    failure = found.get("on_failure", OnFailure.REFER)
    if failure not in list(OnFailure):
        raise ValueError(f"on_failure is one of {', '.join(OnFailure)}")
    return Consult(
        _match(_SOURCE, found.get("source"), "source"),
        _days(found.get("max_age_days", 0), "max_age_days") or 0,
        _facts(found, "unless_known", facts, "investigation.sources"),
        OnFailure(failure),
    )


def _section(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return _mapping(document.get(name, {}), name)


def _mapping(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{where} must be a mapping")
    return value


def _list(value: object, where: str) -> Sequence[Any]:
    if not isinstance(value, list) or len(value) > _MOST:
        raise ValueError(f"{where} must be a list of at most {_MOST}")
    return value


def _only(section: Mapping[str, Any], allowed: set[str], where: str) -> None:
    unknown = sorted(str(key) for key in set(section) - allowed)
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r} in {where}")


def _days(value: object, where: str) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= _MOST_DAYS:
        raise ValueError(f"{where} must be a whole number of days, at most {_MOST_DAYS}")
    return value


def _names(value: object, where: str) -> tuple[str, ...]:
    return tuple(_match(_NAME, entry, where) for entry in _list(value, where))


def _facts(section: Mapping[str, Any], key: str, facts: Mapping[str, object], where: str) -> tuple[str, ...]:
    names = _names(section.get(key, []), f"{where}.{key}")
    for name in names:
        if name not in facts:
            raise ValueError(f"{where}.{key} names {name!r}, which is no fact of the product")
    return names


def _match(pattern: re.Pattern[str], value: object, where: str) -> str:
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise ValueError(f"{where} must be a lower-case name")
    return value
