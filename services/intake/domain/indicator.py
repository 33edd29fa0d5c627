"""Indicators: dated series of industries, economies and currencies, and when their course calls for a look.

Values are exact decimals in the series' unit. A correction is another statement of the same date, with a later time of
publication; what was known at a time is asked for by that. Nothing here forecasts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from services.intake.domain.finding import Finding, FindingKind
from services.intake.domain.party import Attribution

MAX_SCALE: Final = 10


class Scope(StrEnum):
    """Whom a series concerns: everybody, the parties of countries, or those of industries."""

    GLOBAL = "global"
    COUNTRY = "country"
    INDUSTRY = "industry"


class Frequency(StrEnum):
    """How often a series is observed."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


STALE_AFTER_DAYS: Final[Mapping[Frequency, int]] = {
    Frequency.DAILY: 7,
    Frequency.WEEKLY: 21,
    Frequency.MONTHLY: 75,
    Frequency.QUARTERLY: 200,
    Frequency.YEARLY: 550,
}
"""How long an observation counts where the series says nothing: two periods, with some time for publication."""


@dataclass(frozen=True, slots=True)
class Series:
    """A dated series. `codes` are ISO 3166-1 alpha-2 countries, or industries: each stands for all that begin with it.

    `scale` is how many digits its values have after the point. Where it names a `fact`, parties that it concerns have
    that fact; an observation older than `stale_after_days` counts no more.
    """

    code: str
    label: str
    label_zh: str
    unit: str
    frequency: Frequency
    scope: Scope
    codes: tuple[str, ...]
    source: str
    scale: int
    stale_after_days: int
    fact: str | None = None

    def concerns(self, attribution: Attribution) -> bool:
        """Tell whether the series is about a party's country or industry."""
        if self.scope is Scope.GLOBAL:
            return True
        place = attribution.country if self.scope is Scope.COUNTRY else attribution.industry
        return place is not None and any(place.startswith(code) for code in self.codes)


@dataclass(frozen=True, slots=True)
class Observation:
    """A value of a series on a day, published at a time."""

    series: str
    observed_on: date
    value: Decimal
    published_at: datetime


_CLOSEST: Final = {Scope.INDUSTRY: 2, Scope.COUNTRY: 1, Scope.GLOBAL: 0}


def findings(
    known: Sequence[tuple[Series, Observation]], parties: Mapping[str, Attribution], now: datetime
) -> dict[str, list[Finding]]:
    """Return the facts that series say of parties, by party, from each series' latest observation.

    Of two series with the same fact the closer one speaks (industry, then country, then global), and of two as close
    the newer. What is stale says nothing.
    """
    counting = [(series, latest) for series, latest in known if series.fact and _expiry(series, latest) > now]
    counting.sort(key=lambda entry: (_CLOSEST[entry[0].scope], entry[1].observed_on, entry[0].code), reverse=True)
    found: dict[str, list[Finding]] = {}
    for party_id, attribution in parties.items():
        said: dict[str, Finding] = {}
        for series, latest in counting:
            assert series.fact is not None
            if series.fact not in said and series.concerns(attribution):
                said[series.fact] = _finding(series, latest, party_id)
        if said:
            found[party_id] = list(said.values())
    return found


def _finding(series: Series, latest: Observation, party_id: str) -> Finding:
    assert series.fact is not None
    record_id = f"{series.code}/{latest.observed_on.isoformat()}"
    return Finding(
        finding_id=f"{party_id}/{record_id}",
        party_id=party_id,
        kind=FindingKind.INDICATOR,
        source=series.code,
        record_id=record_id,
        as_of=_midnight(latest.observed_on),
        facts={series.fact: wire_value(latest.value, series.scale)},
        expires_at=_expiry(series, latest),
    )


def wire_value(value: Decimal, scale: int) -> int | str:
    """Return a value as facts have it: a whole number for scale 0, else a decimal written with `scale` digits."""
    return int(value) if scale == 0 else f"{value:.{scale}f}"


def _expiry(series: Series, latest: Observation) -> datetime:
    return _midnight(latest.observed_on) + timedelta(days=series.stale_after_days)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


class TriggerKind(StrEnum):
    """What a trigger looks at: the value, its change over some observations, or that change in percent."""

    LEVEL = "level"
    CHANGE = "change"
    CHANGE_PERCENT = "change_percent"


class Direction(StrEnum):
    """Which way a series must go."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Trigger:
    """Fires when what it looks at reaches `threshold` going `direction`, once; it may fire again after what it looks at
    has come back past the threshold by more than `hysteresis`, so that a series that trembles tells nothing new.

    `periods` is over how many observations a change is taken. Parties concerned are to be reviewed within
    `review_within_days` (None: they are not).
    """

    series: str
    name: str
    kind: TriggerKind
    direction: Direction
    threshold: Decimal
    hysteresis: Decimal
    periods: int
    review_within_days: int | None
    is_active: bool
    is_fired: bool = False

    @property
    def cause(self) -> str:
        """What a review that follows from it names as its cause."""
        return f"indicator:{self.series}:{self.name}"


@dataclass(frozen=True, slots=True)
class Look:
    """What a trigger says of a series' course: whether it is past the threshold, and what it compared.

    `reference` is the threshold of a level, the earlier value of a change; both in the series' unit.
    """

    is_fired: bool
    value: Decimal
    reference: Decimal
    observed_on: date


def look(trigger: Trigger, course: Sequence[Observation]) -> Look | None:
    """Return what a trigger says of the latest observations, newest first; None where there are too few to tell.

    A change in percent of nothing tells nothing either.
    """
    back = 0 if trigger.kind is TriggerKind.LEVEL else trigger.periods
    if len(course) <= back:
        return None
    latest, earlier = course[0], course[back]
    seen = _seen(trigger.kind, latest.value, earlier.value)
    if seen is None:
        return None
    sign = 1 if trigger.direction is Direction.UP else -1
    beyond = sign * (seen - Fraction(trigger.threshold))
    is_fired = beyond >= -Fraction(trigger.hysteresis) if trigger.is_fired else beyond >= 0
    reference = trigger.threshold if trigger.kind is TriggerKind.LEVEL else earlier.value
    return Look(is_fired, latest.value, reference, latest.observed_on)


def _seen(kind: TriggerKind, latest: Decimal, earlier: Decimal) -> Fraction | None:
    if kind is TriggerKind.LEVEL:
        return Fraction(latest)
    change = Fraction(latest) - Fraction(earlier)
    if kind is TriggerKind.CHANGE:
        return change
    return None if earlier == 0 else 100 * change / abs(Fraction(earlier))
