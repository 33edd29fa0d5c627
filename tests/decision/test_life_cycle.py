"""The life cycle of documents over HTTP: who may do what, what can't be undone, and what is live at each moment."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
import pytest

from services.decision.app import create_app
from services.decision.handlers.publishing import GOVERNANCE
from services.decision.settings import Settings
from services.embedded.processes import free_port
from services.migrate import PROJECT
from shared.canonical import content_hash
from shared.db import Database
from shared.governance.handlers.following import follow_clock
from shared.ids import new_id
from shared.yaml import load_yaml
from tests.decision.governed import new_name, policy, product, reasons
from tests.kit.catalogue import SCOPES, act, approved, bearing, draft, make_live
from tests.kit.service import Urls, client_of, platform_settings

AUTHOR, APPROVER = "policy-author", "policy-approver"
_CLIENTS: Final = {
    **SCOPES,
    "second-author": ["catalogue:write", "catalogue:read"],
    "everything": ["catalogue:write", "catalogue:approve", "catalogue:deploy", "catalogue:read"],
    "second-approver": ["catalogue:approve", "catalogue:read"],
    "reader": ["catalogue:read"],
    "los": ["decisions:write", "decisions:read"],
}
_FUTURE: Final = (datetime.now(UTC) + timedelta(days=400)).isoformat()
_LATER: Final = (datetime.now(UTC) + timedelta(days=500)).isoformat()


@pytest.fixture
async def desk(urls: Urls, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The API; every request says who makes it. The reason codes of the platform are live."""
    settings = Settings(database_url=urls.app, scoring_url=f"http://127.0.0.1:{free_port()}")
    async with client_of(create_app(settings, platform_settings(tmp_path, _CLIENTS)), "nobody") as client:
        if (await client.get("/v1/catalogue/reasons/any", headers=bearing("reader"))).status_code == 404:
            any_product = PROJECT / "deploy" / "catalogue" / "reasons" / "platform.yaml"
            await make_live(client, "reasons", load_yaml(any_product.read_text()))
        yield client


@pytest.fixture
async def name(desk: httpx.AsyncClient) -> str:
    """A product with reason codes that are live; it has no policy."""
    found = new_name()
    await make_live(desk, "product", product(found))
    await make_live(desk, "reasons", reasons(found))
    return found


async def _version(desk: httpx.AsyncClient, version_id: str) -> dict[str, Any]:
    answer = await desk.get(f"/v1/versions/{version_id}", headers=bearing("reader"))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _live(desk: httpx.AsyncClient, name: str, kind: str = "policy") -> dict[str, Any]:
    found: dict[str, Any] = (await desk.get(f"/v1/catalogue/{kind}/{name}", headers=bearing("reader"))).json()
    return found


