"""A report: what a source said of a party, when, and under which consent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from services.intake.domain.finding import FindingKind
from shared.money import Money

MOST_RAW_BYTES: Final = 2 * 1024 * 1024
MOST_FACTS_BYTES: Final = 64 * 1024
MOST_ADVERSE: Final = 1_000
CLOCKS_APART: Final = timedelta(days=1)
"""How far in the future a source may date a report: it may be in another time zone, and tell days only."""


@dataclass(frozen=True, slots=True)
class AdverseItem:
    """Something against the party: a default, a judgment, an insolvency. `amount` is None where none is told."""

    code: str
    description: str
    occurred_on: date
    amount: Money | None
    settled: bool


@dataclass(frozen=True, slots=True)
class Contents:
    """What a report says that may identify the party: kept sealed. `reference` is the provider's own number."""

    reference: str
    adverse: tuple[AdverseItem, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A report that is there, and when it came."""

    report_id: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """A stored report. `found` is False when the source does not know the party.

    `as_of` is the date that the source gives it, `received_at` when it came, by which its age counts. `contents` is
    None once the party's key is destroyed. No `consent_id` is there where none was needed.
    """

    report_id: str
    party_id: str
    source: str
    kind: FindingKind
    purpose: str
    consent_id: str | None
    found: bool
    as_of: datetime
    received_at: datetime
    facts: Mapping[str, Any]
    contents: Contents | None

    @property
    def adverse(self) -> tuple[AdverseItem, ...]:
        """What stands against the party."""
        return () if self.contents is None else self.contents.adverse


def is_fresh(received_at: datetime, max_age_days: int, now: datetime) -> bool:
    """Tell whether a report may be used again where one of at most `max_age_days` may; 0 days never allow it."""
    return now - received_at < timedelta(days=max_age_days)


def is_sound(as_of: datetime, adverse: Sequence[AdverseItem], facts_json: bytes, raw_bytes: int, now: datetime) -> bool:
    """Tell whether a source's answer may be kept: within bounds, of no future, and of text that a database can hold.

    Connectors parse strictly; this holds whatever they let through.
    """
    latest = now + CLOCKS_APART
    return (
        raw_bytes <= MOST_RAW_BYTES
        and len(facts_json) <= MOST_FACTS_BYTES
        and b"\\u0000" not in facts_json
        and len(adverse) <= MOST_ADVERSE
        and as_of.tzinfo is not None
        and as_of <= latest
        and all(item.occurred_on <= latest.date() for item in adverse)
    )
