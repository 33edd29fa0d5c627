"""Backtests of stored decisions as jobs: asked for over HTTP, run by processes of their own, whatever befalls those."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.decision.app import create_app
from services.decision.domain.backtest_job import (
    MAX_ATTEMPTS,
    Ending,
    Progress,
    Report,
    State,
    after_interruption,
)
from services.decision.handlers import supervising
from services.decision.settings import Settings
from services.decision.store import backtests
from services.embedded.processes import free_port
from services.migrate import PROJECT
from shared.db import Database
from shared.ids import new_id
from shared.yaml import load_yaml
from tests.kit.catalogue import AUTHOR, bearing, draft
from tests.kit.service import Urls, client_of, platform_settings

_POLICY = PROJECT / "deploy" / "catalogue" / "policies" / "consumer-loan.yaml"


@pytest.fixture
async def risk(los: httpx.AsyncClient, urls: Urls, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A risk analyst; the catalogue has been published, and no backtest waits."""
    scopes = {"risk": ["backtests:write", "backtests:read"], "reader": ["backtests:read"]}
    folder = tmp_path / "risk"
    folder.mkdir()
    settings = Settings(database_url=urls.app, scoring_url=f"http://127.0.0.1:{free_port()}")
    async with client_of(create_app(settings, platform_settings(folder, scopes)), "risk") as client:
        for state in (State.QUEUED, State.RUNNING):
            for item in (await client.get("/v1/backtests", params={"state": state})).json()["items"]:
                await client.post(f"/v1/backtests/{item['backtest_id']}/cancel")
        yield client


def _candidate(**change: Any) -> dict[str, Any]:
    policy: dict[str, Any] = load_yaml(_POLICY.read_text())
    del policy["cases"]
    return {**policy, "version": 99, **change}


def _asked(**change: Any) -> dict[str, Any]:
    body = {"product": "consumer-loan", "candidate": {"document": _candidate()}, "source": {"decisions": {}}}
    return {**body, **change}


def _key() -> dict[str, str]:
    return {"Idempotency-Key": new_id("key")}


async def _ask(risk: httpx.AsyncClient, **change: Any) -> str:
    response = await risk.post("/v1/backtests", json=_asked(**change), headers=_key())
    assert response.status_code == 202, response.text
    return str(response.headers["location"])


async def test_what_is_asked_for_is_pinned_and_waits(risk: httpx.AsyncClient) -> None:
    location = await _ask(risk, segments=["housing"], examples=3)
    found = (await risk.get(location)).json()
    assert (found["state"], found["attempt"], found["summary"], found["error"]) == ("queued", 0, None, None)
    assert (found["candidate"]["version"], found["candidate"]["version_id"]) == ("99", None)
    assert found["live"]["name"] == "consumer-loan-standard"
    assert found["live"]["version_id"].startswith("ver_")
    assert found["live"]["hash"] != found["candidate"]["hash"]
    assert (found["segments"], found["examples"], found["asked_by"]) == (["housing"], 3, "risk")
    assert found["links"] == {"report": None, "report_html": None}
    assert datetime.fromisoformat(found["source"]["until"]) <= datetime.now(UTC)


async def test_the_same_key_asks_once(risk: httpx.AsyncClient) -> None:
    headers, body = _key(), _asked()
    first = await risk.post("/v1/backtests", json=body, headers=headers)
    again = await risk.post("/v1/backtests", json=body, headers=headers)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["location"] == first.headers["location"]
    other = await risk.post("/v1/backtests", json={**body, "examples": 9}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (await risk.post("/v1/backtests", json=body)).status_code == 400


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"product": "yacht-loan"}, "unknown_product", "/product"),
        ({"candidate": {"document": {"name": "x"}}}, "unsound_policy", None),
        ({"candidate": {"version_id": "ver_none"}}, "unusable_backtest", "/candidate/version_id"),
        ({"live": {"version_id": "ver_none"}}, "unusable_backtest", "/live/version_id"),
        ({"candidate": {}}, "invalid_body", "/candidate"),
        ({"segments": ["shoe_size"]}, "unusable_backtest", "/segments/0"),
        ({"segments": ["housing", "duration_months"]}, "unusable_backtest", "/segments/1"),
        ({"engine": "abacus"}, "invalid_body", "/engine"),
        ({"examples": 51}, "invalid_body", "/examples"),
        ({"source": {}}, "invalid_body", "/source"),
        ({"source": {"decisions": {"since": "yesterday"}}}, "invalid_body", "/source/decisions/since"),
        ({"source": {"decisions": {"since": "2026-01-01T00:00:00"}}}, "invalid_body", "/source/decisions/since"),
        ({"source": {"decisions": {"until": "2999-01-01T00:00:00Z"}}}, "unusable_backtest", "/source/decisions/until"),
        (
            {"source": {"decisions": {"since": "2025-02-01T00:00:00Z", "until": "2025-02-01T00:00:00Z"}}},
            "unusable_backtest",
            "/source/decisions/since",
        ),
    ],
)
async def test_what_cannot_be_run_is_refused_and_said_where(
    risk: httpx.AsyncClient, change: dict[str, Any], code: str, pointer: str | None
) -> None:
    refused = await risk.post("/v1/backtests", json=_asked(**change), headers=_key())
    assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text
    if pointer is not None:
        assert pointer in [fault["pointer"] for fault in refused.json()["errors"]]


