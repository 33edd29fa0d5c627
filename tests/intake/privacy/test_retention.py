"""What has run out is deleted by rule, and nothing else."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given as every
from hypothesis import strategies as st
from sqlalchemy import text

from services.intake.domain.retention import (
    DEFAULT,
    PastApplication,
    Policy,
    Profile,
    RecordKind,
    Rule,
    kept,
    parse_policy,
)
from services.intake.handlers import retaining
from services.intake.handlers.retaining import Walk
from services.intake.store import retention
from services.intake.store.retention import SWEPT
from services.intake.store.tables import metadata
from shared.db import Database
from tests.intake.privacy import given
from tests.intake.privacy.conftest import Clients

NOW = datetime(2026, 11, 22, tzinfo=UTC)
_KINDS = (RecordKind.APPLICATION_GRANTED, RecordKind.APPLICATION_REFUSED, RecordKind.APPLICATION_LEFT)


def _at_once(*kinds: RecordKind) -> Policy:
    """Return a policy by which everything of these kinds has run out as soon as it is there."""
    only = Profile("at once", frozenset(), {kind: Rule("test", delete_after_days=0) for kind in kinds})
    return Policy((), only)


async def _walk(db: Database, policy: Policy, *, is_dry: bool = False, limit: int = 3) -> Walk:
    walk = Walk(is_dry=is_dry)
    while not walk.is_over:
        await retaining.step(db, policy, walk, limit)
    return walk


async def _ids(db: Database, table: str, name: str, party_id: str) -> list[str]:
    async with db.transaction() as tx:
        query = text(f"SELECT {name} AS id FROM {table} WHERE party_id = :id")
        return [row.id for row in await tx.execute(query, {"id": party_id})]


async def test_consents_that_ran_out_are_deleted_and_held_ones_are_not(
    los: httpx.AsyncClient, privacy: httpx.AsyncClient, db: Database
) -> None:
    free, held = await given.person(los), await given.person(los)
    for person in (free, held):
        for _ in range(4):
            await given.consent(los, person["party_id"])
    await given.hold(privacy, held["party_id"])
    async with db.transaction() as tx:
        await tx.execute(
            text("UPDATE consent SET recorded_at = now() - interval '1 day', expires_at = now() - interval '1 hour'")
        )
    policy = _at_once(RecordKind.CONSENT)
    dry = await _walk(db, policy, is_dry=True)
    assert dry.found[RecordKind.CONSENT] >= 4
    assert len(await _ids(db, "consent", "consent_id", free["party_id"])) == 4
    wet = await _walk(db, policy)
    assert wet.found == dry.found
    assert await _ids(db, "consent", "consent_id", free["party_id"]) == []
    assert len(await _ids(db, "consent", "consent_id", held["party_id"])) == 4
    assert (await _walk(db, policy)).found[RecordKind.CONSENT] == 0


async def test_a_consent_in_force_is_kept_whatever_its_age(los: httpx.AsyncClient, db: Database) -> None:
    person = await given.person(los)
    consent_id = await given.consent(los, person["party_id"])
    async with db.transaction() as tx:
        await tx.execute(text("UPDATE consent SET recorded_at = now() - interval '9 years'"))
    await _walk(db, _at_once(RecordKind.CONSENT))
    assert await _ids(db, "consent", "consent_id", person["party_id"]) == [consent_id]


async def test_a_party_that_is_of_no_more_use_is_erased_unless_something_must_be_kept(
    los: httpx.AsyncClient, privacy: httpx.AsyncClient, db: Database
) -> None:
    idle, applying, held = await given.person(los), await given.person(los), await given.person(los)
    await given.applies(los, applying["ref"])
    await given.hold(privacy, held["party_id"])
    await _walk(db, _at_once(RecordKind.PARTY))
    statuses = {}
    for name, person in {"idle": idle, "applying": applying, "held": held}.items():
        statuses[name] = (await los.get(f"/v1/parties/{person['party_id']}")).json()["status"]
    assert statuses == {"idle": "erased", "applying": "active", "held": "active"}


async def test_every_kind_that_is_swept_is_found_by_the_age_in_its_id(
    los: httpx.AsyncClient, clients: Clients, db: Database
) -> None:
    """The ids of each kind carry the prefix that the sweep looks for."""
    person = await given.person(los)
    await given.consent(los, person["party_id"])
    await given.document(los, person["party_id"])
    await given.reference(los, person["party_id"])
    await given.statement(clients("credit-officer"), person["party_id"])
    for kind in SWEPT:
        async with db.transaction() as tx:
            aged, last = await retention.page(tx, kind, "", datetime.now(UTC) + timedelta(days=1), 1_000)
            table, name = ("party", "party_id") if kind is RecordKind.PARTY else retention.place_of(kind)
            await tx.execute(text("SET LOCAL enable_seqscan = on"))
            there = (await tx.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
        assert there > 0 or kind is RecordKind.REPORT, kind
        assert metadata.tables[table].columns[name].primary_key
        assert (last is not None) == (there > 0), kind
        assert kind is RecordKind.PARTY or len({record.record_id for record in aged}) <= there


@every(st.lists(st.tuples(st.sampled_from(_KINDS), st.integers(0, 4_000)), max_size=8))
def test_a_person_is_kept_exactly_as_long_as_the_strictest_rule_says(past: list[tuple[RecordKind, int]]) -> None:
    profile = DEFAULT.of("US")
    keep = kept(profile, [PastApplication(kind, NOW - timedelta(days=days)) for kind, days in past], NOW)
    left = [profile.rules[kind].keep_days - days for kind, days in past]
    if max(left, default=0) <= 0:
        assert keep is None
    else:
        assert keep is not None
        assert keep.until == NOW + timedelta(days=max(left))


def test_the_rules_go_by_country_and_those_of_the_eu_hold_for_all_others() -> None:
    assert [DEFAULT.of(country).name for country in ("US", "CN", "FR", "BR", None)] == ["us", "cn", "eu", "eu", "eu"]


def test_rules_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "retention.yaml"
    path.write_text(
        "fallback: home\nprofiles:\n  home:\n    rules:\n      report: {delete_after_days: 30, basis: our own}\n"
        "      application_refused: {keep_days: 10, basis: our own}\n"
    )
    policy = retaining.load_policy(str(path))
    assert policy.shortest_days(RecordKind.REPORT) == 30
    assert policy.of("US").rules[RecordKind.APPLICATION_REFUSED].keep_days == 10
    assert retaining.load_policy("") is DEFAULT


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "the policy must be a mapping"),
        ({"fallback": "x", "profiles": {}}, "fallback names one"),
        ({"fallback": "x", "profiles": {"x": {"rules": {"diary": {}}}}}, "unknown key 'diary'"),
        ({"fallback": "x", "profiles": {"x": {"rules": {"report": {"delete_after_days": 3}}}}}, "basis"),
        (
            {"fallback": "x", "profiles": {"x": {"rules": {"report": {"basis": "b", "keep_days": 3}}}}},
            "only applications",
        ),
        (
            {
                "fallback": "x",
                "profiles": {"x": {"rules": {"application_left": {"basis": "b", "delete_after_days": 1}}}},
            },
            "go with their party",
        ),
        (
            {"fallback": "x", "profiles": {"x": {"rules": {"report": {"basis": "b", "delete_after_days": 1.5}}}}},
            "whole",
        ),
        (
            {
                "fallback": "x",
                "profiles": {"x": {"countries": ["US"], "rules": {}}, "y": {"countries": ["US"], "rules": {}}},
            },
            "two profiles",
        ),
    ],
)
def test_rules_that_contradict_themselves_are_refused_by_name(document: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_policy(document)


async def test_what_ran_out_goes_with_the_facts_that_were_taken_from_it(
    los: httpx.AsyncClient, clients: Clients, db: Database
) -> None:
    person = await given.person(los)
    party_id = person["party_id"]
    await given.document(los, party_id)
    await given.reference(los, party_id)
    await given.statement(clients("credit-officer"), party_id)
    tables = {"document": "document_id", "reference": "reference_id", "financial_statement": "statement_id"}
    before = {table: len(await _ids(db, table, name, party_id)) for table, name in tables.items()}
    assert before == dict.fromkeys(tables, 1)
    assert await _ids(db, "finding", "finding_id", party_id)
    walk = await _walk(db, _at_once(RecordKind.DOCUMENT, RecordKind.REFERENCE, RecordKind.STATEMENT))
    assert walk.found[RecordKind.REFERENCE] >= 1
    for table, name in tables.items():
        assert await _ids(db, table, name, party_id) == [], table
    assert await _ids(db, "finding", "finding_id", party_id) == []
