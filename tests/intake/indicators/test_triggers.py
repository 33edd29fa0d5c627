"""What moves is told once, and the parties concerned are reviewed once."""

import httpx

from services.intake.handlers import reviews
from shared.contracts.intake import IndicatorMoved, ReviewDue
from shared.db import Database
from tests.intake.indicators import given


async def _spread(db: Database, limit: int = 100) -> None:
    while await reviews.spread(db, limit):
        pass


async def _open_reviews(officer: httpx.AsyncClient, party_id: str) -> list[dict[str, object]]:
    page = (await officer.get("/v1/reviews", params={"party_id": party_id})).json()
    items: list[dict[str, object]] = page["items"]
    return items


async def test_a_level_that_is_crossed_is_told_once_until_the_series_has_come_back(
    feed: httpx.AsyncClient, db: Database
) -> None:
    code = await given.series(feed)
    await given.observe(feed, code, {"2026-01-31": "52"})
    assert (await given.trigger(feed, code))["is_fired"] is False
    steps = {
        "2026-02-28": "49.9",  # crosses
        "2026-03-31": "50.4",  # trembles
        "2026-04-30": "49.5",
        "2026-05-31": "51.5",  # has come back
        "2026-06-30": "50.0",  # crosses again
    }
    for day, value in steps.items():
        await given.observe(feed, code, {day: value})
    told = await given.told(db, IndicatorMoved.type, code)
    assert [(event["observed_on"], event["value"], event["reference"]) for event in told] == [
        ("2026-02-28", "49.9", "50"),
        ("2026-06-30", "50", "50"),
    ]
    assert {event["direction"] for event in told} == {"down"}


async def test_what_was_reached_before_the_trigger_was_there_is_not_told(feed: httpx.AsyncClient, db: Database) -> None:
    code = await given.series(feed)
    await given.observe(feed, code, {"2026-01-31": "40"})
    assert (await given.trigger(feed, code))["is_fired"] is True
    await given.observe(feed, code, {"2026-02-28": "41"})
    assert await given.told(db, IndicatorMoved.type, code) == []


async def test_a_correction_that_takes_a_crossing_back_and_forth_tells_it_once(
    feed: httpx.AsyncClient, db: Database
) -> None:
    code = await given.series(feed)
    await given.trigger(feed, code)
    for value in ("49", "55", "49", "55", "48"):
        await given.observe(feed, code, {"2026-02-28": value})
    assert len(await given.told(db, IndicatorMoved.type, code)) == 1


async def test_a_change_over_periods_is_seen_in_percent_too(feed: httpx.AsyncClient, db: Database) -> None:
    code = await given.series(feed)
    await given.trigger(feed, code, "slump", kind="change_percent", threshold="-10", hysteresis="0", periods=2)
    await given.trigger(feed, code, "jump", kind="change", direction="up", threshold="5", hysteresis="0")
    for day, value in {"2026-01-31": "100", "2026-02-28": "95", "2026-03-31": "90", "2026-04-30": "95.01"}.items():
        await given.observe(feed, code, {day: value})
    told = [
        (event["trigger"], event["value"], event["reference"])
        for event in await given.told(db, IndicatorMoved.type, code)
    ]
    assert told == [("slump", "90", "100"), ("jump", "95.01", "90")]


async def test_the_parties_of_an_industry_are_reviewed_once_however_often_the_series_comes_and_goes(
    feed: httpx.AsyncClient, officer: httpx.AsyncClient, db: Database
) -> None:
    code = await given.series(feed, scope="industry", codes=["F41", "F43"])
    builder, painter = await given.parties(db, 1, industry="F4110"), await given.parties(db, 1, industry="F43")
    baker = await given.parties(db, 1, industry="C10")
    await given.trigger(feed, code)
    for day, value in {"2026-02-28": "49", "2026-03-31": "52", "2026-04-30": "48"}.items():
        await given.observe(feed, code, {day: value})
        await _spread(db)
    (task,) = await _open_reviews(officer, builder[0])
    assert (task["cause"], task["state"]) == (f"indicator:{code}:low", "open")
    assert len(await _open_reviews(officer, painter[0])) == 1
    assert await _open_reviews(officer, baker[0]) == []
    assert len(await given.told(db, IndicatorMoved.type, code)) == 2
    assert len(await given.told(db, ReviewDue.type, builder[0])) == 1


