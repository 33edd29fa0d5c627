"""Parties that may be asked about, products that ask about them, and sources that say what a test has them say."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
from sqlalchemy import text

from services.intake.domain.breaker import BreakerSettings
from services.intake.domain.finding import FindingKind
from services.intake.domain.party import PartyKind
from services.intake.handlers.investigating import Desk, investigate
from services.intake.sources import ConfiguredSource, Inquiry, SourceReport
from services.intake.vault import Vault
from shared.catalogue import product_shelf
from shared.consumer import Consumer
from shared.contracts import decision
from shared.db import Database
from shared.ids import new_id
from shared.money import Money
from tests.kit.service import delivery

PURPOSE: Final = "credit_assessment"
COST: Final = Money(250, "USD")
FACTS: Final[Mapping[str, Any]] = {
    "requested_amount": {"type": "money", "minimum": 1, "required": True},
    "annual_income": {"type": "money", "minimum": 0},
    "bureau_score": {"type": "integer", "minimum": 0, "maximum": 999, "source": "file"},
    "bureau_found": {"type": "boolean", "source": "file"},
    "delinquencies_24m": {"type": "integer", "minimum": 0, "maximum": 9999, "source": "file"},
    "second_opinion": {"type": "integer", "minimum": 0, "maximum": 999, "source": "file"},
}

Say = Callable[[Inquiry], Awaitable[SourceReport]]


def answer(found: bool = True, **facts: Any) -> SourceReport:
    """Return what a source answers."""
    return SourceReport(found, facts, (), datetime.now(UTC), new_id("prov"), b'{"as": "it came"}')


@dataclass
class Played:
    """A source that says what a test has it say, and keeps what it was asked."""

    name: str
    say: Say
    kind: FindingKind = FindingKind.BUREAU
    asked: list[Inquiry] = field(default_factory=list)

    async def ask(self, inquiry: Inquiry) -> SourceReport:
        """Answer."""
        self.asked.append(inquiry)
        return await self.say(inquiry)

    async def close(self) -> None:
        """Nothing to close."""


def says(**facts: Any) -> Say:
    """Return what always answers with the same facts."""

    async def say(_inquiry: Inquiry) -> SourceReport:
        return answer(**facts)

    return say


def configured(played: Played, **changes: Any) -> ConfiguredSource:
    """Return how a played source is asked: once, by four at a time, within five seconds."""
    usual: dict[str, Any] = {
        "timeout_seconds": 5.0,
        "attempts": 1,
        "concurrency": 4,
        "cost": COST,
        "breaker": BreakerSettings(failures=1_000),
        "facts": {},
        "parties": frozenset(PartyKind),
    }
    return ConfiguredSource(source=played, **{**usual, **changes})


def bureau() -> str:
    """Return the name of a source that no other test has."""
    return f"bureau-{new_id('s')[-12:]}"


def key() -> dict[str, str]:
    """Return a new idempotency key as a header."""
    return {"Idempotency-Key": new_id("key")}


def profile(ssn: str = "") -> dict[str, Any]:
    """Return the profile of a person whom nobody could take for another; one with a magic number is always the same."""
    chance = random.Random(ssn or new_id("seed"))
    words = ["".join(chance.choices("abcdefghijklmnoprstuvwyz", k=9)).capitalize() for _ in range(4)]
    return {
        "names": [{"text": " ".join(words[:2])}],
        "identifiers": [{"scheme": "us-ssn", "value": ssn or f"2{chance.randrange(10**8):08d}"}],
        "addresses": [
            {
                "lines": [f"{chance.randrange(1, 9999)} {words[2]} Road"],
                "city": words[3],
                "postal_code": f"{chance.randrange(10**5):05d}",
                "country": "US",
            }
        ],
        "born_on": f"{chance.randrange(1930, 2005)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 29):02d}",
    }


@dataclass
class Office:
    """Those who speak HTTP to intake, and what reaches it otherwise; `sources` are the sandbox's."""

    officer: httpx.AsyncClient
    los: httpx.AsyncClient
    consumer: Consumer
    db: Database
    vault: Vault
    sources: dict[str, ConfiguredSource]

    async def person(self, ssn: str = "") -> str:
        """Take in a person and return the party's id."""
        body = {"kind": "person", "profile": profile(ssn)}
        taken = await self.officer.post("/v1/parties", json=body, headers=key())
        assert taken.status_code in (200, 201), taken.text
        party_id: str = taken.json()["party_id"]
        return party_id

    async def consents(self, party_id: str, **changes: Any) -> httpx.Response:
        """Have a party consent, to being asked about at a bureau unless told otherwise."""
        now = datetime.now(UTC)
        body = {
            "purpose": PURPOSE,
            "scope": ["bureau", "report"],
            "proof": {"method": "signed_form", "sha256": "0" * 64, "text": "I agree, Ada Example"},
            "given_at": now.isoformat(),
            "expires_at": (now + timedelta(days=30)).isoformat(),
            **changes,
        }
        return await self.los.post(f"/v1/parties/{party_id}/consents", json=body, headers=key())

    async def asker(self, ssn: str = "") -> str:
        """Take in a person who has consented, and return the party's id."""
        party_id = await self.person(ssn)
        given = await self.consents(party_id)
        assert given.status_code == 201, given.text
        return party_id

    async def product(self, *sources: Mapping[str, Any], purpose: str = PURPOSE) -> str:
        """Let intake hear of a product that asks these sources, and return its name."""
        name = f"asked-{new_id('p')[-12:]}"
        document = {
            "name": name,
            "title": "Asked loan",
            "currency": "USD",
            "facts": dict(FACTS),
            "investigation": {"purpose": purpose, "sources": [dict(source) for source in sources]},
        }
        data = decision.ProductPublished(name=name, revision=1, document=document)
        published = delivery("decision", decision.PRODUCT_AGGREGATE, name, data.type, data, datetime.now(UTC))
        await self.consumer.handle([published])
        return name

    async def apply(self, party_id: str, product: str) -> str:
        """Apply, and return the application's id."""
        body = {
            "product": product,
            "party": {"party_id": party_id},
            "requested": {"amount_minor": 100_000, "currency": "USD"},
            "facts": {"annual_income": {"amount_minor": 5_000_000, "currency": "USD"}},
        }
        taken = await self.los.post("/v1/applications", json=body, headers=key())
        assert taken.status_code == 202, taken.text
        application_id: str = taken.json()["application_id"]
        return application_id

    async def status(self, application_id: str) -> str:
        """Return where an application stands."""
        shown = await self.los.get(f"/v1/applications/{application_id}")
        status: str = shown.json()["status"]
        return status

    async def submitted(self, application_id: str) -> dict[str, Any]:
        """Wait until an application is submitted; return what scoring hears of it."""
        async with asyncio.timeout(30):
            while await self.status(application_id) == "investigating":  # noqa: ASYNC110 - another process may move it
                await asyncio.sleep(0.02)
        status = await self.status(application_id)
        assert status == "submitted"
        (event,) = await self.events(application_id, "intake.application_submitted.v1")
        return event

    async def events(self, application_id: str, event_type: str) -> list[dict[str, Any]]:
        """Return the events of a type about an application."""
        async with self.db.transaction() as tx:
            query = text("SELECT payload FROM outbox WHERE aggregateid = :id AND type = :type ORDER BY seq")
            rows = await tx.execute(query, {"id": application_id, "type": event_type})
            return list(rows.scalars())

    async def pull(self, party_id: str, source: str = "consumer-bureau", **headers: str) -> httpx.Response:
        """Have the officer pull a report."""
        body = {"source": source, "purpose": PURPOSE}
        path = f"/v1/parties/{party_id}/reports"
        return await self.officer.post(path, json=body, headers={**key(), **headers})

    async def inquiries(self, party_id: str) -> list[dict[str, Any]]:
        """Return who asked about a party, newest first."""
        shown = await self.officer.get(f"/v1/parties/{party_id}/inquiries")
        assert shown.status_code == 200, shown.text
        items: list[dict[str, Any]] = shown.json()["items"]
        return items

    async def outcomes(self, party_id: str) -> list[str]:
        """Return what came of every try to get a report on a party, the oldest first."""
        inquired = reversed(await self.inquiries(party_id))
        return [attempt["outcome"] for inquiry in inquired for attempt in inquiry["attempts"]]

    async def reports(self, party_id: str) -> list[dict[str, Any]]:
        """Return the reports on a party, newest first."""
        shown = await self.officer.get(f"/v1/parties/{party_id}/reports")
        assert shown.status_code == 200, shown.text
        items: list[dict[str, Any]] = shown.json()["items"]
        return items

    async def counted(self, source: str) -> dict[str, int]:
        """Return what a source did on all days."""
        async with self.db.transaction() as tx:
            query = text(
                "SELECT coalesce(sum(asked), 0) AS asked, coalesce(sum(hits), 0) AS hits,"
                " coalesce(sum(faults), 0) AS faults, coalesce(sum(discarded), 0) AS discarded,"
                " coalesce(sum(reused), 0) AS reused, coalesce(sum(cost_minor), 0) AS cost_minor"
                " FROM source_day WHERE source = :source"
            )
            row = (await tx.execute(query, {"source": source})).one()
            return {name: int(value) for name, value in row._mapping.items()}

    def desk(self, *played: ConfiguredSource, margin_seconds: float = 10.0) -> Desk:
        """Return a desk with these sources, or with the sandbox's."""
        sources = {entry.source.name: entry for entry in played} or self.sources
        return Desk(self.vault, product_shelf(), sources, margin_seconds)

    @asynccontextmanager
    async def at_work(self, *played: ConfiguredSource) -> AsyncIterator[None]:
        """Have a worker carry investigations out for the length of the block."""
        task = asyncio.create_task(investigate(self.db, self.desk(*played)))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
