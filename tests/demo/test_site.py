import asyncio
from collections.abc import Callable

import httpx
import pytest

from services.demo.applicants import Applicant
from services.demo.catalogue import read_catalogue
from services.demo.errors import DemoError
from services.demo.flow import submit_all, wait_for_decisions
from services.demo.site import Caller, Site
from shared.money import Money
from tests.demo.canned import START, acknowledged

SITE = Site({"intake": "http://intake", "decision": "http://decision"}, {"los": "key"})
PRODUCT = read_catalogue().product


def caller(answer: Callable[[httpx.Request], httpx.Response], lines: int = 1) -> Caller:
    free: asyncio.Queue[httpx.AsyncClient] = asyncio.Queue()
    for _ in range(lines):
        free.put_nowait(httpx.AsyncClient(transport=httpx.MockTransport(answer)))
    return Caller(SITE, "los", free)


def nothing(_count: int) -> None:
    pass


async def test_a_call_that_is_cut_off_or_put_off_is_repeated_under_the_same_key() -> None:
    seen: list[tuple[str, bytes]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.headers["idempotency-key"], request.content))
        if len(seen) == 1:
            raise httpx.ReadError("reset")
        if len(seen) == 2:
            return httpx.Response(503, headers={"retry-after": "0"})
        return httpx.Response(201, json={"done": True})

    assert await caller(answer).post("intake", "/v1/applications", {"a": 1}, key="k1") == {"done": True}
    assert seen == [("k1", b'{"a":1}')] * 3


async def test_a_refusal_is_not_repeated() -> None:
    calls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        return httpx.Response(422, json={"code": "invalid_facts"})

    with pytest.raises(DemoError, match="invalid_facts"):
        await caller(answer).post("intake", "/v1/applications", {}, key="k1")
    assert calls == ["POST"]


async def test_every_applicant_is_a_customer_of_its_own_under_a_key_of_its_own() -> None:
    keys: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        return httpx.Response(
            202, json={"application_id": f"app_{keys[-1]}", "party_id": f"pty_{keys[-1]}", "decision": None}
        )

    applicants = [Applicant(number, Money(100, "DEM"), {}) for number in range(1, 6)]
    found = await submit_all(caller(answer, lines=2), PRODUCT, applicants, "run", nothing, nothing)
    assert [entry.number for entry in found] == [1, 2, 3, 4, 5]
    assert len(set(keys)) == len({entry.party_id for entry in found}) == 5


async def test_the_first_refused_application_ends_the_run_with_its_own_words() -> None:
    applicants = [Applicant(number, Money(100, "DEM"), {}) for number in range(1, 6)]
    with pytest.raises(DemoError, match="unknown_product"):
        await submit_all(
            caller(lambda _request: httpx.Response(422, json={"code": "unknown_product"}), lines=2),
            PRODUCT,
            applicants,
            "run",
            nothing,
            nothing,
        )


async def test_decisions_are_read_page_by_page_back_to_the_start_of_the_run() -> None:
    def item(number: int, day: int) -> dict[str, object]:
        at = f"2026-11-{day}T10:00:00Z"
        return {
            "decision_id": f"dec_{number}",
            "application_id": f"app_{number}",
            "outcome": "decline",
            "reasons": ["SAVINGS_LOW"],
            "score": {"score": 470},
            "submitted_at": at,
            "decided_at": at,
        }

    pages = {
        None: {"items": [item(2, 21)], "next_cursor": "a"},
        "a": {"items": [item(1, 21)], "next_cursor": "b"},
        "b": {"items": [item(0, 20)], "next_cursor": "never asked for"},
    }
    counts: list[int] = []
    decisions = await wait_for_decisions(
        caller(lambda request: httpx.Response(200, json=pages[request.url.params.get("cursor")])),
        acknowledged(1, 2),
        START,
        counts.append,
    )
    assert [entry.application_id for entry in decisions] == ["app_2", "app_1"]
    assert counts == [2]