async def _deciding(desk: httpx.AsyncClient, name: str) -> str | None:
    """Return the version (its limit) of the policy that decides an application now, None when none does."""
    body = {
        "product": name,
        "party_id": "pty_1",
        "requested": {"amount_minor": 100_00, "currency": "EUR"},
        "facts": {"months": 12},
    }
    headers = bearing("los", **{"Idempotency-Key": new_id("key")})
    answer = await desk.post("/v1/decisions", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    found = answer.json()["policy"]
    return None if found is None else found["version"]


async def _settled(desk: httpx.AsyncClient, name: str) -> str | None:
    """Return the same once every process must have noticed: what was live is kept for a quarter of a second."""
    await asyncio.sleep(0.3)
    return await _deciding(desk, name)


async def _submitted(desk: httpx.AsyncClient, document: dict[str, Any], kind: str = "policy") -> dict[str, Any]:
    version_id = (await draft(desk, kind, document)).json()["version_id"]
    for action in ("validate", "submit"):
        answer = await act(desk, version_id, action, AUTHOR)
        assert answer.status_code == 200, answer.text
    return await _version(desk, version_id)


def _refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


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
    live = await _live(desk, name)
    assert (live["version_id"], live["revision"], live["hash"]) == (version["version_id"], 1, version["hash"])
    assert (live["created_by"], live["approved_by"], live["review_due"]) == (AUTHOR, APPROVER, False)
    assert await _deciding(desk, name) == "5000"
    whole = await _version(desk, version["version_id"])
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


async def test_nothing_is_live_before_it_is_promoted(desk: httpx.AsyncClient, name: str) -> None:
    await make_live(desk, "policy", policy(name, 1_000))
    version_id = await approved(desk, "policy", policy(name, 2_000))
    assert await _settled(desk, name) == "1000"
    assert (await act(desk, version_id, "promote", APPROVER)).status_code == 200
    assert await _settled(desk, name) == "2000"


async def test_going_live_retires_what_was_live(desk: httpx.AsyncClient, name: str) -> None:
    first = await make_live(desk, "policy", policy(name, 1_000))
    await make_live(desk, "policy", policy(name, 2_000))
    retired = await _version(desk, first)
    assert (retired["state"], retired["events"][-1]["action"]) == ("retired", "give_way")


@pytest.mark.parametrize("action", ["approve", "reject"])
async def test_the_author_can_not_be_the_second_pair_of_eyes(desk: httpx.AsyncClient, name: str, action: str) -> None:
    drafted = await draft(desk, "policy", policy(name), by="everything")
    version = drafted.json()
    for step in ("validate", "submit"):
        assert (await act(desk, version["version_id"], step, "everything")).status_code == 200
    body = {"hash": version["hash"]} if action == "approve" else {"comment": "no"}
    answer = await act(desk, version["version_id"], action, "everything", **body)
    assert _refused(answer) == (403, "four_eyes")
    assert (await _version(desk, version["version_id"]))["state"] == "submitted"


async def test_whoever_edited_a_draft_once_can_not_approve_it(desk: httpx.AsyncClient, name: str) -> None:
    version = (await draft(desk, "policy", policy(name))).json()
    url = f"/v1/versions/{version['version_id']}"
    for by, most in (("everything", 2_000), (AUTHOR, 3_000)):
        etag = (await _version(desk, version["version_id"]))["etag"]
        answer = await desk.put(url, json={"document": policy(name, most)}, headers=bearing(by, **{"If-Match": etag}))
        assert answer.status_code == 200, answer.text
    for step in ("validate", "submit"):
        assert (await act(desk, version["version_id"], step, AUTHOR)).status_code == 200
    final = await _version(desk, version["version_id"])
    assert final["editors"] == ["everything", AUTHOR]
    refused = await act(desk, version["version_id"], "approve", "everything", hash=final["hash"])
    assert _refused(refused) == (403, "four_eyes")
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
    assert _refused(await act(desk, "ver_none", action, by)) == (403, "scope_missing")


async def test_only_the_one_who_is_allowed_to_rolls_back(desk: httpx.AsyncClient) -> None:
    path = "/v1/catalogue/policy/none/rollback"
    answer = await desk.post(path, json={"comment": "now"}, headers=bearing("second-approver"))
    assert _refused(answer) == (403, "scope_missing")


async def test_approving_a_hash_that_is_not_the_submitted_one_is_refused(desk: httpx.AsyncClient, name: str) -> None:
    stale = (await draft(desk, "policy", policy(name, 1_000))).json()["hash"]
    version = await _submitted(desk, policy(name, 2_000))
    answer = await act(desk, version["version_id"], "approve", APPROVER, hash=stale)
    assert _refused(answer) == (409, "stale_hash")
    assert (await _version(desk, version["version_id"]))["approved_by"] is None


async def test_of_two_people_who_approve_at_once_one_wins(desk: httpx.AsyncClient, name: str) -> None:
    for most in range(1_000, 1_010):
        version = await _submitted(desk, policy(name, most))
        answers = await asyncio.gather(
            *(
                act(desk, version["version_id"], "approve", by, hash=version["hash"])
                for by in (APPROVER, "second-approver")
            )
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        (loser,) = (answer for answer in answers if answer.is_error)
        assert loser.json()["code"] == "wrong_state"
        events = (await _version(desk, version["version_id"]))["events"]
        assert [event["action"] for event in events].count("approve") == 1


async def test_of_two_versions_promoted_at_once_one_is_live_in_the_end(desk: httpx.AsyncClient, name: str) -> None:
    ids = [await approved(desk, "policy", policy(name, most)) for most in (1_000, 2_000, 3_000)]
    answers = await asyncio.gather(*(act(desk, version_id, "promote", APPROVER) for version_id in ids))
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    states = [(await _version(desk, version_id))["state"] for version_id in ids]
    assert sorted(states) == ["live", "retired", "retired"]
    assert (await _live(desk, name))["version_id"] == ids[states.index("live")]


async def test_an_edit_needs_the_state_that_was_read(desk: httpx.AsyncClient, name: str) -> None:
    version = (await draft(desk, "policy", policy(name))).json()
    url, body = f"/v1/versions/{version['version_id']}", {"document": policy(name, 2_000)}
    assert _refused(await desk.put(url, json=body, headers=bearing(AUTHOR))) == (428, "if_match_missing")
    first = await desk.put(url, json=body, headers=bearing(AUTHOR, **{"If-Match": version["etag"]}))
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    second = await desk.put(url, json=body, headers=bearing("second-author", **{"If-Match": version["etag"]}))
    assert _refused(second) == (412, "version_changed")


async def test_an_edit_voids_the_validation_and_a_submitted_version_can_not_be_edited(
    desk: httpx.AsyncClient, name: str
) -> None:
    version = (await draft(desk, "policy", policy(name))).json()
    version_id = version["version_id"]
    assert (await act(desk, version_id, "validate", AUTHOR)).status_code == 200
    match = bearing(AUTHOR, **{"If-Match": "*"})
    assert _refused(await desk.put(f"/v1/versions/{version_id}", json={"document": policy(name)}, headers=match)) == (
        428,
        "if_match_missing",
    )
    match = bearing(AUTHOR, **{"If-Match": (await _version(desk, version_id))["etag"]})
    edited = await desk.put(f"/v1/versions/{version_id}", json={"document": policy(name, 9_000)}, headers=match)
    assert (edited.json()["state"], edited.json()["warnings"]) == ("draft", [])
    assert _refused(await act(desk, version_id, "submit", AUTHOR)) == (409, "wrong_state")
    for action in ("validate", "submit"):
        assert (await act(desk, version_id, action, AUTHOR)).status_code == 200
    match = bearing(AUTHOR, **{"If-Match": (await _version(desk, version_id))["etag"]})
    late = await desk.put(f"/v1/versions/{version_id}", json={"document": policy(name)}, headers=match)
    assert _refused(late) == (409, "wrong_state")


async def test_a_draft_keeps_its_name(desk: httpx.AsyncClient, name: str) -> None:
    version = (await draft(desk, "policy", policy(name))).json()
    match = bearing(AUTHOR, **{"If-Match": version["etag"]})
    answer = await desk.put(
        f"/v1/versions/{version['version_id']}", json={"document": policy(new_name())}, headers=match
    )
    assert _refused(answer) == (422, "name_changed")


async def test_a_faulty_draft_keeps_its_faults_and_the_live_policy_goes_on(desk: httpx.AsyncClient, name: str) -> None:
    await make_live(desk, "policy", policy(name, 1_000))
    version_id = (await draft(desk, "policy", policy(name, 2_000, fact="moths"))).json()["version_id"]
    refused = await act(desk, version_id, "validate", AUTHOR)
    assert _refused(refused) == (422, "unsound_policy")
    assert "did you mean `months`" in refused.text
    whole = await _version(desk, version_id)
    assert (whole["state"], whole["faults"][0]["code"]) == ("draft", refused.json()["errors"][0]["code"])
    assert _refused(await act(desk, version_id, "submit", AUTHOR)) == (409, "wrong_state")
    assert await _settled(desk, name) == "1000"


async def test_a_draft_is_begun_once_per_key(desk: httpx.AsyncClient, name: str) -> None:
    headers = bearing(AUTHOR, **{"Idempotency-Key": new_id("key")})
    body = {"kind": "policy", "document": policy(name)}
    first, again = [await desk.post("/v1/versions", json=body, headers=headers) for _ in range(2)]
    assert (first.content, first.headers["location"]) == (again.content, again.headers["location"])
    missing = await desk.post("/v1/versions", json=body, headers=bearing(AUTHOR))
    assert _refused(missing) == (400, "idempotency_key_missing")


async def test_a_policy_without_its_product_waits_for_it(desk: httpx.AsyncClient) -> None:
    version_id = (await draft(desk, "policy", policy(new_name()))).json()["version_id"]
    assert _refused(await act(desk, version_id, "validate", AUTHOR)) == (409, "catalogue_incomplete")


async def test_a_policy_that_no_longer_fits_its_product_can_not_go_live(desk: httpx.AsyncClient, name: str) -> None:
    score = {"rating": {"type": "integer"}}
    await make_live(desk, "product", product(name, **score))
    version_id = await approved(desk, "policy", policy(name, fact="rating"))
    await make_live(desk, "product", product(name))
    answer = await act(desk, version_id, "promote", APPROVER)
    assert _refused(answer) == (409, "no_longer_valid")
    assert answer.json()["errors"][0]["pointer"].startswith("/knock_outs")
    assert (await _version(desk, version_id))["state"] == "approved"


@pytest.mark.parametrize("state", ["live", "scheduled", "shadow"])
async def test_a_product_that_would_break_a_policy_which_runs_or_will_can_not_go_live(
    desk: httpx.AsyncClient, name: str, state: str
) -> None:
    await make_live(desk, "product", product(name, rating={"type": "integer"}))
    version_id = await approved(desk, "policy", policy(name, fact="rating"))
    how = {"live": "promote", "scheduled": "schedule", "shadow": "shadow"}[state]
    body = {"effective_from": _FUTURE} if state == "scheduled" else {}
    assert (await act(desk, version_id, how, APPROVER, **body)).json()["state"] == state
    narrower = await approved(desk, "product", product(name))
    answer = await act(desk, narrower, "promote", APPROVER)
    assert _refused(answer) == (409, "breaks_dependent")
    assert (await act(desk, version_id, "retire", APPROVER)).status_code == 200
    assert (await act(desk, narrower, "promote", APPROVER)).status_code == 200


async def test_reason_codes_that_a_live_policy_gives_stay(desk: httpx.AsyncClient, name: str) -> None:
    await make_live(desk, "reasons", reasons(name, "WEATHER"))
    await make_live(desk, "policy", policy(name, reason="WEATHER"))
    fewer = await approved(desk, "reasons", reasons(name))
    assert _refused(await act(desk, fewer, "promote", APPROVER)) == (409, "breaks_dependent")
    live = await _live(desk, name, "reasons")
    assert _refused(await act(desk, live["version_id"], "retire", APPROVER)) == (409, "still_needed")


async def test_a_document_that_was_tampered_with_after_its_approval_can_not_go_live(
    desk: httpx.AsyncClient, name: str, urls: Urls
) -> None:
    version_id = await approved(desk, "policy", policy(name))
    await _as_administrator(
        urls,
        "UPDATE decision.catalogue_entry SET document = jsonb_set(document::jsonb, '{matrix,default}', "
        "'{\"outcome\": \"approve\"}')::json WHERE kind = 'policy' AND name = $1",
        name,
    )
    assert _refused(await act(desk, version_id, "promote", APPROVER)) == (409, "approval_void")


async def _as_administrator(urls: Urls, statement: str, *arguments: Any) -> None:
    admin = await asyncpg.connect(urls.admin)
    await admin.execute(statement, *arguments)
    await admin.close()


async def _let_time_pass(urls: Urls, version_id: str, *, begin: str, end: str | None = None) -> None:
    """Move what a version is scheduled for, relative to now, as if it had been said so in time."""
    for table in ("activation", "version"):
        await _as_administrator(
            urls,
            f"UPDATE decision.{table} SET effective_from = now() + $2::text::interval, "
            "effective_to = now() + $3::text::interval WHERE version_id = $1",
            version_id,
            begin,
            end,
        )


async def test_a_scheduled_version_is_live_when_its_time_has_come_even_if_nothing_noticed(
    desk: httpx.AsyncClient, name: str, urls: Urls, db: Database
) -> None:
    first = await make_live(desk, "policy", policy(name, 1_000))
    await _let_time_pass(urls, first, begin="-1 day")
    second = await approved(desk, "policy", policy(name, 2_000))
    scheduled = await act(desk, second, "schedule", APPROVER, effective_from=_FUTURE)
    assert scheduled.json()["state"] == "scheduled"
    assert (await _live(desk, name))["coming"][0]["version_id"] == second
    await follow_clock(db, GOVERNANCE)
    assert await _settled(desk, name) == "1000"
    await _let_time_pass(urls, second, begin="-1 second")
    assert await _settled(desk, name) == "2000"
    assert (await _live(desk, name))["version_id"] == second
    await follow_clock(db, GOVERNANCE)
    states = [(await _version(desk, version_id))["state"] for version_id in (first, second)]
    assert states == ["retired", "live"]
    assert (await _version(desk, second))["events"][-1]["actor"] == "platform"


async def test_what_was_live_before_returns_when_a_version_ends(
    desk: httpx.AsyncClient, name: str, urls: Urls, db: Database
) -> None:
    first = await make_live(desk, "policy", policy(name, 1_000))
    await _let_time_pass(urls, first, begin="-1 day")
    second = await approved(desk, "policy", policy(name, 2_000))
    await act(desk, second, "schedule", APPROVER, effective_from=_FUTURE, effective_to=_LATER)
    await _let_time_pass(urls, second, begin="-2 hours", end="1 hour")
    await follow_clock(db, GOVERNANCE)
    assert await _settled(desk, name) == "2000"
    await _let_time_pass(urls, second, begin="-2 hours", end="-1 hour")
    assert await _settled(desk, name) == "1000"
    await follow_clock(db, GOVERNANCE)
    states = [(await _version(desk, version_id))["state"] for version_id in (first, second)]
    assert states == ["live", "retired"]


async def test_a_time_that_went_by_unnoticed_leaves_the_live_version_alone(
    desk: httpx.AsyncClient, name: str, urls: Urls, db: Database
) -> None:
    first = await make_live(desk, "policy", policy(name, 1_000))
    second = await approved(desk, "policy", policy(name, 2_000))
    await act(desk, second, "schedule", APPROVER, effective_from=_FUTURE, effective_to=_LATER)
    await _let_time_pass(urls, second, begin="-2 hours", end="-1 hour")
    await follow_clock(db, GOVERNANCE)
    states = [(await _version(desk, version_id))["state"] for version_id in (first, second)]
    assert states == ["live", "retired"]


async def test_a_schedule_that_is_taken_back_never_comes_due(
    desk: httpx.AsyncClient, name: str, urls: Urls, db: Database
) -> None:
    await make_live(desk, "policy", policy(name, 1_000))
    second = await approved(desk, "policy", policy(name, 2_000))
    for _ in range(2):
        await act(desk, second, "schedule", APPROVER, effective_from=_FUTURE)
    assert (await act(desk, second, "stop", APPROVER)).json()["state"] == "approved"
    await _as_administrator(urls, "UPDATE decision.activation SET effective_from = now() WHERE version_id = $1", second)
    await follow_clock(db, GOVERNANCE)
    assert await _settled(desk, name) == "1000"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"effective_from": "2020-01-01T00:00:00Z"}, "not_in_the_future"),
        ({"effective_from": "2090-01-01T00:00:00"}, "time_zone_missing"),
        ({"effective_from": _LATER, "effective_to": _FUTURE}, "ends_before_it_begins"),
    ],
)
async def test_a_schedule_that_can_not_be_kept_is_refused(
    desk: httpx.AsyncClient, name: str, body: dict[str, str], code: str
) -> None:
    version_id = await approved(desk, "policy", policy(name))
    assert _refused(await act(desk, version_id, "schedule", APPROVER, **body)) == (422, code)


