"""A boosted model through its life cycle and into scores, over HTTP and on a real database."""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.embedded.postgres import Address
from services.scoring.app import create_app
from services.scoring.settings import Settings
from shared.catalogue import keep_products
from shared.contracts.decision import ProductPublished
from shared.contracts.envelope import Event
from shared.db import Database
from shared.ids import new_id
from tests.kit.catalogue import AUTHOR, SCOPES, attempt, bearing, make_live
from tests.kit.service import Urls, client_of, migrated, platform_settings
from tests.scoring.boosted.small import PRODUCT_DOCUMENT, changed, onnx_entry, signed, trees_file
from tests.scoring.domain.small import small_document as small_scorecard

FACTS = {
    "requested_amount": {"amount_minor": 200_000, "currency": "EUR"},
    "debt_ratio": "0.40",
    "purpose": "boat",
}


@pytest.fixture(scope="session")
async def urls(postgres: Address) -> Urls:
    """A migrated database."""
    return await migrated(postgres, "scoring", "boosted_tests")


async def hear_of(urls: Urls, name: str) -> None:
    """Have scoring hear that the small product is live under a name."""
    now = datetime.now(UTC)
    document = {**PRODUCT_DOCUMENT, "name": name}
    told = ProductPublished(name=name, revision=1, document=document, effective_at=now)
    db = Database(urls.app)
    await keep_products(db, "scoring", [Event(new_id("evt"), told.type, "/assay/decision", "x", now, None, told)])
    await db.close()


@pytest.fixture
async def desk(urls: Urls, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The API, to its own client `los` and to those of the life cycle."""
    app = create_app(Settings(database_url=urls.app), platform_settings(tmp_path, {**SCOPES, "los": ["scores:write"]}))
    async with client_of(app, "los") as made:
        yield made


def named(product: str) -> dict[str, Any]:
    """Return the small model for another product of the same facts."""
    return changed(lambda document: document.update(product=product))


async def scored(desk: httpx.AsyncClient, product: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Return the answer once the process must have noticed what is live: it keeps that a moment."""
    await asyncio.sleep(0.3)
    answer = await desk.post("/v1/scores", json={"product": product, "facts": facts})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_boosted_model_goes_live_by_the_hands_of_two_and_scores_with_reasons(
    desk: httpx.AsyncClient, urls: Urls
) -> None:
    await hear_of(urls, "boosted-a")
    version_id = await make_live(desk, "scorecard", named("boosted-a"))
    score = (await scored(desk, "boosted-a", FACTS))["score"]
    assert (score["score"], score["pd"], score["model"], score["model_version"]) == (586, "0.051369", "small-trees", 1)
    assert score["model_hash"] == named("boosted-a")["content_hash"]
    assert [(reason["code"], reason["characteristic"], reason["shortfall"]) for reason in score["reasons"]] == [
        ("AMOUNT_TOO_HIGH", "requested_amount", "39.000"),
        ("DEBT_TOO_HIGH", "debt_ratio", "5.000"),
    ]
    live = (await desk.get("/v1/catalogue/scorecard/boosted-a", headers=bearing(AUTHOR))).json()
    assert live["version_id"] == version_id


async def test_a_boosted_model_takes_the_place_of_a_scorecard_and_gives_it_back(
    desk: httpx.AsyncClient, urls: Urls
) -> None:
    await hear_of(urls, "boosted-b")
    card = small_scorecard() | {"product": "boosted-b"}
    await make_live(desk, "scorecard", signed(card))
    assert (await scored(desk, "boosted-b", FACTS))["score"]["model"] == "small"
    await make_live(desk, "scorecard", named("boosted-b"))
    assert (await scored(desk, "boosted-b", FACTS))["score"]["model"] == "small-trees"
    await make_live(desk, "scorecard", signed(card | {"version": 2}))
    assert (await scored(desk, "boosted-b", FACTS))["score"]["model"] == "small"


async def test_a_model_with_a_custom_operator_is_refused_and_nothing_is_registered(
    desk: httpx.AsyncClient, urls: Urls
) -> None:
    await hear_of(urls, "boosted-c")
    hostile = trees_file(operator="Launder", domain="com.example", attributes={})
    document = changed(lambda d: d.update(product="boosted-c", onnx=onnx_entry(hostile)))
    refused = await attempt(desk, "scorecard", document)
    assert (refused.status_code, refused.json()["code"]) == (422, "unsound_scorecard")
    assert "custom" in refused.json()["errors"][0]["detail"]
    assert (await scored(desk, "boosted-c", FACTS))["failure"] == "no_model"


async def test_a_model_of_megabytes_is_taken_in_and_a_larger_body_is_not(desk: httpx.AsyncClient, urls: Urls) -> None:
    await hear_of(urls, "boosted-d")
    large = changed(lambda d: d.update(product="boosted-d", provenance={"notes": "x" * 5_000_000}))
    assert (await attempt(desk, "scorecard", large)).status_code == 200
    too_large = changed(lambda d: d.update(product="boosted-d", provenance={"notes": "x" * 6_400_000}))
    refused = await attempt(desk, "scorecard", too_large)
    assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")


async def test_where_the_runtime_is_missing_no_model_is_taken_in_and_a_live_one_gives_no_score(
    desk: httpx.AsyncClient, urls: Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hear_of(urls, "boosted-e")
    await make_live(desk, "scorecard", named("boosted-e"))
    scopes = {**SCOPES, "los": ["scores:write"]}
    bare = create_app(Settings(database_url=urls.app), platform_settings(tmp_path, scopes))
    with monkeypatch.context() as machine:
        machine.setitem(sys.modules, "onnxruntime", None)
        async with client_of(bare, "los") as elsewhere:
            found = await scored(elsewhere, "boosted-e", FACTS)
            assert (found["score"], found["failure"]) == (None, "model_unavailable")
            refused = await attempt(elsewhere, "scorecard", named("boosted-e"))
            assert (refused.status_code, refused.json()["code"]) == (422, "unsound_scorecard")
            assert refused.json()["errors"][0]["code"] == "runtime_missing"
    assert (await scored(desk, "boosted-e", FACTS))["score"]["score"] == 586
