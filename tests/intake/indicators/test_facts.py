"""Series as facts of parties, each dated by its observation."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import httpx
from hypothesis import given as every
from hypothesis import settings
from hypothesis import strategies as st

from services.intake.domain.finding import FindingKind
from services.intake.domain.indicator import (
    Direction,
    Frequency,
    Observation,
    Scope,
    Series,
    Trigger,
    TriggerKind,
    findings,
    look,
)
from services.intake.domain.party import Attribution
from services.intake.handlers import indicators
from shared.db import Database
from tests.intake.indicators import given

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def _series(code: str, scope: Scope, codes: tuple[str, ...] = (), scale: int = 1, fact: str = "climate") -> Series:
    return Series(code, code, code, "points", Frequency.MONTHLY, scope, codes, "office", scale, 75, fact)


def _seen(code: str, value: str, day: date = date(2026, 10, 31)) -> Observation:
    return Observation(code, day, Decimal(value), NOW)


def test_the_series_that_is_closest_to_a_party_speaks() -> None:
    known = [
        (_series("world", Scope.GLOBAL), _seen("world", "1.5", date(2026, 11, 15))),
        (_series("us", Scope.COUNTRY, ("US",)), _seen("us", "2.5")),
        (_series("building", Scope.INDUSTRY, ("F41",)), _seen("building", "3.5")),
    ]
    parties = {
        "builder": Attribution(country="US", industry="F4110"),
        "american": Attribution(country="US"),
        "other": Attribution(country="FR", industry="C10"),
        "unknown": Attribution(),
    }
    found = findings(known, parties, NOW)
    assert {party: entries[0].facts for party, entries in found.items()} == {
        "builder": {"climate": "3.5"},
        "american": {"climate": "2.5"},
        "other": {"climate": "1.5"},
        "unknown": {"climate": "1.5"},
    }
    assert all(entry.kind is FindingKind.INDICATOR for entries in found.values() for entry in entries)
    assert found["builder"][0].as_of == datetime(2026, 10, 31, tzinfo=UTC)


def test_what_is_stale_says_nothing_and_a_farther_series_speaks_in_its_place() -> None:
    known = [
        (_series("world", Scope.GLOBAL), _seen("world", "1.5")),
        (_series("us", Scope.COUNTRY, ("US",)), _seen("us", "2.5", date(2026, 7, 31))),
    ]
    found = findings(known, {"american": Attribution(country="US")}, NOW)
    assert found["american"][0].facts == {"climate": "1.5"}
    assert findings(known[1:], {"american": Attribution(country="US")}, NOW) == {}


def test_a_series_without_digits_after_the_point_gives_whole_numbers() -> None:
    known = [(_series("starts", Scope.GLOBAL, scale=0), _seen("starts", "1350"))]
    assert findings(known, {"p": Attribution()}, NOW)["p"][0].facts == {"climate": 1350}


async def test_facts_are_what_was_published_by_then(feed: httpx.AsyncClient, db: Database) -> None:
    fact = given.unique("f").replace("-", "_")
    code = await given.series(feed, scope="country", codes=["XK"], fact=fact, stale_after_days=3_000)
    await given.observe(feed, code, {"2026-08-31": "51.2"}, published_at="2026-09-02T00:00:00Z")
    await given.observe(feed, code, {"2026-09-30": "49.8"}, published_at="2026-10-02T00:00:00Z")
    parties = {"pty_a": Attribution(country="XK"), "pty_b": Attribution(country="XL")}
    async with db.transaction() as tx:
        before = await indicators.findings(tx, parties, datetime(2026, 9, 15, tzinfo=UTC))
        after = await indicators.findings(tx, parties, datetime(2026, 10, 15, tzinfo=UTC))
    assert "pty_b" not in before
    (early,), (late,) = before["pty_a"], after["pty_a"]
    assert (early.facts, late.facts) == ({fact: "51.20"}, {fact: "49.80"})
    assert late.as_of == datetime(2026, 9, 30, tzinfo=UTC)


_VALUES = st.decimals(-1000, 1000, places=2)


@settings(max_examples=200)
@every(
    st.lists(_VALUES, min_size=1, max_size=30),
    _VALUES,
    st.decimals(0, 50, places=2),
    st.sampled_from(Direction),
    st.sampled_from(TriggerKind),
)
def test_a_trigger_never_fires_twice_without_having_come_back_by_more_than_the_hysteresis(
    values: list[Decimal], threshold: Decimal, hysteresis: Decimal, direction: Direction, kind: TriggerKind
) -> None:
    trigger = Trigger("s", "t", kind, direction, threshold, hysteresis, 1, None, is_active=True)
    course = [Observation("s", date(2026, 1, 1) + timedelta(days=n), value, NOW) for n, value in enumerate(values)]
    is_fired = False
    for n in range(len(course)):
        seen = look(_with(trigger, is_fired), course[n::-1])
        if seen is None:
            continue
        sign = 1 if direction is Direction.UP else -1
        if seen.is_fired and not is_fired:
            assert sign * (_measured(kind, course, n) - threshold) >= 0
        if is_fired and not seen.is_fired:
            assert sign * (_measured(kind, course, n) - threshold) < -hysteresis
        is_fired = seen.is_fired


def _with(trigger: Trigger, is_fired: bool) -> Trigger:
    from dataclasses import replace

    return replace(trigger, is_fired=is_fired)


def _measured(kind: TriggerKind, course: list[Observation], n: int) -> Decimal:
    if kind is TriggerKind.LEVEL:
        return course[n].value
    change = course[n].value - course[n - 1].value
    return change if kind is TriggerKind.CHANGE else 100 * change / abs(course[n - 1].value)