async def _roll_back(desk: httpx.AsyncClient, name: str, **body: Any) -> httpx.Response:
    path = f"/v1/catalogue/policy/{name}/rollback"
    return await desk.post(path, json={"comment": "it declines everybody", **body}, headers=bearing(APPROVER))


async def test_an_emergency_rollback_takes_one_person_and_waits_for_a_review_by_another(
    desk: httpx.AsyncClient, name: str
) -> None:
    first = await make_live(desk, "policy", policy(name, 1_000))
    second = await make_live(desk, "policy", policy(name, 2_000))
    back = await _roll_back(desk, name)
    assert (back.status_code, back.json()["version_id"], back.json()["state"]) == (200, first, "live")
    assert back.json()["review_due"] is True
    assert await _settled(desk, name) == "1000"
    bad = await _version(desk, second)
    assert (bad["state"], bad["events"][-1]["comment"]) == ("rolled_back", "it declines everybody")
    assert (await _live(desk, name))["review_due"] is True
    assert _refused(await act(desk, first, "review", APPROVER)) == (403, "four_eyes")
    reviewed = await act(desk, first, "review", "second-approver", comment="was right")
    assert reviewed.json()["review_due"] is False
    assert _refused(await act(desk, second, "promote", APPROVER)) == (409, "wrong_state")


