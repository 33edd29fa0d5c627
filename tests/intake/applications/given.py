"""A product with a plan, and what happens to an application for it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
from sqlalchemy import text

from services.intake.domain.finding import Finding, FindingKind
from services.intake.handlers import progress
from services.intake.store import findings
from services.intake.vault import Vault
from shared.consumer import Consumer
from shared.contracts import decision
from shared.contracts.envelope import Amount
from shared.db import Database
from shared.ids import new_id
from tests.kit.service import delivery

PRODUCT: Final = "planned-loan"
FACTS: Final[Mapping[str, Any]] = {"annual_income": {"amount_minor": 5_000_000, "currency": "EUR"}, "purpose": "car"}


def document(name: str = PRODUCT, **sections: Any) -> dict[str, Any]:
    """Return a product's document: nothing but its facts, and these sections of a plan."""
    return {
        "name": name,
        "title": "Planned loan",
        "currency": "EUR",
        "facts": {
            "requested_amount": {"type": "money", "minimum": 1, "required": True},
            "annual_income": {"type": "money", "minimum": 0, "label": {"en": "Income a year", "zh": "年收入"}},
            "purpose": {"type": "enum", "values": ["car", "house"]},
            "bureau_score": {"type": "integer", "minimum": 0, "maximum": 999, "source": "file"},
            "defaults": {"type": "integer", "minimum": 0, "source": "file"},
        },
        **sections,
    }


def body(reference: str, product: str = PRODUCT, **changes: Any) -> dict[str, Any]:
    """Return the body of a complete application."""
    return {
        "product": product,
        "party": {"external_ref": reference},
        "requested": {"amount_minor": 100_000, "currency": "EUR"},
        "facts": dict(FACTS),
        **changes,
    }


def key() -> dict[str, str]:
    """Return a new idempotency key as a header."""
    return {"Idempotency-Key": new_id("key")}


