"""What tests of scores start from: a scorecard, changes of it, and what is asked and kept."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx

from shared.bus import Delivery
from shared.contracts import intake
from shared.contracts.envelope import Amount
from shared.contracts.scoring import ApplicationScored
from tests.kit.service import Urls, delivery
from tests.scoring.domain.small import signed, small_document

Change = Callable[[dict[str, Any]], object]
FACTS = {
    "requested_amount": {"amount_minor": 100_000, "currency": "EUR"},
    "debt_ratio": "0.34",
    "purpose": "boat",
    "home_owner": True,
}
GRADES = [{"grade": "A", "from": 560}, {"grade": "B", "from": 520, "below": 560}, {"grade": "C", "below": 520}]


def _no_change(_document: dict[str, Any]) -> None:
    pass


def scorecard(product: str, change: Change = _no_change) -> dict[str, Any]:
    """Return the small scorecard for a product, changed and signed."""
    document = copy.deepcopy(small_document()) | {"product": product}
    change(document)
    return signed(document)


def graded(document: dict[str, Any]) -> None:
    document |= {"grades": GRADES, "validity": {"days": 30}}
    document["golden_vectors"][0]["grade"] = "B"


def refusing(document: dict[str, Any]) -> None:
    """Leave no score where the purpose is missing."""
    document["characteristics"][2]["bins"][2]["treat"] = "refuse"


def protected(document: dict[str, Any]) -> None:
    """Look at a protected attribute."""
    document["characteristics"][0]["fact"] = "age_years"
    baseline = document["psi_baseline"]["characteristics"]
    baseline["age_years"] = baseline.pop("requested_amount")


async def ask(desk: httpx.AsyncClient, product: str, application_id: str | None, **facts: Any) -> dict[str, Any]:
    body = {"product": product, "facts": FACTS | facts}
    if application_id is not None:
        body["application_id"] = application_id
    answer = await desk.post("/v1/scores", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def kept(desk: httpx.AsyncClient, application_id: str) -> dict[str, Any]:
    answer = await desk.get(f"/v1/scores/{application_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def rows_of(urls: Urls, application_id: str) -> int:
    connection = await asyncpg.connect(urls.admin)
    found: int = await connection.fetchval(
        "SELECT count(*) FROM scoring.score WHERE application_id = $1", application_id
    )
    await connection.close()
    return found


async def expire(urls: Urls, application_id: str) -> None:
    """Let the validity of an application's scores be over."""
    connection = await asyncpg.connect(urls.admin)
    await connection.execute(
        "UPDATE scoring.score SET valid_until = now() - interval '1 second' WHERE application_id = $1", application_id
    )
    await connection.close()


def submitted(product: str, application_id: str, **facts: Any) -> Delivery:
    now = datetime.now(UTC)
    data = intake.ApplicationSubmitted(
        application_id=application_id,
        party_id="pty_1",
        product=product,
        requested=Amount(amount_minor=100_000, currency="EUR"),
        facts=FACTS | facts,
        submitted_at=now,
    )
    return delivery("intake", intake.AGGREGATE, application_id, data.type, data, now)


async def told(urls: Urls, application_id: str) -> list[ApplicationScored]:
    """Return what scoring has told of an application."""
    connection = await asyncpg.connect(urls.admin)
    rows = await connection.fetch(
        "SELECT payload::text FROM scoring.outbox WHERE aggregateid = $1 ORDER BY seq", application_id
    )
    await connection.close()
    return [ApplicationScored.model_validate_json(row["payload"]) for row in rows]
