"""What happens to applications in these tests: they are submitted, decided, and turn out well or badly."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from prometheus_client import REGISTRY
from sqlalchemy import text

from services.scoring import consumers
from services.scoring.app import create_app
from services.scoring.domain.result import Model, score_facts
from services.scoring.domain.scorecard import load_scorecard
from services.scoring.domain.validity import give
from services.scoring.settings import Settings
from services.scoring.store import scores
from services.scoring.store.scores import ScoredApplication
from shared.bus import Delivery
from shared.consumer import Consumer
from shared.contracts import decision, intake
from shared.contracts.envelope import Amount
from shared.db import Database
from shared.ids import new_id
from tests.kit.catalogue import SCOPES, make_live
from tests.kit.service import Urls, client_of, consumer_of, delivery, platform_settings
from tests.scoring.monitoring.population import PRODUCT, PRODUCT_DOCUMENT, applicants, developed_on

_CLIENTS = {
    **SCOPES,
    "servicer": ["outcomes:write", "outcomes:read", "monitoring:write", "monitoring:read"],
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A running service, its consumer, a client that services credit, and the artefact of its live model."""

    db: Database
    consumer: Consumer
    http: httpx.AsyncClient
    artefact: Mapping[str, Any]

    def gauge(self, name: str, **more: str) -> float:
        """Return what a gauge shows of the live model."""
        labels = {"product": PRODUCT.name, "model": self.artefact["name"], "version": str(self.artefact["version"])}
        shown = REGISTRY.get_sample_value(name, {**labels, **more})
        assert shown is not None
        return shown

    async def submit(self, applicants: Sequence[Mapping[str, Any]]) -> list[str]:
        """Have applications arrive by event; return their ids."""
        deliveries = [_submitted(facts) for facts in applicants]
        for start in range(0, len(deliveries), 500):
            await self.consumer.handle(deliveries[start : start + 500])
        return [each.message.key for each in deliveries]

    async def score_in_the_past(
        self, applicants: Sequence[Mapping[str, Any]], at: datetime, ids: Sequence[str] = ()
    ) -> list[str]:
        """Put scores of the live model into the store as if they had been given at a moment.

        Returns the ids of the applications: `ids` if given, else new ones.
        """
        model = Model(PRODUCT, load_scorecard(self.artefact, PRODUCT))
        entries = [
            ScoredApplication(application_id, PRODUCT.name, facts, give(score_facts(model, facts), at))
            for application_id, facts in zip(ids or [new_id("app") for _ in applicants], applicants, strict=True)
        ]
        async with self.db.transaction() as tx:
            await scores.add(tx, entries)
        return [entry.application_id for entry in entries]

    async def decide(self, application_ids: Sequence[str], outcome: str, at: datetime | None = None) -> list[str]:
        """Have decisions on applications arrive by event; return their ids."""
        deliveries = [_decided(each, outcome, at or datetime.now(UTC)) for each in application_ids]
        await self.consumer.handle(deliveries)
        return [decision.Decided.model_validate_json(each.message.value).decision_id for each in deliveries]

    async def report(self, items: Sequence[Mapping[str, Any]], key: str | None = None) -> httpx.Response:
        """Report outcomes."""
        headers = {"Idempotency-Key": key or new_id("key")}
        return await self.http.post("/v1/outcomes", json={"items": list(items)}, headers=headers)

    async def measure(self, **body: Any) -> dict[str, Any]:
        """Ask for a monitoring report and return it."""
        headers = {"Idempotency-Key": new_id("key")}
        answer = await self.http.post("/v1/monitoring", json={"product": PRODUCT.name, **body}, headers=headers)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def drift_events(self) -> list[dict[str, Any]]:
        """Return what was put out about drift, oldest first."""
        async with self.db.transaction() as tx:
            rows = await tx.execute(
                text(
                    "SELECT payload FROM outbox WHERE type = 'scoring.drift_detected.v1' AND aggregateid = :model"
                    " ORDER BY seq"
                ),
                {"model": self.artefact["content_hash"]},
            )
            return [row.payload for row in rows]


@asynccontextmanager
async def playing(urls: Urls, folder: Path, version: int) -> AsyncIterator[Scene]:
    """Run the service with a live scorecard of this version; `folder` gets the keys of its clients."""
    db = Database(urls.app)
    consumer = consumer_of(consumers.subscription(db), db)
    app = create_app(Settings(database_url=urls.app), platform_settings(folder, _CLIENTS))
    async with client_of(app, "servicer") as http:
        artefact = developed_on(applicants(1, 700), version)
        await consumer.handle([product_published()])
        await make_live(http, "scorecard", artefact)
        yield Scene(db, consumer, http, artefact)
    await db.close()


def outcome(application_id: str, observed_on: str, **said: Any) -> dict[str, Any]:
    """Return an outcome as it is reported, by 90 days past due within 12 months."""
    return {
        "application_id": application_id,
        "definition": "90+ dpd",
        "window_months": 12,
        "observed_on": observed_on,
        **said,
    }


def product_published() -> Delivery:
    """Return the event that makes the product known."""
    now = datetime.now(UTC)
    data = decision.ProductPublished(name=PRODUCT.name, revision=1, document=PRODUCT_DOCUMENT, effective_at=now)
    return delivery("decision", decision.PRODUCT_AGGREGATE, PRODUCT.name, data.type, data, now)


def _submitted(facts: Mapping[str, Any]) -> Delivery:
    now, application_id = datetime.now(UTC), new_id("app")
    data = intake.ApplicationSubmitted(
        application_id=application_id,
        party_id=new_id("pty"),
        product=PRODUCT.name,
        requested=Amount(**facts["requested_amount"]),
        facts=facts,
        submitted_at=now,
    )
    return delivery("intake", intake.AGGREGATE, application_id, data.type, data, now)


def _decided(application_id: str, outcome: Any, at: datetime) -> Delivery:
    data = decision.Decided(
        decision_id=new_id("dec"),
        application_id=application_id,
        party_id=new_id("pty"),
        product=PRODUCT.name,
        outcome=outcome,
        requested=Amount(amount_minor=100_000, currency="DEM"),
        limit=None,
        grade=None,
        score=None,
        reasons=(),
        policy=None,
        submitted_at=at,
        decided_at=at,
    )
    return delivery("decision", decision.AGGREGATE, application_id, data.type, data, at)
