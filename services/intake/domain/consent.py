"""Consent: what a party allows others to be asked about it, for which purpose, and until when."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.errors import Fault

LONGEST: Final = timedelta(days=3_660)
"""For how long a consent may be given at most: what lasts for ever was not thought about."""

CLOCKS_APART: Final = timedelta(minutes=1)
"""How far the caller's clock may be ahead of ours."""


class ConsentState(StrEnum):
    """Whether a consent counts, and if not, why."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows that the consent was given: how (`method`), and the document that has it, by id or SHA-256 (hex).

    `text` is the wording that was agreed to, where it is kept here.
    """

    method: str
    document_id: str | None = None
    sha256: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """A party's consent. `scope` names sources, or kinds of sources; it holds from `given_at` up to `expires_at`.

    `proof` and `revoked_why` are None where the key that they were sealed with is destroyed, or they were not asked
    for.
    """

    consent_id: str
    party_id: str
    purpose: str
    scope: tuple[str, ...]
    given_at: datetime
    expires_at: datetime
    recorded_by: str
    recorded_at: datetime
    proof: Proof | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    revoked_why: str | None = None

    def state(self, now: datetime) -> ConsentState:
        """Return whether the consent counts at `now`."""
        if self.revoked_at is not None and self.revoked_at <= now:
            return ConsentState.REVOKED
        return ConsentState.EXPIRED if self.expires_at <= now else ConsentState.VALID

    def covers(self, purpose: str, names: Collection[str], now: datetime) -> bool:
        """Tell whether it allows, at `now`, to ask for `purpose` a source that has one of `names` (its own, its kind).

        Purposes are the same or they are not: none is part of another.
        """
        return (
            self.purpose == purpose
            and self.given_at <= now + CLOCKS_APART
            and self.state(now) is ConsentState.VALID
            and not set(names).isdisjoint(self.scope)
        )


def covering(consents: Iterable[Consent], purpose: str, names: Collection[str], now: datetime) -> Consent | None:
    """Return the consent that covers a question, of several the one that lasts longest."""
    found = [consent for consent in consents if consent.covers(purpose, names, now)]
    return max(found, key=lambda consent: (consent.expires_at, consent.consent_id), default=None)


def faults_of(given_at: datetime, expires_at: datetime, now: datetime) -> list[Fault]:
    """Return what is wrong with the times of a new consent, each fault with its JSON pointer."""
    faults = []
    if given_at > now + CLOCKS_APART:
        faults.append(Fault("/given_at", "in_the_future", "a consent can't have been given in the future"))
    if expires_at <= given_at:
        faults.append(Fault("/expires_at", "ends_before_it_begins", "must be after given_at"))
    elif expires_at - given_at > LONGEST:
        faults.append(Fault("/expires_at", "too_long", f"may be at most {LONGEST.days} days after given_at"))
    elif expires_at <= now:
        faults.append(Fault("/expires_at", "has_expired", "must be in the future"))
    return faults
