"""Replays over HTTP, of decisions as they are in the database and as somebody with its password left them."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import pytest

from services.decision.domain.policy import ENGINE_VERSION
from services.decision.replies import ReplayReply
from shared.canonical import canonical_json, content_hash
from shared.consumer import Consumer
from shared.contracts import scoring
from shared.contracts.envelope import Amount
from shared.ids import new_id
from tests.decision.domain.catalogue.books import book
from tests.kit.platform import SOLID, SOLID_MINOR, money
from tests.kit.service import Urls, delivery

_TRADE = book("trade-credit").typical


async def decide(los: httpx.AsyncClient, **change: Any) -> str:
    """Ask for trade credit, which is decided without a score, and return the id of the decision."""
    facts = {**_TRADE, **change}
    body = {
        "product": "trade-credit",
        "party_id": "party-1",
        "requested": facts.pop("requested_amount"),
        "facts": facts,
    }
    response = await los.post("/v1/decisions", json=body, headers={"Idempotency-Key": new_id("key")})
    assert response.status_code == 201, response.text
    found: str = response.json()["decision_id"]
    return found


async def replayed(los: httpx.AsyncClient, decision_id: str, **params: str) -> dict[str, Any]:
    response = await los.post(f"/v1/decisions/{decision_id}/replay", params=params)
    assert response.status_code == 200, response.text
    assert ReplayReply.model_validate_json(response.content).model_dump(mode="json") == response.json()
    found: dict[str, Any] = response.json()
    return found


async def tamper(urls: Urls, statement: str, *arguments: object) -> None:
    """Change the database as its administrator."""
    admin = await asyncpg.connect(urls.admin)
    await admin.execute("SET search_path = decision")
    assert await admin.execute(statement, *arguments) not in ("UPDATE 0", "DELETE 0")
    await admin.close()


async def refused_everywhere(los: httpx.AsyncClient, decision_id: str, words: str) -> None:
    """What a replay finds is not dressed up where the decision is shown or explained."""
    for path in (f"/v1/decisions/{decision_id}", f"/v1/decisions/{decision_id}/explanation"):
        response = await los.get(path)
        assert (response.status_code, response.json()["code"]) == (409, "decision_not_reproducible")
        assert response.json()["detail"] == words


@pytest.mark.parametrize("engine", ["online", "interpreter"])
@pytest.mark.parametrize("change", [{}, {"dunning_level": 3}, {"dunning_level": None}, {"requested_payment_days": 61}])
async def test_a_decision_made_again_is_identical(los: httpx.AsyncClient, engine: str, change: dict[str, Any]) -> None:
    decision_id = await decide(los, **change)
    found = await replayed(los, decision_id, engine=engine)
    assert found == {
        "decision_id": decision_id,
        "verdict": "identical",
        "first_difference": None,
        "reason": None,
        "unchecked": [],
        "engine": engine,
        "engine_version": ENGINE_VERSION,
        "decided_with_engine_version": ENGINE_VERSION,
        "decided_with_software_version": found["decided_with_software_version"],
        "policy": found["policy"],
    }
    assert found["policy"]["name"] == (await los.get(f"/v1/decisions/{decision_id}")).json()["policy"]["name"]


async def test_a_decision_says_what_made_it_of_which_inputs_for_whom_and_how_fast(
    los: httpx.AsyncClient, urls: Urls
) -> None:
    decision_id = await decide(los)
    shown = (await los.get(f"/v1/decisions/{decision_id}")).json()
    provenance = shown["provenance"]
    assert provenance["actor"] == "client:los"
    assert provenance["engine_version"] == ENGINE_VERSION
    assert provenance["fallbacks"] == []
    assert 0 < provenance["latency_microseconds"] < 10_000_000
    facts = {name: value for name, value in _TRADE.items() if value is not None}
    made_on = {"as_of": shown["decided_at"].replace("Z", "+00:00"), "facts": facts, "score": None}
    assert hashlib.sha256(canonical_json(made_on).encode()).hexdigest() == provenance["inputs_hash"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("facts = jsonb_set(facts::jsonb, '{dunning_level}', '3')::json", None),
        (
            "trace = jsonb_set(trace::jsonb, '{tables,knock_outs}', to_jsonb('h' || substr(trace->'tables'->>"
            "'knock_outs', 2)))::json",
            "table knock_outs, row 1: stored hit, now no_hit",
        ),
        ("approved_minor = approved_minor + 1", "limit: stored 12000001, now 12000000"),
        ("outcome = 'decline', reasons = '[\"DUNNING_OPEN\"]'", "outcome: stored decline, now approve"),
        ("policy_version = '0'", "policy version: stored 0, now 1"),
        ("revisions = '[]'", "table definitions.bureau_class: stored nhxxx, now nothing"),
        ("outcome = 'perhaps'", None),
        ("trace = '[]'", None),
        ("facts = '7'", None),
        ("inputs = '{}'", None),
        ("inputs_hash = repeat('0', 64)", None),
        ("score = '{\"points\": 7}'", None),
        ("revisions = '{}'", None),
    ],
)
async def test_a_record_that_was_changed_in_the_database_is_found(
    los: httpx.AsyncClient, urls: Urls, change: str, words: str | None
) -> None:
    decision_id = await decide(los)
    await tamper(urls, f"UPDATE decision SET {change} WHERE decision_id = $1", decision_id)
    found = await replayed(los, decision_id)
    assert found["verdict"] == "different"
    if words is not None:
        assert found["first_difference"]["text"] == words
        await refused_everywhere(los, decision_id, words)


@pytest.mark.parametrize(
    ("kind", "name"),
    [("product", "trade-credit"), ("reasons", "trade-credit"), ("reasons", "any"), ("policy", "trade-credit")],
)
async def test_a_document_that_was_changed_in_the_database_is_found_even_by_a_process_that_knew_it_before(
    los: httpx.AsyncClient, urls: Urls, kind: str, name: str
) -> None:
    decision_id = await decide(los)
    assert (await replayed(los, decision_id))["verdict"] == "identical"
    admin = await asyncpg.connect(urls.admin)
    where = "WHERE kind = $1 AND name = $2"
    kept = await admin.fetch(f"SELECT revision, document::text FROM decision.catalogue_entry {where}", kind, name)
    await admin.execute(
        f"UPDATE decision.catalogue_entry SET document = jsonb_set(document::jsonb, '{{more}}', '1')::json {where}",
        kind,
        name,
    )
    found = await replayed(los, decision_id)
    await restore(admin, kind, name, kept)
    assert found["verdict"] == "different"
    assert found["first_difference"]["node"].startswith(f"hash of {kind} {name}, revision ")
    assert (await replayed(los, decision_id))["verdict"] == "identical"


async def restore(admin: Any, kind: str, name: str, kept: Sequence[Any]) -> None:
    for row in kept:
        await admin.execute(
            "UPDATE decision.catalogue_entry SET document = $4::text::json WHERE (kind, name, revision) = ($1, $2, $3)",
            kind,
            name,
            row["revision"],
            row["document"],
        )
    await admin.close()


async def test_a_document_and_its_hash_changed_together_are_found_by_the_hash_in_the_decision(
    los: httpx.AsyncClient, urls: Urls
) -> None:
    decision_id = await decide(los)
    forged = {**book("trade-credit").document, "title": "Everybody gets credit"}
    revision = await forge(urls, decision_id, forged)
    found = await replayed(los, decision_id)
    assert (found["verdict"], found["first_difference"]["now"]) == ("different", content_hash(forged))
    assert found["first_difference"]["node"] == f"hash of policy trade-credit, revision {revision}"


async def forge(urls: Urls, decision_id: str, document: dict[str, Any]) -> int:
    """Add a revision of the policy past every rule, have the decision point at it, and return its number."""
    admin = await asyncpg.connect(urls.admin)
    revision: int = await admin.fetchval(
        "INSERT INTO decision.catalogue_entry (kind, name, revision, hash, document, published_by) "
        "VALUES ('policy', 'trade-credit', 1000 + (SELECT count(*) FROM decision.catalogue_entry), $1, $2::text::json, "
        "'somebody') RETURNING revision",
        content_hash(document),
        canonical_json(document),
    )
    await admin.execute(
        "UPDATE decision.decision SET revisions = jsonb_set(revisions::jsonb, '{3}', to_jsonb($2::int))::json "
        "WHERE decision_id = $1",
        decision_id,
        revision,
    )
    await admin.close()
    return revision


async def test_a_decision_of_a_policy_that_no_longer_loads_is_not_replayable_and_is_shown_without_rules(
    los: httpx.AsyncClient, urls: Urls
) -> None:
    decision_id = await decide(los, dunning_level=3)
    old = {**book("trade-credit").document, "form": "of years ago"}
    await forge(urls, decision_id, old)
    await tamper(urls, "UPDATE decision SET policy_hash = $2 WHERE decision_id = $1", decision_id, content_hash(old))
    found = await replayed(los, decision_id)
    assert (found["verdict"], found["first_difference"]) == ("not_replayable", None)
    assert found["reason"].startswith("the policy no longer loads: /form: ")
    shown = await los.get(f"/v1/decisions/{decision_id}")
    assert (shown.status_code, shown.json()["trace"], shown.json()["reasons"]) == (200, [], ["DUNNING_OPEN"])
    told = await los.get(f"/v1/decisions/{decision_id}/explanation")
    assert told.status_code == 200
    assert "DUNNING_OPEN" in {item["code"] for item in told.json()["items"]}


async def test_a_decision_from_before_inputs_were_kept_is_made_again_and_says_what_was_not_checked(
    los: httpx.AsyncClient, urls: Urls
) -> None:
    decision_id = await decide(los)
    columns = ("inputs", "inputs_hash", "engine_version", "software_version", "fallbacks", "actor")
    cleared = ", ".join(f"{column} = NULL" for column in (*columns, "latency_microseconds"))
    await tamper(urls, f"UPDATE decision SET {cleared} WHERE decision_id = $1", decision_id)
    found = await replayed(los, decision_id)
    assert (found["verdict"], found["unchecked"]) == ("identical", ["inputs", "fallbacks"])
    assert found["decided_with_engine_version"] is None
    assert (await los.get(f"/v1/decisions/{decision_id}")).json()["provenance"] is None


@pytest.mark.parametrize(
    ("product", "purpose", "fallbacks", "unchecked"),
    [
        ("consumer-loan", "car (new)", ["score_unavailable"], []),
        ("consumer-loan", "a moon landing", ["score_unavailable", "facts_unfit"], []),
        ("unheard-of", "car (new)", ["policy_unavailable"], ["facts", "fallbacks"]),
    ],
)
async def test_a_decision_on_an_event_says_what_it_had_to_do_without_and_is_made_again_without_it(
    los: httpx.AsyncClient,
    consumer: Consumer,
    product: str,
    purpose: str,
    fallbacks: list[str],
    unchecked: list[str],
) -> None:
    application_id, now = new_id("app"), datetime.now(UTC)
    event = scoring.ApplicationScored(
        application_id=application_id,
        party_id="pty_1",
        product=product,
        requested=Amount(amount_minor=SOLID_MINOR, currency="DEM"),
        facts={**SOLID, "requested_amount": money(SOLID_MINOR), "purpose": purpose},
        submitted_at=now,
        score=None,
        failure="no_model",
        scored_at=now,
    )
    await consumer.handle([delivery("scoring", scoring.AGGREGATE, application_id, event.type, event, now)])
    (decision,) = (await los.get("/v1/decisions", params={"application_id": application_id})).json()["items"]
    provenance = (await los.get(f"/v1/decisions/{decision['decision_id']}")).json()["provenance"]
    assert (provenance["actor"], provenance["fallbacks"]) == ("consumer:decision", fallbacks)
    found = await replayed(los, decision["decision_id"])
    assert (found["verdict"], found["unchecked"]) == ("identical", unchecked)


async def test_a_replay_stores_nothing(los: httpx.AsyncClient, urls: Urls) -> None:
    decision_id = await decide(los)
    admin = await asyncpg.connect(urls.admin)
    query = "SELECT (SELECT count(*) FROM decision.decision), (SELECT count(*) FROM decision.outbox)"
    before = await admin.fetchrow(query)
    await replayed(los, decision_id)
    assert await admin.fetchrow(query) == before
    await admin.close()


async def test_a_decision_that_is_not_there_is_not_found(los: httpx.AsyncClient) -> None:
    response = await los.post("/v1/decisions/dec_none/replay")
    assert (response.status_code, response.json()["code"]) == (404, "decision_not_found")


async def test_an_unknown_engine_is_refused(los: httpx.AsyncClient) -> None:
    response = await los.post("/v1/decisions/dec_none/replay", params={"engine": "steam"})
    assert response.status_code == 422


async def test_who_may_not_replay_gets_no_replay(los: httpx.AsyncClient) -> None:
    los.headers["Authorization"] = "Bearer analyst"
    response = await los.post("/v1/decisions/dec_none/replay")
    assert (response.status_code, response.json()["code"]) == (403, "scope_missing")