async def test_a_candidate_that_does_not_load_is_refused_with_its_faults(risk: httpx.AsyncClient) -> None:
    document = _candidate()
    document["grade"]["rows"][0]["when"] = {"scoore": ">= 590"}
    refused = await risk.post("/v1/backtests", json=_asked(candidate={"document": document}), headers=_key())
    assert (refused.status_code, refused.json()["code"]) == (422, "unsound_policy")
    assert refused.json()["errors"][0]["pointer"].startswith("/candidate/document/grade/rows/0/when")


async def test_a_draft_can_be_tried_and_later_edits_do_not_matter(
    risk: httpx.AsyncClient, los: httpx.AsyncClient
) -> None:
    drafted = (await draft(los, "policy", _candidate(version=98))).json()
    location = await _ask(risk, candidate={"version_id": drafted["version_id"]})
    edited = await los.put(
        f"/v1/versions/{drafted['version_id']}",
        json={"document": _candidate(version=97)},
        headers=bearing(AUTHOR, **{"If-Match": drafted["etag"]}),
    )
    assert edited.status_code == 200, edited.text
    pinned = (await risk.get(location)).json()["candidate"]
    assert (pinned["version_id"], pinned["hash"]) == (drafted["version_id"], drafted["hash"])


async def test_only_who_may_can_ask(risk: httpx.AsyncClient) -> None:
    location = await _ask(risk)
    risk.headers["Authorization"] = "Bearer reader"
    assert (await risk.get(location)).status_code == 200
    assert (await risk.post("/v1/backtests", json=_asked(), headers=_key())).status_code == 403
    assert (await risk.post(f"{location}/cancel")).status_code == 403


async def test_what_waits_is_cancelled_at_once_and_is_never_begun(risk: httpx.AsyncClient, db: Database) -> None:
    location = await _ask(risk)
    cancelled = await risk.post(f"{location}/cancel")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert (await risk.post(f"{location}/cancel")).json() == cancelled.json()
    assert await supervising.begin_next(db, 30) is None
    report = await risk.get(f"{location}/report")
    assert (report.status_code, report.json()["code"]) == (409, "no_report")


async def test_an_unknown_backtest_is_not_found(risk: httpx.AsyncClient) -> None:
    for path in ("", "/report", "/report.html"):
        assert (await risk.get(f"/v1/backtests/bkt_none{path}")).status_code == 404
    assert (await risk.post("/v1/backtests/bkt_none/cancel")).status_code == 404


async def test_pages_go_from_the_newest_to_the_oldest(risk: httpx.AsyncClient) -> None:
    asked = [(await _ask(risk)).rsplit("/", 1)[1] for _ in range(3)]
    first = (await risk.get("/v1/backtests", params={"limit": 2, "state": "queued"})).json()
    assert [item["backtest_id"] for item in first["items"]] == [asked[2], asked[1]]
    rest = await risk.get("/v1/backtests", params={"cursor": first["next_cursor"], "state": "queued"})
    assert [item["backtest_id"] for item in rest.json()["items"]] == [asked[0]]
    assert (await risk.get("/v1/backtests", params={"product": "sme-loan"})).json()["items"] == []


async def test_rivals_begin_a_backtest_once(risk: httpx.AsyncClient, db: Database) -> None:
    location = await _ask(risk)
    begun = await asyncio.gather(*(supervising.begin_next(db, 30) for _ in range(5)))
    (run,) = [each for each in begun if each is not None]
    assert location.endswith(run.backtest_id)
    assert (await risk.get(location)).json()["state"] == "running"


async def test_who_has_lost_the_lease_changes_nothing_any_more(risk: httpx.AsyncClient, db: Database) -> None:
    location = await _ask(risk)
    first = await supervising.begin_next(db, 0)
    second = await supervising.begin_next(db, 30)
    assert first is not None
    assert second is not None
    assert (first.backtest_id, second.attempt) == (second.backtest_id, first.attempt + 1)
    async with db.transaction() as tx:
        late = Report(b"late", b"late")
        assert not await backtests.finish(tx, first, 1, {}, late)
        assert not await backtests.end(tx, first, Ending(State.FAILED))
        assert await backtests.beat(tx, first, 30, Progress("late", 1, 1)) is None
        assert await backtests.beat(tx, second, 30, Progress("deciding", 7, 9)) is False
    found = (await risk.get(location)).json()
    assert (found["state"], found["attempt"]) == ("running", 2)
    assert found["progress"] == {"phase": "deciding", "rows_done": 7, "rows_total": 9}


async def test_what_is_interrupted_again_and_again_fails_with_its_cause(risk: httpx.AsyncClient, db: Database) -> None:
    location = await _ask(risk)
    for _ in range(MAX_ATTEMPTS):
        assert await supervising.begin_next(db, 0) is not None
    assert await supervising.begin_next(db, 0) is None
    found = (await risk.get(location)).json()
    assert (found["state"], found["error"]["code"], found["summary"]) == ("failed", "interrupted", None)
    assert (await risk.get(f"{location}/report")).status_code == 409


def test_an_interrupted_run_that_was_to_be_cancelled_is_cancelled() -> None:
    assert after_interruption(1, cancel_requested=True) == Ending(State.CANCELLED)