async def test_a_rollback_goes_past_what_was_rolled_back_before_and_to_any_approved_version(
    desk: httpx.AsyncClient, name: str
) -> None:
    first = await make_live(desk, "policy", policy(name, 1_000))
    second = await make_live(desk, "policy", policy(name, 2_000))
    third = await make_live(desk, "policy", policy(name, 3_000))
    assert (await _roll_back(desk, name)).json()["version_id"] == second
    assert (await _roll_back(desk, name)).json()["version_id"] == first
    assert (await _roll_back(desk, name, version_id=third)).json()["version_id"] == third
    assert await _settled(desk, name) == "3000"


async def test_a_rollback_to_what_was_never_approved_or_is_not_there_is_refused(
    desk: httpx.AsyncClient, name: str
) -> None:
    assert _refused(await _roll_back(desk, name)) == (404, "nothing_to_go_back_to")
    await make_live(desk, "policy", policy(name, 1_000))
    assert _refused(await _roll_back(desk, name)) == (404, "nothing_to_go_back_to")
    version = await _submitted(desk, policy(name, 2_000))
    assert _refused(await _roll_back(desk, name, version_id=version["version_id"])) == (409, "wrong_state")
    another = (await _live(desk, name, "product"))["version_id"]
    assert _refused(await _roll_back(desk, name, version_id=another)) == (404, "version_not_found")
    answer = await desk.post(f"/v1/catalogue/policy/{name}/rollback", json={}, headers=bearing(APPROVER))
    assert answer.status_code == 422


