"""Series are stored as they were published, and found as they were known."""

from datetime import UTC, datetime, timedelta

import httpx

from tests.intake.indicators import given


async def _values(feed: httpx.AsyncClient, code: str, **query: str) -> dict[str, str]:
    answer = await feed.get(f"/v1/indicators/{code}/observations", params=query)
    assert answer.status_code == 200, answer.text
    return {entry["observed_on"]: entry["value"] for entry in answer.json()["items"]}


async def test_a_series_is_shown_as_it_was_defined(feed: httpx.AsyncClient) -> None:
    code = await given.series(feed, scope="country", codes=["US", "CN", "US"], fact="sector_index")
    shown = (await feed.get(f"/v1/indicators/{code}")).json()
    assert (shown["scope"], shown["codes"], shown["fact"]) == ("country", ["US", "CN"], "sector_index")
    assert (shown["label_zh"], shown["stale_after_days"], shown["triggers"]) == ("采购经理指数", 75, [])


async def test_the_same_data_sent_again_changes_nothing(feed: httpx.AsyncClient) -> None:
    code = await given.series(feed)
    sent = {"2026-08-31": "51.20", "2026-09-30": "49.80"}
    assert await given.observe(feed, code, sent) == {"added": 2, "unchanged": 0}
    assert await given.observe(feed, code, sent) == {"added": 0, "unchanged": 2}
    assert await _values(feed, code) == sent


async def test_a_correction_speaks_from_its_publication_on_and_not_before(feed: httpx.AsyncClient) -> None:
    code = await given.series(feed)
    await given.observe(feed, code, {"2026-06-30": "51"}, published_at="2026-07-05T08:00:00Z")
    await given.observe(feed, code, {"2026-06-30": "48.5"}, published_at="2026-08-05T08:00:00Z")
    assert await _values(feed, code) == {"2026-06-30": "48.50"}
    assert await _values(feed, code, as_of="2026-08-01T00:00:00Z") == {"2026-06-30": "51.00"}
    assert await _values(feed, code, as_of="2026-07-01T00:00:00Z") == {}
    # The first release once more, as a feed that starts over sends it, does not undo the correction.
    again = await given.observe(feed, code, {"2026-06-30": "51"}, published_at="2026-07-05T08:00:00Z")
    assert again == {"added": 0, "unchanged": 1}
    assert await _values(feed, code) == {"2026-06-30": "48.50"}


