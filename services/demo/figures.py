"""What a run of applications amounts to, in figures: pure functions of what was submitted and what came back."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.money import Money

APPROVE: Final = "approve"
GRANTING: Final = (APPROVE, "counter_offer")
OUTCOMES: Final = (*GRANTING, "refer", "pend_info", "decline")
BAND_POINTS: Final = 20


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An application that intake said it has."""

    number: int
    application_id: str
    party_id: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, as the decision service tells it."""

    decision_id: str
    application_id: str
    outcome: str
    reasons: tuple[str, ...]
    score: int | None
    submitted_at: datetime
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """What the accounts of a party hold: how many limits were ever set on them, and the limit in force."""

    party_id: str
    limits_set: int
    limit: Money | None


@dataclass(frozen=True, slots=True)
class Band:
    """The applications whose score is in [lowest, lowest + BAND_POINTS)."""

    lowest: int
    applications: int
    approved: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a run; latencies run from submission to decision."""

    submitted: int
    decided: int
    lost: int
    doubled: int
    limits_missing: int
    outcomes: dict[str, int]
    reasons: list[tuple[str, int]]
    bands: list[Band]
    granted: list[Money]
    latency: dict[str, timedelta]
    duration: timedelta

    @property
    def sound(self) -> bool:
        """True when every application has exactly one decision and every approval exactly one limit."""
        whole = self.lost == self.doubled == self.limits_missing == 0
        return whole and self.decided == self.submitted

    @property
    def approval_rate(self) -> float:
        """Applications approved as they were asked for, as a share of those decided."""
        return self.outcomes[APPROVE] / self.decided if self.decided else 0.0

    @property
    def applications_per_second(self) -> float:
        """Decided applications over the time from the first submission to the last decision."""
        return self.decided / self.duration.total_seconds() if self.duration else 0.0


def measure(acknowledged: Sequence[Acknowledged], decisions: Iterable[Decided], grants: Iterable[Grant]) -> Figures:
    """Return the figures of the acknowledged applications.

    Lost is an acknowledged application without a decision. Doubled is one with more than one decision, two applicants
    under one application, or an approval with more than one limit. Of several decisions on an application the first
    counts in all other figures.
    """
    known = {entry.application_id for entry in acknowledged}
    per_application = Counter(entry.application_id for entry in decisions if entry.application_id in known)
    first: dict[str, Decided] = {}
    for entry in sorted(decisions, key=lambda entry: entry.decided_at):
        if entry.application_id in known:
            first.setdefault(entry.application_id, entry)
    counted = list(first.values())
    limits_of = {grant.party_id: grant for grant in grants}
    entitled = [
        limits_of.get(entry.party_id, Grant(entry.party_id, 0, None))
        for entry in acknowledged
        if entry.application_id in first and first[entry.application_id].outcome in GRANTING
    ]
    return Figures(
        submitted=len(acknowledged),
        decided=len(counted),
        lost=len(known) - len(counted),
        doubled=len(acknowledged)
        - len(known)
        + sum(count > 1 for count in per_application.values())
        + sum(grant.limits_set > 1 for grant in entitled),
        limits_missing=sum(grant.limits_set == 0 for grant in entitled),
        outcomes=_outcomes(counted),
        reasons=Counter(code for entry in counted for code in entry.reasons).most_common(),
        bands=bands(counted),
        granted=[grant.limit for grant in entitled if grant.limit is not None],
        latency=latency([entry.decided_at - entry.submitted_at for entry in counted]),
        duration=_duration(counted),
    )


def percentile(ascending: Sequence[timedelta], percent: int) -> timedelta:
    """Return the smallest value that at least `percent` of the values don't exceed (nearest rank); zero of none."""
    if not ascending:
        return timedelta()
    rank = -(-len(ascending) * percent // 100)
    return ascending[max(rank, 1) - 1]


def latency(times: Iterable[timedelta]) -> dict[str, timedelta]:
    """Return the percentiles that are reported, by name."""
    ascending = sorted(times)
    return {f"p{percent}": percentile(ascending, percent) for percent in (50, 95, 99)}


def bands(decided: Iterable[Decided]) -> list[Band]:
    """Return the score distribution from the lowest band with an application to the highest, without gaps."""
    scored = [(entry.score // BAND_POINTS, entry.outcome) for entry in decided if entry.score is not None]
    if not scored:
        return []
    steps = [step for step, _ in scored]
    everybody = Counter(steps)
    approved = Counter(step for step, outcome in scored if outcome in GRANTING)
    return [Band(step * BAND_POINTS, everybody[step], approved[step]) for step in range(min(steps), max(steps) + 1)]


def total(amounts: Sequence[Money]) -> Money | None:
    """Return the sum of amounts in one currency, None of no amounts."""
    if not amounts:
        return None
    return Money(sum(amount.amount_minor for amount in amounts), amounts[0].currency)


def _outcomes(decided: Iterable[Decided]) -> dict[str, int]:
    counted = Counter(entry.outcome for entry in decided)
    return {outcome: counted[outcome] for outcome in OUTCOMES}


def _duration(decided: Sequence[Decided]) -> timedelta:
    if not decided:
        return timedelta()
    return max(entry.decided_at for entry in decided) - min(entry.submitted_at for entry in decided)