async def test_a_retired_policy_leaves_everything_to_people(desk: httpx.AsyncClient, name: str) -> None:
    version_id = await make_live(desk, "policy", policy(name))
    assert (await act(desk, version_id, "retire", APPROVER, comment="withdrawn from sale")).status_code == 200
    assert await _settled(desk, name) is None
    live = await _live(desk, name)
    assert (live["version_id"], live["since"]) == (None, None)


async def test_challengers_share_the_traffic_and_only_policies_can_be_tried(desk: httpx.AsyncClient, name: str) -> None:
    live = await make_live(desk, "policy", policy(name, 1_000))
    one, two = [await approved(desk, "policy", policy(name, most)) for most in (2_000, 3_000)]
    terms = {"test": "autumn", "share_bp": 1_000, "maturity_months": 6, "stop_rules": {"max_bad_rate": "0.08"}}
    challenger = await act(desk, one, "challenge", APPROVER, **terms)
    assert (challenger.status_code, challenger.json()["state"]) == (200, "challenger")
    assert challenger.json()["trial"]["stop_rules"]["max_bad_rate"] == "0.08"
    taken = await act(desk, two, "challenge", APPROVER, test="autumn", share_bp=100)
    assert _refused(taken) == (409, "test_taken")
    assert _refused(await act(desk, two, "challenge", APPROVER, test="b", share_bp=9_001)) == (409, "no_room")
    assert (await act(desk, two, "shadow", APPROVER)).json()["state"] == "shadow"
    raised = await act(desk, one, "challenge", APPROVER, **{**terms, "share_bp": 2_000})
    assert raised.json()["trial"]["share_bp"] == 2_000
    found = await _live(desk, name)
    assert (found["version_id"], [entry["version_id"] for entry in found["challengers"]]) == (live, [one])
    assert [entry["version_id"] for entry in found["shadows"]] == [two]
    assert (await act(desk, one, "stop", APPROVER)).json()["trial"] is None
    bigger = await approved(desk, "product", product(name, "Another title"))
    assert _refused(await act(desk, bigger, "shadow", APPROVER)) == (409, "not_tried")