async def test_many_parties_are_reached_in_batches_that_go_on_where_the_last_one_stopped(
    feed: httpx.AsyncClient, officer: httpx.AsyncClient, db: Database
) -> None:
    code = await given.series(feed, scope="country", codes=["XA", "XB"])
    members = await given.parties(db, 25, country="XA") + await given.parties(db, 20, country="XB")
    await given.trigger(feed, code)
    await given.observe(feed, code, {"2026-02-28": "49"})
    batches = 0
    while await reviews.spread(db, 10):
        batches += 1
    assert batches >= 5
    for party_id in members:
        assert len(await _open_reviews(officer, party_id)) == 1


async def test_a_global_series_asks_for_one_review_of_no_party(
    feed: httpx.AsyncClient, officer: httpx.AsyncClient, db: Database
) -> None:
    code = await given.series(feed)
    await given.trigger(feed, code)
    for value in ("49", "52", "49"):
        await given.observe(feed, code, {f"2026-0{len(value)}-1{value[1]}": value})
        await _spread(db)
    (event,) = await given.told(db, ReviewDue.type, code)
    assert event["party_id"] is None
    closed = await officer.post(f"/v1/reviews/{event['review_id']}/complete", json={"note": "nothing to do"})
    assert (closed.status_code, closed.json()["note"]) == (200, "nothing to do")


async def test_a_review_is_assigned_and_closed_once_and_then_may_come_up_again(
    feed: httpx.AsyncClient, officer: httpx.AsyncClient, db: Database
) -> None:
    code = await given.series(feed, scope="country", codes=["XC"])
    (party_id,) = await given.parties(db, 1, country="XC")
    await given.trigger(feed, code)
    await given.observe(feed, code, {"2026-02-28": "49"})
    await _spread(db)
    (task,) = await _open_reviews(officer, party_id)
    path = f"/v1/reviews/{task['review_id']}"
    assert (await officer.post(f"{path}/assign", json={"to": "anna"})).json()["assignee"] == "anna"
    closed = await officer.post(f"{path}/complete", json={"outcome": "dismissed", "note": "pays in advance"})
    assert (closed.status_code, closed.json()["state"], closed.json()["closed_by"]) == (
        200,
        "dismissed",
        "credit-officer",
    )
    again = await officer.post(f"{path}/complete", json={})
    assert (again.status_code, again.json()["code"]) == (409, "review_closed")
    page = (await officer.get("/v1/reviews", params={"party_id": party_id, "state": "dismissed"})).json()
    assert page["items"][0]["note"] == "pays in advance"
    await given.observe(feed, code, {"2026-03-31": "55"})
    await given.observe(feed, code, {"2026-04-30": "45"})
    await _spread(db)
    assert len(await _open_reviews(officer, party_id)) == 1
    assert (await officer.post("/v1/reviews/rev_none/complete", json={})).status_code == 404


async def test_reviews_are_listed_by_due_date_in_pages(
    feed: httpx.AsyncClient, officer: httpx.AsyncClient, db: Database
) -> None:
    code = await given.series(feed, scope="country", codes=["XD"])
    members = await given.parties(db, 7, country="XD")
    await given.trigger(feed, code)
    await given.observe(feed, code, {"2026-02-28": "49"})
    await _spread(db)
    seen: list[str] = []
    query = {"limit": "3"}
    while True:
        page = (await officer.get("/v1/reviews", params=query)).json()
        seen += [entry["party_id"] for entry in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert len(seen) == len(set(seen)) or None in seen
    assert set(members) <= set(seen)
