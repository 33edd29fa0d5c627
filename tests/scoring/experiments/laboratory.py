"""What tests of experiments on models do again and again: another model, parties, scores, a turn of the worker."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import asyncpg
import httpx

from services.scoring import consumers
from services.scoring.domain.monitoring.plan import Plans
from services.scoring.handlers.experimenting import counting
from services.scoring.handlers.governing import GOVERNANCE
from services.scoring.handlers.shadowing import shadowing
from shared.catalogue import KEEP_SECONDS, keep_products
from shared.contracts import intake
from shared.contracts.decision import ProductPublished
from shared.contracts.envelope import Amount, Event
from shared.db import Database
from shared.experiments.handlers.experimenting import look_after
from shared.experiments.handlers.shadowing import shadow_once
from shared.ids import new_id
from tests.kit.catalogue import APPROVER, AUTHOR, SCOPES, act, approved, bearing
from tests.kit.service import Urls, consumer_of, delivery
from tests.scoring.domain.small import (
    MISSING,
    SMALL_FACTS,
    UNSEEN,
    characteristic,
    regular,
    signed,
    small_document,
)

CLIENTS: Final[Mapping[str, list[str]]] = {
    **SCOPES,
    "los": ["scores:write", "scores:read"],
    "pinning-los": ["scores:write", "scores:pin"],
    "servicer": ["outcomes:write", "outcomes:read"],
}
OWNER: Final[Mapping[str, Any]] = {
    "requested_amount": {"amount_minor": 100_000, "currency": "EUR"},
    "debt_ratio": "0.34",
    "purpose": "boat",
    "home_owner": True,
}
"""Scored 540 by the small scorecard and 500 by the stern one."""
TENANT: Final[Mapping[str, Any]] = {**OWNER, "home_owner": False}
"""Scored 520 by both."""
NO_SKEW: Final = timedelta()
"""One machine has one clock."""
LOOK_SECONDS: Final = 3 * KEEP_SECONDS
"""After this long every process has looked again at what is live."""


def stern(product: str, version: int = 2) -> dict[str, Any]:
    """Return a scorecard that gives owners of homes 40 points less than the small one."""
    document = copy.deepcopy(small_document()) | {"product": product, "version": version}
    owner, _, _, unseen = document["characteristics"][3]["bins"]
    # The reference stays within the points.
    owner["points"], unseen["points"] = 60, 95
    return signed(document)


def refusing(product: str) -> dict[str, Any]:
    """Return a scorecard that gives no score where the debt ratio is missing."""
    document = copy.deepcopy(small_document()) | {"product": product, "version": 3}
    document["characteristics"][1]["bins"][2]["treat"] = "refuse"
    return signed(document)


def curious(product: str) -> dict[str, Any]:
    """Return a scorecard that asks for a guarantor as well, a fact that the product does not have from the start."""
    document = copy.deepcopy(small_document()) | {"product": product, "version": 4}
    bins = [
        regular("none", 0, values=[False]),
        regular("there is one", 10, values=[True]),
        MISSING | {"points": 0},
        UNSEEN | {"points": 0},
    ]
    document["characteristics"].append(characteristic("guarantor", "NO_GUARANTOR", 0, bins))
    document["psi_baseline"]["characteristics"]["guarantor"] = [50, 50, 0, 0]
    document["golden_vectors"][0]["points"].append(0)
    return signed(document)


_AGE: Final = timedelta(days=14 * 31)
_OLD_ID: Final = f"""
    'scr_' || lpad(to_hex(('x' || lpad(substr({{}}, 5, 12), 16, '0'))::bit(64)::bigint
                          - {_AGE // timedelta(milliseconds=1)}), 12, '0') || substr({{}}, 17)
"""
_OLDER: Final = (
    f"UPDATE scoring.shadow_score x SET score_id = {_OLD_ID.format('x.score_id', 'x.score_id')} FROM scoring.score s"
    " WHERE s.score_id = x.score_id AND s.product = $1",
    f"UPDATE scoring.score SET score_id = {_OLD_ID.format('score_id', 'score_id')},"
    f" scored_at = scored_at - interval '{_AGE.days} days' WHERE product = $1",
    f"UPDATE scoring.experiment SET started_at = started_at - interval '{_AGE.days} days' WHERE product = $1",
    f"UPDATE scoring.shadow SET started_at = started_at - interval '{_AGE.days} days' WHERE product = $1",
)


@dataclass
class Laboratory:
    """Scoring with one product of its own, a small scorecard live; the worker's loops are turned by hand."""

    http: httpx.AsyncClient
    db: Database
    urls: Urls
    product: str = field(default_factory=lambda: new_id("loan").replace("_", "-"))
    _trials: list[str] = field(default_factory=list)

    async def hear_of_product(self, revision: int = 1, **more: Any) -> None:
        """Have scoring hear that the product is live, with more facts."""
        facts = {**SMALL_FACTS, **more}
        document = {"name": self.product, "title": "Small loan", "currency": "EUR", "facts": facts}
        now = datetime.now(UTC)
        told = ProductPublished(name=self.product, revision=revision, document=document, effective_at=now)
        await keep_products(
            self.db, "scoring", [Event(new_id("evt"), told.type, "/assay/decision", "x", now, None, told)]
        )

    async def turn(self) -> None:
        """Let the worker look after experiments and shadows until there is nothing more to do."""
        await look_after(self.db, GOVERNANCE, counting(Plans(), outcomes_seconds=0), NO_SKEW)
        while not await shadow_once(self.db, shadowing(), NO_SKEW):
            pass

    async def scored(self, parties: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
        """Return what was stored and passed on of one application each of `parties` (their facts, by id).

        The process that scores has just been started, so it knows of every change.
        """
        ids = {party: new_id("app") for party in parties}
        consumer = consumer_of(consumers.subscription(self.db), self.db)
        deliveries = [self._submitted(party, ids[party], facts) for party, facts in parties.items()]
        for start in range(0, len(deliveries), 200):
            await consumer.handle(deliveries[start : start + 200])
        rows = {row["application_id"]: dict(row) for row in await self.rows(list(ids.values()))}
        return {party: rows[application_id] for party, application_id in ids.items()}

    def _submitted(self, party: str, application_id: str, facts: Mapping[str, Any]) -> Any:
        now = datetime.now(UTC)
        data = intake.ApplicationSubmitted(
            application_id=application_id,
            party_id=party,
            product=self.product,
            requested=Amount(amount_minor=100_000, currency="EUR"),
            facts=dict(facts),
            submitted_at=now,
        )
        return delivery("intake", intake.AGGREGATE, application_id, intake.ApplicationSubmitted.type, data, now)

    async def rows(self, application_ids: Sequence[str]) -> list[asyncpg.Record]:
        """Return the stored scores of applications, with the event that carried each on."""
        return await self.query(
            "SELECT s.*, o.payload::jsonb -> 'score' ->> 'arm' AS told_arm FROM scoring.score s"
            " LEFT JOIN scoring.outbox o ON o.aggregateid = s.application_id WHERE s.application_id = ANY($1)",
            application_ids,
        )

    async def query(self, statement: str, *values: Any) -> list[asyncpg.Record]:
        """Ask the database as its administrator."""
        admin = await asyncpg.connect(self.urls.admin)
        try:
            found: list[asyncpg.Record] = await admin.fetch(statement, *values)
            return found
        finally:
            await admin.close()

    async def ask(self, client: str = "los", **change: Any) -> httpx.Response:
        """Ask for a score now."""
        body = {"product": self.product, "facts": dict(OWNER), **change}
        return await self.http.post("/v1/scores", json=body, headers=bearing(client))

    async def approved(self, document: Mapping[str, Any]) -> str:
        """Return the id of an approved version of a scorecard."""
        return await approved(self.http, "scorecard", document)

    async def shadow(self, document: Mapping[str, Any]) -> str:
        """Return the id of a version that is a shadow."""
        version_id = await self.approved(document)
        await self.act(version_id, "shadow")
        await self.turn()
        return version_id

    async def challenge(self, document: Mapping[str, Any], test: str, share_bp: int, **terms: Any) -> str:
        """Return the id of a version that challenges the live one."""
        version_id = await self.approved(document)
        await self.act(version_id, "challenge", test=test, share_bp=share_bp, **terms)
        await self.turn()
        return version_id

    async def act(self, version_id: str, action: str, **body: Any) -> None:
        """Do something to a version, as the approver."""
        answer = await act(self.http, version_id, action, APPROVER, **body)
        assert answer.status_code == 200, answer.text
        self._trials.append(version_id)

    async def state(self, version_id: str) -> str:
        """Return the state of a version."""
        return str((await self.read(f"/v1/versions/{version_id}"))["state"])

    async def read(self, path: str, **params: Any) -> dict[str, Any]:
        """Return what a path shows to somebody who may read the catalogue."""
        answer = await self.http.get(path, params=params, headers=bearing(AUTHOR))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def experiment(self, test: str) -> dict[str, Any]:
        """Return the newest experiment of a test, with its figures."""
        listed = await self.read("/v1/experiments", product=self.product)
        newest = next(entry for entry in listed["items"] if entry["test"] == test)
        return await self.read(f"/v1/experiments/{newest['experiment_id']}")

    async def let_a_year_pass(self) -> None:
        """Make all that was scored and begun for the product 434 days older."""
        for statement in _OLDER:
            await self.query(statement, self.product)

    async def report_outcomes(self, bad_by_application: Mapping[str, bool]) -> None:
        """Report what became of applications by today."""
        items = [
            {
                "application_id": application_id,
                "definition": "90+ dpd",
                "window_months": 12,
                "observed_on": datetime.now(UTC).date().isoformat(),
                "bad": bad,
            }
            for application_id, bad in bad_by_application.items()
        ]
        headers = bearing("servicer", **{"Idempotency-Key": new_id("key")})
        answer = await self.http.post("/v1/outcomes", json={"items": items}, headers=headers)
        assert answer.status_code in (200, 201), answer.text

    async def stop_trials(self) -> None:
        """Leave nothing running beside the live model."""
        for version_id in set(self._trials):
            if await self.state(version_id) in ("shadow", "challenger"):
                await self.act(version_id, "stop")
        await self.turn()


def parties(number: int) -> Iterator[str]:
    """Return the ids of new parties."""
    run = new_id("pty")
    return (f"{run}-{place}" for place in range(number))