@pytest.mark.parametrize("share_bp", [0, 10_001, -5, "10"])
async def test_a_share_is_more_than_nothing_and_at_most_everything(desk: httpx.AsyncClient, share_bp: object) -> None:
    answer = await act(desk, "ver_none", "challenge", APPROVER, test="a", share_bp=share_bp)
    assert answer.status_code == 422


async def test_a_rejected_or_withdrawn_version_stays_so(desk: httpx.AsyncClient, name: str) -> None:
    rejected = await _submitted(desk, policy(name, 1_000))
    assert _refused(await act(desk, rejected["version_id"], "reject", APPROVER)) == (422, "comment_missing")
    answer = await act(desk, rejected["version_id"], "reject", APPROVER, comment="too generous")
    assert answer.json()["state"] == "rejected"
    withdrawn = await _submitted(desk, policy(name, 2_000))
    assert (await act(desk, withdrawn["version_id"], "withdraw", AUTHOR)).json()["state"] == "withdrawn"
    for version in (rejected, withdrawn):
        answer = await act(desk, version["version_id"], "approve", APPROVER, hash=version["hash"])
        assert _refused(answer) == (409, "wrong_state")


async def test_the_difference_to_the_live_version_is_shown_line_by_line(desk: httpx.AsyncClient, name: str) -> None:
    live = await make_live(desk, "policy", policy(name, 1_000))
    version_id = (await draft(desk, "policy", policy(name, 2_000))).json()["version_id"]
    found = (await desk.get(f"/v1/versions/{version_id}/diff", headers=bearing("reader"))).json()
    assert found["against"] == live
    changed = [line for line in found["lines"] if line[0] in "+-"]
    assert changed == [
        '-          "requested_amount": "<= 1000"',
        '+          "requested_amount": "<= 2000"',
        '-  "version": 1000',
        '+  "version": 2000',
    ]
    same = await desk.get(f"/v1/versions/{live}/diff", params={"against": live}, headers=bearing("reader"))
    assert same.json()["lines"] == []


