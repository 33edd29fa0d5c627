"""How long records of a party must be kept, and when they are deleted, by jurisdiction and kind of record.

Rules are configuration, for the operator's counsel to settle; the defaults name what they rest on. A rule has two
sides: before `keep_days` have passed a person's wish to be erased is refused with the day on which it can be met, and
`delete_after_days` after it came a record is deleted by itself. A legal hold goes before both.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

MAX_DAYS: Final = 36_600


class RecordKind(StrEnum):
    """What rules are made for. Of applications there are three kinds, by what became of them."""

    APPLICATION_GRANTED = "application_granted"
    APPLICATION_REFUSED = "application_refused"
    APPLICATION_LEFT = "application_left"
    DOCUMENT = "document"
    REPORT = "report"
    REFERENCE = "reference"
    CONSENT = "consent"
    STATEMENT = "statement"
    PARTY = "party"


KEPT: Final = frozenset({RecordKind.APPLICATION_GRANTED, RecordKind.APPLICATION_REFUSED, RecordKind.APPLICATION_LEFT})
"""Kinds that put an erasure off. They are never deleted by themselves: once the party is erased they name nobody."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How long a kind of record is kept; `basis` says what the rule rests on."""

    basis: str
    keep_days: int = 0
    delete_after_days: int | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """The rules of a jurisdiction, for parties of its countries (ISO 3166-1 alpha-2)."""

    name: str
    countries: frozenset[str]
    rules: Mapping[RecordKind, Rule]


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules in use: profiles, and the one for parties of a country that none names, or of no known one."""

    profiles: tuple[Profile, ...]
    fallback: Profile

    def of(self, country: str | None) -> Profile:
        """Return the rules for a party of a country."""
        return next((profile for profile in self.profiles if country in profile.countries), self.fallback)

    def shortest_days(self, kind: RecordKind) -> int | None:
        """Return after how many days the first record of a kind may have to go; None where none ever does."""
        rules = [profile.rules.get(kind) for profile in (*self.profiles, self.fallback)]
        days = [rule.delete_after_days for rule in rules if rule is not None and rule.delete_after_days is not None]
        return min(days, default=None)


@dataclass(frozen=True, slots=True)
class PastApplication:
    """An application as far as retention goes: what became of it (None while it is under way), and when."""

    kind: RecordKind | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Keep:
    """Why a party can't be erased yet: what must be kept, until when (None while an application is under way)."""

    kind: RecordKind | None
    until: datetime | None
    basis: str


UNDER_WAY: Final = Keep(None, None, "an application is under way")


def kept(profile: Profile, applications: Iterable[PastApplication], now: datetime) -> Keep | None:
    """Return what keeps a party from being erased for longest; None where nothing does."""
    longest: Keep | None = None
    for application in applications:
        if application.kind is None:
            return UNDER_WAY
        rule = profile.rules.get(application.kind)
        if rule is None:
            continue
        until = application.at + timedelta(days=rule.keep_days)
        if until > now and (longest is None or longest.until is None or until > longest.until):
            longest = Keep(application.kind, until, rule.basis)
    return longest


def is_due(profile: Profile, kind: RecordKind, at: datetime, now: datetime) -> bool:
    """Tell whether a record that came at a time is to be deleted."""
    rule = profile.rules.get(kind)
    if rule is None or rule.delete_after_days is None:
        return False
    return at + timedelta(days=rule.delete_after_days) <= now


def parse_policy(document: object) -> Policy:
    """Return the policy in a document; raises `ValueError` naming a fault.

    ```yaml
    fallback: eu
    profiles:
      us:
        countries: [US]
        rules:
          application_refused: {keep_days: 761, basis: "12 CFR 1002.12(b)(1)"}
          report: {delete_after_days: 1096, basis: "twice what 12 CFR 1002.12(b) asks for, rounded up"}
    ```
    """
    found = _mapping(document, "the policy", {"fallback", "profiles"})
    profiles = {name: _profile(name, body) for name, body in _mapping(found.get("profiles"), "profiles", None).items()}
    fallback = profiles.get(found.get("fallback", ""))
    if fallback is None:
        raise ValueError("fallback names one of the profiles")
    named = [country for profile in profiles.values() for country in profile.countries]
    if len(set(named)) != len(named):
        raise ValueError("a country stands in two profiles")
    return Policy(tuple(profiles.values()), fallback)


