"""What tests of experiments do again and again: another policy, parties, their decisions, a turn of the worker."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

import httpx

from services.decision.handlers.experimenting import COUNTING
from services.decision.handlers.publishing import GOVERNANCE
from services.decision.handlers.shadowing import shadowing
from services.decision.rulebooks import Rulebooks
from services.migrate import PROJECT
from shared.bus import Delivery
from shared.catalogue import KEEP_SECONDS
from shared.consumer import Consumer
from shared.contracts import scoring
from shared.contracts.envelope import Amount
from shared.db import Database
from shared.experiments.handlers.experimenting import look_after
from shared.experiments.handlers.shadowing import shadow_once
from shared.ids import new_id
from shared.yaml import load_yaml
from tests.kit.catalogue import APPROVER, AUTHOR, SCOPES, act, approved, bearing
from tests.kit.platform import SOLID, SOLID_MINOR, money
from tests.kit.service import Urls, delivery

PRODUCT: Final = "consumer-loan"
CLIENTS: Final[Mapping[str, list[str]]] = {
    **SCOPES,
    "los": ["decisions:write", "decisions:read", "decisions:replay"],
    "pinning-los": ["decisions:write", "decisions:read", "decisions:pin"],
    "servicer": ["performance:write"],
}
SOUND: Final = 620
"""A score that every policy here approves."""
MIDDLING: Final = 540
"""A score that the live policy approves and the cautious one refers."""
NO_SKEW: Final = timedelta()
"""One machine has one clock."""

_POLICY: Final = (PROJECT / "deploy" / "catalogue" / "policies" / f"{PRODUCT}.yaml").read_text()
_GRADE_C: Final = "requested_amount: '<= 5000'}, outcome: approve, rate: '0.0990'}"
_versions = count(100)


def cautious() -> dict[str, Any]:
    """Return a policy that refers small sums of grade C, which the live one approves; a new version each time."""
    assert _GRADE_C in _POLICY
    written = _POLICY.replace(_GRADE_C, "requested_amount: '<= 5000'}, outcome: refer, reason: AMOUNT_TOO_HIGH}")
    document: dict[str, Any] = load_yaml(written)
    del document["cases"]
    return {**document, "version": next(_versions)}


def direct(party_id: str = "party-1", **change: Any) -> dict[str, Any]:
    """Return a request to decide now."""
    body = {"product": PRODUCT, "party_id": party_id, "requested": money(SOLID_MINOR), "facts": dict(SOLID)}
    return {**body, **change}


def scored(party_id: str, score: int, application_id: str) -> Delivery:
    """Return a scored application as the bus delivers it."""
    now = datetime.now(UTC)
    given = scoring.Score(score=score, pd="0.030000", model="m", model_version=1, model_hash="0" * 64, reasons=())
    data = scoring.ApplicationScored(
        application_id=application_id,
        party_id=party_id,
        product=PRODUCT,
        requested=Amount(amount_minor=SOLID_MINOR, currency="DEM"),
        facts={**SOLID, "requested_amount": money(SOLID_MINOR)},
        submitted_at=now,
        score=given,
        failure=None,
        scored_at=now,
    )
    return delivery("scoring", scoring.AGGREGATE, application_id, scoring.ApplicationScored.type, data, now)


@dataclass
class Laboratory:
    """The service, and the worker's loops turned by hand."""

    http: httpx.AsyncClient
    db: Database
    consumer: Consumer
    urls: Urls
    rulebooks: Rulebooks = field(default_factory=Rulebooks)
    _trials: list[str] = field(default_factory=list)

    async def turn(self) -> None:
        """Let the worker look after experiments and shadows until there is nothing more to do."""
        await look_after(self.db, GOVERNANCE, COUNTING, NO_SKEW)
        while not await shadow_once(self.db, shadowing(self.rulebooks), NO_SKEW):
            pass

    async def decided(self, parties: Mapping[str, int]) -> dict[str, dict[str, Any]]:
        """Return the decisions on one scored application each of `parties` (their score, by id)."""
        ids = {party: new_id("app") for party in parties}
        await self.consumer.handle([scored(party, score, ids[party]) for party, score in parties.items()])
        found = {}
        for party, application_id in ids.items():
            answer = await self.http.get("/v1/decisions", params={"application_id": application_id})
            (found[party],) = answer.json()["items"]
        return found

    async def ask(self, body: Mapping[str, Any], client: str = "los") -> httpx.Response:
        """Ask for a decision now."""
        headers = bearing(client, **{"Idempotency-Key": new_id("key")})
        return await self.http.post("/v1/decisions", json=body, headers=headers)

    async def approved(self, document: Mapping[str, Any]) -> str:
        """Return the id of an approved version of a policy."""
        return await approved(self.http, "policy", document)

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
        """Do something to a version, as the approver; processes have noticed it afterwards."""
        answer = await act(self.http, version_id, action, APPROVER, **body)
        assert answer.status_code == 200, answer.text
        self._trials.append(version_id)

    async def state(self, version_id: str) -> str:
        """Return the state of a version."""
        answer = await self.read(f"/v1/versions/{version_id}")
        return str(answer["state"])

    async def read(self, path: str, **params: Any) -> dict[str, Any]:
        """Return what a path shows to somebody who may read the catalogue."""
        answer = await self.http.get(path, params=params, headers=bearing(AUTHOR))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def experiment(self, test: str) -> dict[str, Any]:
        """Return the newest experiment of a test, with its figures."""
        listed = await self.read("/v1/experiments", product=PRODUCT)
        newest = next(entry for entry in listed["items"] if entry["test"] == test)
        return await self.read(f"/v1/experiments/{newest['experiment_id']}")

    async def stop_trials(self) -> None:
        """Leave nothing running beside the live policies."""
        for version_id in set(self._trials):
            if await self.state(version_id) in ("shadow", "challenger"):
                await self.act(version_id, "stop")
        await self.turn()


def parties(number: int) -> Iterator[str]:
    """Return the ids of new parties."""
    run = new_id("pty")
    return (f"{run}-{place}" for place in range(number))


LOOK_SECONDS: Final = 2 * KEEP_SECONDS
"""After this long every process has looked again at what is live."""
