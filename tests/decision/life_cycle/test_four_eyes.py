"""Who may do what to a version, held by identity and against the clock of others."""

import asyncio
from dataclasses import replace

import asyncpg
import httpx
import pytest

from shared.canonical import content_hash
from shared.db import Database
from shared.errors import Refusal
from shared.governance import store
from shared.governance.domain import State
from tests.decision.governed import policy
from tests.decision.life_cycle.kit import (
    APPROVER,
    AUTHOR,
    as_administrator,
    deciding,
    handed_in,
    refusal_of,
    version_of,
    what_is_live,
)
from tests.kit.catalogue import act, approved, bearing, draft
from tests.kit.service import Urls


async def test_a_policy_goes_from_draft_to_live_by_two_people(desk: httpx.AsyncClient, name: str) -> None:
    document = policy(name)
    drafted = await draft(desk, "policy", document)
    assert drafted.status_code == 201
    version = drafted.json()
    assert (version["state"], version["number"], version["created_by"]) == ("draft", 1, AUTHOR)
    assert version["hash"] == content_hash(document)
    for action, by, body, state in (
        ("validate", AUTHOR, {}, "validated"),
        ("submit", AUTHOR, {"comment": "for the committee"}, "submitted"),
        ("approve", APPROVER, {"hash": version["hash"]}, "approved"),
        ("promote", APPROVER, {}, "live"),
    ):
        answer = await act(desk, version["version_id"], action, by, **body)
        assert (answer.status_code, answer.json()["state"]) == (200, state), answer.text
    live = await what_is_live(desk, name)
    assert (live["version_id"], live["revision"], live["hash"]) == (version["version_id"], 1, version["hash"])
    assert (live["created_by"], live["approved_by"], live["review_due"]) == (AUTHOR, APPROVER, False)
    assert await deciding(desk, name) == "5000"
    whole = await version_of(desk, version["version_id"])
    assert whole["document"] == document
    told = [(event["actor"], event["action"], event["to_state"]) for event in whole["events"]]
    assert told == [
        (AUTHOR, "draft", "draft"),
        (AUTHOR, "validate", "validated"),
        (AUTHOR, "submit", "submitted"),
        (APPROVER, "approve", "approved"),
        (APPROVER, "promote", "live"),
    ]
    assert whole["warnings"][0]["code"] == "no_cases"
    assert {item["kind"] for item in whole["validated_against"]} == {"product", "reasons"}


@pytest.mark.parametrize("action", ["approve", "reject"])
async def test_the_author_can_not_be_the_second_pair_of_eyes(desk: httpx.AsyncClient, name: str, action: str) -> None:
    drafted = await draft(desk, "policy", policy(name), by="everything")
    version = drafted.json()
    for step in ("validate", "submit"):
        assert (await act(desk, version["version_id"], step, "everything")).status_code == 200
    body = {"hash": version["hash"]} if action == "approve" else {"comment": "no"}
    answer = await act(desk, version["version_id"], action, "everything", **body)
    assert refusal_of(answer) == (403, "four_eyes")
    assert (await version_of(desk, version["version_id"]))["state"] == "submitted"


async def test_whoever_edited_a_draft_once_can_not_approve_it(desk: httpx.AsyncClient, name: str) -> None:
    version = (await draft(desk, "policy", policy(name))).json()
    url = f"/v1/versions/{version['version_id']}"
    for by, most in (("everything", 2_000), (AUTHOR, 3_000)):
        etag = (await version_of(desk, version["version_id"]))["etag"]
        answer = await desk.put(url, json={"document": policy(name, most)}, headers=bearing(by, **{"If-Match": etag}))
        assert answer.status_code == 200, answer.text
    for step in ("validate", "submit"):
        assert (await act(desk, version["version_id"], step, AUTHOR)).status_code == 200
    final = await version_of(desk, version["version_id"])
    assert final["editors"] == ["everything", AUTHOR]
    refused = await act(desk, version["version_id"], "approve", "everything", hash=final["hash"])
    assert refusal_of(refused) == (403, "four_eyes")
    taken = await act(desk, version["version_id"], "approve", APPROVER, hash=final["hash"])
    assert taken.json()["state"] == "approved"