def _profile(name: str, body: object) -> Profile:
    found = _mapping(body, name, {"countries", "rules"})
    countries = found.get("countries", [])
    if not isinstance(countries, list) or not all(isinstance(code, str) and len(code) == 2 for code in countries):
        raise ValueError(f"{name}: countries is a list of codes of two letters")
    rules: dict[RecordKind, Rule] = {}
    for kind, rule in _mapping(found.get("rules"), f"{name}.rules", set(RecordKind)).items():
        rules[RecordKind(kind)] = _rule(f"{name}.rules.{kind}", RecordKind(kind), rule)
    return Profile(name, frozenset(countries), rules)


def _rule(where: str, kind: RecordKind, body: object) -> Rule:
    found = _mapping(body, where, {"keep_days", "delete_after_days", "basis"})
    basis, keep, delete = found.get("basis"), found.get("keep_days", 0), found.get("delete_after_days")
    if not isinstance(basis, str) or not basis.strip():
        raise ValueError(f"{where}: basis says what the rule rests on")
    for days in (keep, delete):
        if days is not None and (type(days) is not int or not 0 <= days <= MAX_DAYS):
            raise ValueError(f"{where}: days are a whole number up to {MAX_DAYS}")
    if kind in KEPT and delete is not None:
        raise ValueError(f"{where}: applications go with their party, so they have keep_days only")
    if kind not in KEPT and keep:
        raise ValueError(f"{where}: only applications put an erasure off, so there is delete_after_days only")
    return Rule(basis, keep, delete)


def _mapping(value: object, where: str, allowed: set[Any] | None) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise ValueError(f"{where} must be a mapping")
    unknown = sorted(set(value) - allowed) if allowed is not None else []
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r} in {where}")
    return value


def _deleted(days: int, basis: str) -> dict[RecordKind, Rule]:
    kinds = (
        RecordKind.DOCUMENT,
        RecordKind.REPORT,
        RecordKind.REFERENCE,
        RecordKind.CONSENT,
        RecordKind.STATEMENT,
        RecordKind.PARTY,
    )
    return {kind: Rule(basis, delete_after_days=days) for kind in kinds}


def _kept(days: int, basis: str, granted_days: int, granted_basis: str) -> dict[RecordKind, Rule]:
    return {
        RecordKind.APPLICATION_GRANTED: Rule(granted_basis, keep_days=granted_days),
        RecordKind.APPLICATION_REFUSED: Rule(basis, keep_days=days),
        RecordKind.APPLICATION_LEFT: Rule(basis, keep_days=days),
    }


_REG_B: Final = "12 CFR 1002.12(b)(1): 25 months after notice of the action taken"
_AML_EU: Final = "Directive (EU) 2015/849, article 40: five years after the relationship has ended"
_AML_CN: Final = "Anti-Money Laundering Law of the PRC (2024), article 34: ten years"
_EEA: Final = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI"),
    *("LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"),
)
_EU: Final = Profile(
    "eu",
    frozenset(_EEA),
    {
        **_kept(0, "Regulation (EU) 2016/679, article 17: nothing asks for it", 1_827, _AML_EU),
        **_deleted(2_192, "six years: five of article 40 of Directive (EU) 2015/849 and one for the relationship"),
    },
)
DEFAULT: Final = Policy(
    (
        Profile(
            "us",
            frozenset({"US"}),
            {**_kept(761, _REG_B, 761, _REG_B), **_deleted(1_096, "three years: 12 CFR 1002.12(b) and time to answer")},
        ),
        Profile(
            "cn",
            frozenset({"CN"}),
            {
                **_kept(0, "Personal Information Protection Law of the PRC, article 47", 3_653, _AML_CN),
                **_deleted(4_018, "eleven years: ten of article 34 of the Anti-Money Laundering Law and one"),
            },
        ),
        _EU,
    ),
    _EU,
)
"""What holds where the operator says nothing; the day of the relationship's end is the operator's to add."""