async def test_a_long_series_is_read_in_pages(feed: httpx.AsyncClient) -> None:
    code = await given.series(feed)
    days = [f"2026-01-{day:02}" for day in range(1, 26)]
    await given.observe(feed, code, dict.fromkeys(days, "1"))
    seen: list[str] = []
    query: dict[str, str] = {"limit": "10"}
    while True:
        page = (await feed.get(f"/v1/indicators/{code}/observations", params=query)).json()
        seen += [entry["observed_on"] for entry in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == days[::-1]


async def test_one_line_that_does_not_fit_stores_none_and_is_named(feed: httpx.AsyncClient) -> None:
    code = await given.series(feed)
    ahead = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    lines = [
        {"series": code, "observed_on": "2026-09-30", "value": "50"},
        {"series": code, "observed_on": ahead, "value": "50"},
        {"series": code, "observed_on": "2026-08-31", "value": "50.123"},
        {"series": given.unique(), "observed_on": "2026-08-31", "value": "50"},
        {"series": code, "observed_on": "2026-07-31", "value": "50", "published_at": "2026-07-01T00:00:00Z"},
        {"series": code, "observed_on": "2026-09-30", "value": "51"},
        {"series": code, "observed_on": "2026-06-30", "value": "50", "published_at": "9999-12-31T23:59:59-14:00"},
    ]
    answer = await feed.put("/v1/indicator-observations", json={"items": lines})
    assert answer.status_code == 422
    assert [(entry["pointer"], entry["code"]) for entry in answer.json()["errors"]] == [
        ("/items/1/observed_on", "in_the_future"),
        ("/items/2/value", "too_precise"),
        ("/items/3/series", "unknown_series"),
        ("/items/4/published_at", "impossible_time"),
        ("/items/5", "stated_twice"),
        ("/items/6/published_at", "impossible_time"),
    ]
    assert await _values(feed, code) == {}


async def _import(feed: httpx.AsyncClient, code: str, text: str | bytes) -> httpx.Response:
    path = f"/v1/indicators/{code}/observations"
    return await feed.post(path, content=text, headers={"content-type": "text/csv"})


async def test_a_file_is_imported_with_its_times_of_publication(feed: httpx.AsyncClient) -> None:
    code = await given.series(feed)
    text = "observed_on,value,published_at\n2026-08-31,51.2,2026-09-01T09:30:00+08:00\n\n2026-09-30,49.8,\n"
    answer = await _import(feed, code, b"\xef\xbb\xbf" + text.encode())
    assert (answer.status_code, answer.json()) == (200, {"added": 2, "unchanged": 0})
    assert await _values(feed, code, as_of="2026-09-02T00:00:00Z") == {"2026-08-31": "51.20"}


async def test_a_file_that_does_not_fit_is_refused_by_line_without_its_values(feed: httpx.AsyncClient) -> None:
    code = await given.series(feed)
    bad = {
        "date,value\n2026-08-31,1\n": "its first line names",
        "observed_on,value\n2026-08-31,zero-secret\n": "value is a decimal",
        "observed_on,value\n31.8.2026-secret,1\n": "observed_on is a day",
        "observed_on,value\n2026-08-31,1,secret\n": "a cell for each column",
        "observed_on,value,published_at\n2026-08-31,1,secret\n": "published_at is a time",
        "observed_on,value\n": "holds no observation",
        'observed_on,value\n"2026-08-31,1\n': "not CSV",
        "observed_on,value\n2026-08-31,1e999999\n": "value is a decimal",
    }
    for text, words in bad.items():
        answer = await _import(feed, code, text)
        assert answer.status_code == 422, text
        assert words in answer.text, answer.text
        assert "secret" not in answer.text
    assert (await _import(feed, code, b"observed_on,value\n\xff\xfe,1\n")).status_code == 422
    assert (await _import(feed, code, b"x" * (2 * 1024 * 1024 + 1))).status_code == 413
    assert (await feed.post(f"/v1/indicators/{code}/observations", json={})).status_code == 415
    packed = {"content-type": "text/csv", "content-encoding": "gzip"}
    answer = await feed.post(f"/v1/indicators/{code}/observations", content=b"\x1f\x8b", headers=packed)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_content_encoding")
    assert (await _import(feed, given.unique(), "observed_on,value\n2026-08-31,1\n")).status_code == 422
    assert await _values(feed, code) == {}


async def test_a_series_that_contradicts_itself_is_refused(feed: httpx.AsyncClient) -> None:
    base = {
        "label": "x",
        "label_zh": "x",
        "unit": "x",
        "frequency": "daily",
        "source": "x",
        "scale": 0,
    }
    for fields in (
        {"scope": "global", "codes": ["US"]},
        {"scope": "country"},
        {"scope": "country", "codes": ["USA"]},
    ):
        answer = await feed.put(f"/v1/indicators/{given.unique()}", json={**base, **fields})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_series")
    named = await feed.put("/v1/indicators/Not%20A%20Name", json={**base, "scope": "global"})
    assert named.status_code == 422
    code = await given.series(feed)
    shrunk = await feed.put(f"/v1/indicators/{code}", json={**base, "scope": "global"})
    assert (shrunk.status_code, shrunk.json()["code"]) == (409, "scale_shrinks")


async def test_only_the_feed_writes(feed: httpx.AsyncClient, officer: httpx.AsyncClient) -> None:
    code = await given.series(feed)
    items = [{"series": code, "observed_on": "2026-09-30", "value": "1"}]
    assert (await officer.put("/v1/indicator-observations", json={"items": items})).status_code == 403
    assert (await officer.get(f"/v1/indicators/{code}")).status_code == 200
