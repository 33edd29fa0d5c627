"""Indicators as they are shown."""

from datetime import date, datetime

from pydantic import BaseModel

from services.intake.domain.indicator import Observation, Series, Trigger


class SeriesReply(BaseModel):
    """A dated series. `fact` is what parties that it concerns have from it."""

    series: str
    label: str
    label_zh: str
    unit: str
    frequency: str
    scope: str
    codes: list[str]
    source: str
    scale: int
    stale_after_days: int
    fact: str | None


class TriggerReply(BaseModel):
    """When a series is told of; `is_fired` while it is past the threshold. `threshold` of a level is in its unit."""

    name: str
    kind: str
    direction: str
    threshold: str
    hysteresis: str
    periods: int
    review_within_days: int | None
    is_active: bool
    is_fired: bool


class SeriesDetailReply(SeriesReply):
    """A series with its triggers."""

    triggers: list[TriggerReply]


class SeriesPage(BaseModel):
    """Series in the order of their codes."""

    items: list[SeriesReply]
    next_cursor: str | None


class ObservationReply(BaseModel):
    """A value of a day, in the series' unit, and when it was published."""

    observed_on: date
    value: str
    published_at: datetime


class ObservationPage(BaseModel):
    """Observations as they were published by `as_of`, newest first."""

    series: str
    as_of: datetime
    items: list[ObservationReply]
    next_cursor: str | None


class ObservedReply(BaseModel):
    """How many observations said something new; the others said what was known."""

    added: int
    unchanged: int


def series_reply(series: Series) -> SeriesReply:
    """Return the public form of a series."""
    return SeriesReply(
        series=series.code,
        label=series.label,
        label_zh=series.label_zh,
        unit=series.unit,
        frequency=series.frequency,
        scope=series.scope,
        codes=list(series.codes),
        source=series.source,
        scale=series.scale,
        stale_after_days=series.stale_after_days,
        fact=series.fact,
    )


def detail_reply(series: Series, triggers: list[Trigger]) -> SeriesDetailReply:
    """Return the public form of a series with its triggers."""
    shown = [trigger_reply(trigger, series.scale) for trigger in triggers]
    return SeriesDetailReply(**series_reply(series).model_dump(), triggers=shown)


def trigger_reply(trigger: Trigger, scale: int) -> TriggerReply:
    """Return the public form of a trigger of a series with `scale`."""
    return TriggerReply(
        name=trigger.name,
        kind=trigger.kind,
        direction=trigger.direction,
        threshold=f"{trigger.threshold:.{scale}f}",
        hysteresis=f"{trigger.hysteresis:.{scale}f}",
        periods=trigger.periods,
        review_within_days=trigger.review_within_days,
        is_active=trigger.is_active,
        is_fired=trigger.is_fired,
    )


def observation_reply(observation: Observation, scale: int) -> ObservationReply:
    """Return the public form of an observation of a series with `scale`."""
    return ObservationReply(
        observed_on=observation.observed_on,
        value=f"{observation.value:.{scale}f}",
        published_at=observation.published_at,
    )