async def test_versions_are_listed_newest_first_in_pages(desk: httpx.AsyncClient, name: str) -> None:
    ids = [(await draft(desk, "policy", policy(name, most))).json()["version_id"] for most in (1, 2, 3)]
    asked = {"kind": "policy", "name": name, "state": "draft", "limit": "2"}
    first = (await desk.get("/v1/versions", params=asked, headers=bearing("reader"))).json()
    assert [item["version_id"] for item in first["items"]] == [ids[2], ids[1]]
    rest = {**asked, "cursor": first["next_cursor"]}
    second = (await desk.get("/v1/versions", params=rest, headers=bearing("reader"))).json()
    assert ([item["version_id"] for item in second["items"]], second["next_cursor"]) == ([ids[0]], None)


@pytest.mark.parametrize("path", ["/v1/versions/ver_none", "/v1/catalogue/policy/nothing", "/v1/versions/%00"])
async def test_what_is_not_there_is_not_found(desk: httpx.AsyncClient, path: str) -> None:
    assert (await desk.get(path, headers=bearing("reader"))).status_code == 404


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        ("scorecard", {"product": "x"}),
        ("policy", {}),
        ("policy", {"product": ""}),
        ("policy", {"product": "a/b"}),
        ("product", {"name": "x" * 256}),
        ("product", {"name": 7}),
    ],
)
async def test_a_document_that_belongs_nowhere_is_refused(
    desk: httpx.AsyncClient, kind: str, document: dict[str, Any]
) -> None:
    assert (await draft(desk, kind, document)).status_code == 422


async def test_a_product_is_told_to_others_when_it_becomes_live_and_again_when_it_is_put_back(
    desk: httpx.AsyncClient, name: str, urls: Urls
) -> None:
    await make_live(desk, "product", product(name, "Second"))
    await approved(desk, "product", product(name, "Third"))
    path = f"/v1/catalogue/product/{name}/rollback"
    assert (await desk.post(path, json={"comment": "typo"}, headers=bearing(APPROVER))).status_code == 200
    admin = await asyncpg.connect(urls.admin)
    rows = await admin.fetch(
        "SELECT payload ->> 'revision' AS revision, payload ->> 'effective_at' AS at FROM decision.outbox "
        "WHERE type = 'decision.product_published.v1' AND aggregateid = $1 ORDER BY seq",
        name,
    )
    await admin.close()
    assert [row["revision"] for row in rows] == ["1", "2", "1"]
    moments = [datetime.fromisoformat(row["at"]) for row in rows]
    assert moments == sorted(set(moments))


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
