"""What is shown of sources over HTTP."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel

from services.intake.domain.metering import SourceDay, SourceStanding, fault_rate, hit_rate
from shared.http.money import MoneyBody
from shared.money import Money


class SourceDayReply(BaseModel):
    """What a source did on a day (UTC), in one currency; `cost` is null for what costs nothing.

    `asked` counts tries, and `hits`, `misses`, `faults` and `discarded` (the consent had ended) what came of them.
    Nobody was asked for what is `reused`, and for what is `not_asked` (no consent, left alone, nothing to ask by).
    """

    day: date
    asked: int
    hits: int
    misses: int
    faults: int
    discarded: int
    not_asked: int
    reused: int
    cost: MoneyBody | None


class BreakerReply(BaseModel):
    """`closed`: the source is asked; `open`: it is left alone until `retry_at`; `half_open`: one inquiry tries it."""

    state: str
    retry_at: datetime | None


class SourceReply(BaseModel):
    """A source: how it is asked, how it stands, how many investigations wait for it, and what it did by day.

    Rates are of the days shown: `hit_rate` the share of answers in which the party was known, `fault_rate` the share
    of tries that failed; null where there were none.
    """

    name: str
    kind: str
    timeout_seconds: float
    attempts: int
    concurrency: int
    cost: MoneyBody | None
    facts: list[str]
    breaker: BreakerReply
    waiting: int
    hit_rate: str | None
    fault_rate: str | None
    days: list[SourceDayReply]


class SourceList(BaseModel):
    """All sources that are configured, by name."""

    items: list[SourceReply]


def source_reply(standing: SourceStanding) -> SourceReply:
    """Return the public form of a source."""
    breaker = standing.breaker
    return SourceReply(
        name=standing.name,
        kind=standing.kind,
        timeout_seconds=standing.timeout_seconds,
        attempts=standing.attempts,
        concurrency=standing.concurrency,
        cost=_money(standing.cost),
        facts=list(standing.facts),
        breaker=BreakerReply(state=breaker.state, retry_at=breaker.retry_at),
        waiting=standing.waiting,
        hit_rate=_rate(hit_rate(standing.days)),
        fault_rate=_rate(fault_rate(standing.days)),
        days=[_day(entry) for entry in standing.days],
    )


def _day(entry: SourceDay) -> SourceDayReply:
    return SourceDayReply(
        day=entry.day,
        asked=entry.asked,
        hits=entry.hits,
        misses=entry.misses,
        faults=entry.faults,
        discarded=entry.discarded,
        not_asked=entry.not_asked,
        reused=entry.reused,
        cost=None if not entry.currency else _money(Money(entry.cost_minor, entry.currency)),
    )


def _money(money: Money | None) -> MoneyBody | None:
    return None if money is None else MoneyBody(amount_minor=money.amount_minor, currency=money.currency)


def _rate(rate: Decimal | None) -> str | None:
    return None if rate is None else format(rate, "f")