@dataclass
class Desk:
    """Those who speak HTTP to intake about applications, and what reaches it otherwise."""

    los: httpx.AsyncClient
    manager: httpx.AsyncClient
    consumer: Consumer
    db: Database
    vault: Vault

    async def publish(self, name: str = PRODUCT, **sections: Any) -> str:
        """Let intake hear of a product under a new name, so that tests do not meet; return the name."""
        named = f"{name}-{new_id('p')[-12:]}"
        data = decision.ProductPublished(name=named, revision=1, document=document(named, **sections))
        now = datetime.now(UTC)
        published = delivery("decision", decision.PRODUCT_AGGREGATE, named, data.type, data, now)
        await self.consumer.handle([published])
        return named

    async def submit(self, sent: Mapping[str, Any], **headers: str) -> httpx.Response:
        """Send an application."""
        return await self.los.post("/v1/applications", json=sent, headers={**key(), **headers})

    async def taken(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """Return an application that was taken in."""
        answer = await self.submit(sent)
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def shown(self, application_id: str) -> dict[str, Any]:
        """Return an application as it is shown."""
        answer = await self.los.get(f"/v1/applications/{application_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def amend(self, application_id: str, revision: int, **change: Any) -> httpx.Response:
        """Amend an application of a revision."""
        headers = {"If-Match": f'"{revision}"'}
        return await self.los.patch(f"/v1/applications/{application_id}", json=change, headers=headers)

    async def withdraw(self, application_id: str) -> httpx.Response:
        """Withdraw an application."""
        return await self.los.post(f"/v1/applications/{application_id}/withdraw", json={"reason": "Found better"})

    async def override(self, application_id: str, client: httpx.AsyncClient | None = None) -> httpx.Response:
        """Override the screening of an application, as the manager unless told."""
        path = f"/v1/applications/{application_id}/override"
        return await (client or self.manager).post(path, json={"reason": "New job since"})

    async def history(self, application_id: str) -> list[tuple[str | None, str]]:
        """Return the moves of an application."""
        items = (await self.los.get(f"/v1/applications/{application_id}/history")).json()["items"]
        return [(item["from_status"], item["to_status"]) for item in items]

    async def events(self, application_id: str) -> list[tuple[str, dict[str, Any]]]:
        """Return the events of an application in order: type without its version, and payload."""
        async with self.db.transaction() as tx:
            query = text("SELECT type, payload FROM outbox WHERE aggregateid = :id ORDER BY seq")
            rows = (await tx.execute(query, {"id": application_id})).all()
        return [(row.type.split(".")[1], row.payload) for row in rows]

    async def decide(self, entry: Mapping[str, Any], outcome: str = "decline", **changes: Any) -> str:
        """Let a decision on an application as it was shown arrive; return its id."""
        now = datetime.now(UTC)
        granted = Amount(amount_minor=100_000, currency="EUR") if outcome in ("approve", "counter_offer") else None
        data = decision.Decided(
            **{
                "decision_id": new_id("dec"),
                "application_id": entry["application_id"],
                "party_id": entry["party_id"],
                "product": entry["product"],
                "outcome": outcome,
                "requested": Amount(amount_minor=100_000, currency="EUR"),
                "limit": granted,
                "grade": None,
                "score": None,
                "reasons": (),
                "policy": None,
                "submitted_at": datetime.fromisoformat(entry["submitted_at"]),
                "decided_at": now,
                **changes,
            }
        )
        await self.consumer.handle(
            [delivery("decision", decision.AGGREGATE, data.decision_id, decision.Decided.type, data, now)]
        )
        return data.decision_id

    async def found(self, party_id: str, source: str = "consumer-bureau", age_days: int = 0, **facts: Any) -> None:
        """Let a report on a party arrive."""
        as_of = datetime.now(UTC) - timedelta(days=age_days)
        finding = Finding(new_id("fnd"), party_id, FindingKind.BUREAU, source, new_id("rep"), as_of, facts, None)
        async with self.db.transaction() as tx:
            await findings.add(tx, [finding])
            await progress.arrived(tx, self.vault, [party_id])

    async def add_document(self, party_id: str, kind: str) -> None:
        """Let a document arrive, as its own route stores it."""
        async with self.db.transaction() as tx:
            await tx.execute(
                text(
                    "INSERT INTO document (document_id, party_id, type, content_type, size, digest, details, state,"
                    " created_by) VALUES (:id, :party_id, :kind, 'application/pdf', 1, :digest, '', 'clean', 'los')"
                ),
                {"id": new_id("doc"), "party_id": party_id, "kind": kind, "digest": new_id("d").encode()},
            )
            await progress.arrived(tx, self.vault, [party_id])

    async def investigated(self, entry: Mapping[str, Any], *fallbacks: str) -> None:
        """Let the investigation of an application end."""
        async with self.db.transaction() as tx:
            revision = entry["revision"]
            await progress.investigated(tx, self.vault, entry["application_id"], revision, fallbacks)

    async def days_pass(self, application_id: str, days: int) -> None:
        """Put an application back in time, as if it had come so many days earlier."""
        earlier = {"id": application_id, "days": days}
        async with self.db.transaction() as tx:
            for statement in _EARLIER:
                await tx.execute(text(statement), earlier)

    async def together(self, *bodies: Mapping[str, Any]) -> list[httpx.Response]:
        """Send several applications at once."""
        return await asyncio.gather(*(self.submit(sent) for sent in bodies))


_BACK: Final = "make_interval(days => :days)"
_EARLIER: Final = (
    f"UPDATE application SET received_at = received_at - {_BACK}, submitted_at = submitted_at - {_BACK},"
    f" decided_at = decided_at - {_BACK}, due_at = due_at - {_BACK} WHERE application_id = :id",
    f"UPDATE application_signal SET received_at = received_at - {_BACK} WHERE application_id = :id",
    f"UPDATE application_clock SET due_at = due_at - {_BACK}, warn_at = warn_at - {_BACK} WHERE application_id = :id",
)
