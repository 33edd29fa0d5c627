"""Which model scores: the live scorecard, as long as it fits the product that scoring has heard of."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.embedded.postgres import Address
from services.migrate import PROJECT
from services.scoring.app import create_app
from services.scoring.settings import Settings
from shared.catalogue import keep_products
from shared.contracts.decision import ProductPublished
from shared.contracts.envelope import Event
from shared.db import Database
from shared.ids import new_id
from shared.yaml import load_yaml
from tests.kit.catalogue import AUTHOR, SCOPES, act, attempt, bearing, draft, make_live
from tests.kit.platform import SOLID, money
from tests.kit.service import Urls, client_of, migrated, platform_settings

CATALOGUE = PROJECT / "deploy" / "catalogue"
SCORECARD = json.loads((CATALOGUE / "scorecards" / "consumer-loan.json").read_text())
PRODUCT = load_yaml((CATALOGUE / "products" / "consumer-loan.yaml").read_text())


@pytest.fixture(scope="session")
async def urls(postgres: Address) -> Urls:
    """A migrated database."""
    return await migrated(postgres, "scoring", "scoring_tests")


@pytest.fixture
async def db(urls: Urls) -> AsyncIterator[Database]:
    """The connection pool of the worker."""
    opened = Database(urls.app)
    yield opened
    await opened.close()


@pytest.fixture
async def desk(urls: Urls, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The API, to its own client `los` and to those of the life cycle."""
    scopes = {**SCOPES, "los": ["scores:write"]}
    async with client_of(
        create_app(Settings(database_url=urls.app), platform_settings(tmp_path, scopes)), "los"
    ) as made:
        yield made


async def hear_of(db: Database, document: dict[str, Any], revision: int) -> None:
    """Have scoring hear that a product is live."""
    now = datetime.now(UTC)
    told = ProductPublished(name=document["name"], revision=revision, document=document, effective_at=now)
    await keep_products(db, "scoring", [Event(new_id("evt"), told.type, "/assay/decision", "x", now, None, told)])


async def scored(desk: httpx.AsyncClient) -> dict[str, Any]:
    """Return the score of a solid applicant once the process must have noticed what is live: it keeps it a moment."""
    await asyncio.sleep(0.3)
    body = {"product": "consumer-loan", "facts": {**SOLID, "requested_amount": money(250_000)}}
    found: dict[str, Any] = (await desk.post("/v1/scores", json=body)).json()
    return found


async def test_a_scorecard_waits_for_its_product_and_scores_when_it_is_live(
    desk: httpx.AsyncClient, db: Database
) -> None:
    early = await attempt(desk, "scorecard", SCORECARD)
    assert (early.status_code, early.json()["code"]) == (409, "catalogue_incomplete")
    await hear_of(db, PRODUCT, 1)
    assert (await scored(desk))["failure"] == "no_model"
    version_id = await make_live(desk, "scorecard", SCORECARD)
    assert (await scored(desk))["score"]["model"] == "consumer-loan"
    live = (await desk.get("/v1/catalogue/scorecard/consumer-loan", headers=bearing(AUTHOR))).json()
    assert live["version_id"] == version_id
    assert (await attempt(desk, "policy", {"product": "consumer-loan"})).json()["code"] == "unknown_kind"


async def test_a_product_that_the_scorecard_no_longer_fits_leaves_no_score_and_no_failure_of_ours(
    desk: httpx.AsyncClient, db: Database
) -> None:
    await hear_of(db, PRODUCT, 1)
    if (await scored(desk))["score"] is None:
        await make_live(desk, "scorecard", SCORECARD)
    narrower = {**PRODUCT, "facts": {name: fact for name, fact in PRODUCT["facts"].items() if name != "savings_status"}}
    await hear_of(db, narrower, 2)
    version_id = (await draft(desk, "scorecard", SCORECARD)).json()["version_id"]
    refused = await act(desk, version_id, "validate", AUTHOR)
    assert (refused.status_code, refused.json()["code"]) == (422, "unsound_scorecard")
    assert (await scored(desk))["failure"] == "no_model"
    await hear_of(db, PRODUCT, 3)
    assert (await scored(desk))["score"] is not None
