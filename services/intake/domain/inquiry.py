"""An inquiry: one question to a source about a party, with what came of each try."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.money import Money


class Outcome(StrEnum):
    """What became of a try to get a report. The last seven are no try: nobody was asked."""

    HIT = "hit"
    MISS = "miss"
    """The source does not know the party."""
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    SERVER_ERROR = "server_error"
    REFUSED = "refused"
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    DISCARDED = "discarded"
    """The answer came when there was no consent any more, or nobody who waited for it, and was thrown away."""
    REUSED = "reused"
    NO_CONSENT = "no_consent"
    BREAKER_OPEN = "breaker_open"
    NOT_CONFIGURED = "not_configured"
    NOT_ASKABLE = "not_askable"
    """There is nothing to ask by: no profile, or a kind of party that the source does not know."""
    ERASED = "erased"
    GIVEN_UP = "given_up"
    """A question that was never seen through, however often it was asked."""


ANSWERS: Final = frozenset({Outcome.HIT, Outcome.MISS})
FAULTS: Final = frozenset(
    {
        Outcome.TIMEOUT,
        Outcome.UNREACHABLE,
        Outcome.SERVER_ERROR,
        Outcome.REFUSED,
        Outcome.MALFORMED,
        Outcome.TOO_LARGE,
    }
)
OUTAGES: Final = FAULTS - {Outcome.REFUSED}
"""Faults that say something about the source, and not about the question: they count for its breaker."""


@dataclass(frozen=True, slots=True)
class Pull:
    """A question to a source: who asks about whom, for which purpose, and under which consent.

    `reference` is what the provider knows it by; asked again after a fall it is another inquiry with the same
    reference. `asked_by` is the client (`client:los`) or intake itself. `application_id` and `revision` are those that
    it was asked for. `consent_id` is None where there is none, or none was needed.
    """

    inquiry_id: str
    reference: str
    party_id: str
    source: str
    purpose: str
    consent_id: str | None
    asked_by: str
    application_id: str | None = None
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of a try. `latency_ms` and `cost` are None where nobody was asked; only answers cost anything."""

    outcome: Outcome
    latency_ms: int | None = None
    report_id: str | None = None
    cost: Money | None = None


@dataclass(frozen=True, slots=True)
class Metered:
    """What a source is counted by: a try and what it came to."""

    source: str
    attempt: Attempt


def reference_of(parts: Sequence[str]) -> str:
    """Return the reference of what `parts` name: the same for the same, and nothing can be read from it."""
    return f"ref_{hashlib.sha256(chr(31).join(parts).encode()).hexdigest()[:32]}"