@pytest.mark.parametrize(
    ("action", "by"),
    [
        ("approve", AUTHOR),
        ("reject", AUTHOR),
        ("review", AUTHOR),
        ("validate", APPROVER),
        ("submit", APPROVER),
        ("withdraw", APPROVER),
        ("promote", AUTHOR),
        ("promote", "second-approver"),
        ("schedule", AUTHOR),
        ("shadow", "second-approver"),
        ("challenge", AUTHOR),
        ("stop", "second-approver"),
        ("retire", AUTHOR),
        ("approve", "reader"),
        ("submit", "los"),
    ],
)
async def test_the_wrong_role_is_refused(desk: httpx.AsyncClient, action: str, by: str) -> None:
    assert refusal_of(await act(desk, "ver_none", action, by)) == (403, "scope_missing")


async def test_only_the_one_who_is_allowed_to_rolls_back(desk: httpx.AsyncClient) -> None:
    path = "/v1/catalogue/policy/none/rollback"
    answer = await desk.post(path, json={"comment": "now"}, headers=bearing("second-approver"))
    assert refusal_of(answer) == (403, "scope_missing")


async def test_approving_a_hash_that_is_not_the_submitted_one_is_refused(desk: httpx.AsyncClient, name: str) -> None:
    stale = (await draft(desk, "policy", policy(name, 1_000))).json()["hash"]
    version = await handed_in(desk, policy(name, 2_000))
    answer = await act(desk, version["version_id"], "approve", APPROVER, hash=stale)
    assert refusal_of(answer) == (409, "stale_hash")
    assert (await version_of(desk, version["version_id"]))["approved_by"] is None


async def test_of_two_people_who_approve_at_once_one_wins(desk: httpx.AsyncClient, name: str) -> None:
    for most in range(1_000, 1_010):
        version = await handed_in(desk, policy(name, most))
        answers = await asyncio.gather(
            *(
                act(desk, version["version_id"], "approve", by, hash=version["hash"])
                for by in (APPROVER, "second-approver")
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        (loser,) = (answer for answer in answers if answer.is_error)
        assert loser.json()["code"] == "wrong_state"
        events = (await version_of(desk, version["version_id"]))["events"]
        assert [event["action"] for event in events].count("approve") == 1


async def test_the_database_itself_refuses_an_approval_by_somebody_who_wrote_to_the_version(
    desk: httpx.AsyncClient, name: str, db: Database
) -> None:
    version = await handed_in(desk, policy(name))
    async with db.transaction() as tx:
        before = await store.claim(tx, version["version_id"])
        assert before is not None
        forged = replace(
            before,
            state=State.APPROVED,
            approved_by=AUTHOR,
            approved_hash=before.hash,
            row_version=before.row_version + 1,
        )
        with pytest.raises(Refusal, match="changed meanwhile"):
            await store.save(tx, forged)
        await store.save(tx, replace(forged, approved_by=APPROVER))


async def test_a_document_that_was_tampered_with_after_its_approval_can_not_go_live(
    desk: httpx.AsyncClient, name: str, urls: Urls
) -> None:
    version_id = await approved(desk, "policy", policy(name))
    await as_administrator(
        urls,
        "UPDATE decision.catalogue_entry SET document = jsonb_set(document::jsonb, '{matrix,default}', "
        "'{\"outcome\": \"approve\"}')::json WHERE kind = 'policy' AND name = $1",
        name,
    )
    assert refusal_of(await act(desk, version_id, "promote", APPROVER)) == (409, "approval_void")


async def test_a_rejected_or_withdrawn_version_stays_so(desk: httpx.AsyncClient, name: str) -> None:
    rejected = await handed_in(desk, policy(name, 1_000))
    assert refusal_of(await act(desk, rejected["version_id"], "reject", APPROVER)) == (422, "comment_missing")
    answer = await act(desk, rejected["version_id"], "reject", APPROVER, comment="too generous")
    assert answer.json()["state"] == "rejected"
    withdrawn = await handed_in(desk, policy(name, 2_000))
    assert (await act(desk, withdrawn["version_id"], "withdraw", AUTHOR)).json()["state"] == "withdrawn"
    for version in (rejected, withdrawn):
        answer = await act(desk, version["version_id"], "approve", APPROVER, hash=version["hash"])
        assert refusal_of(answer) == (409, "wrong_state")


async def test_the_service_itself_can_not_rewrite_what_was_said(urls: Urls) -> None:
    connection = await asyncpg.connect(urls.app)
    try:
        for statement in (
            "UPDATE version_event SET actor = 'somebody else'",
            "DELETE FROM version_event",
            "UPDATE version_editor SET editor = 'somebody else'",
            "DELETE FROM version_editor",
            "UPDATE activation SET revision = 1",
            "DELETE FROM activation",
            "DELETE FROM version",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()
