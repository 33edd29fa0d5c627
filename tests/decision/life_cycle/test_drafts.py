"""Drafting, editing and validating documents."""

from typing import Any

import httpx
import pytest

from shared.ids import new_id
from tests.decision.governed import new_name, policy
from tests.decision.life_cycle.kit import AUTHOR, refusal_of, settled, version_of
from tests.kit.catalogue import act, bearing, draft, make_live


async def test_an_edit_needs_the_state_that_was_read(desk: httpx.AsyncClient, name: str) -> None:
    version = (await draft(desk, "policy", policy(name))).json()
    url, body = f"/v1/versions/{version['version_id']}", {"document": policy(name, 2_000)}
    assert refusal_of(await desk.put(url, json=body, headers=bearing(AUTHOR))) == (428, "if_match_missing")
    first = await desk.put(url, json=body, headers=bearing(AUTHOR, **{"If-Match": version["etag"]}))
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    second = await desk.put(url, json=body, headers=bearing("second-author", **{"If-Match": version["etag"]}))
    assert refusal_of(second) == (412, "version_changed")


async def test_an_edit_voids_the_validation_and_a_submitted_version_can_not_be_edited(
    desk: httpx.AsyncClient, name: str
) -> None:
    version = (await draft(desk, "policy", policy(name))).json()
    version_id = version["version_id"]
    assert (await act(desk, version_id, "validate", AUTHOR)).status_code == 200
    match = bearing(AUTHOR, **{"If-Match": "*"})
    assert refusal_of(await desk.put(f"/v1/versions/{version_id}", json={"document": policy(name)}, headers=match)) == (
        428,
        "if_match_missing",
    )
    match = bearing(AUTHOR, **{"If-Match": (await version_of(desk, version_id))["etag"]})
    edited = await desk.put(f"/v1/versions/{version_id}", json={"document": policy(name, 9_000)}, headers=match)
    assert (edited.json()["state"], edited.json()["warnings"]) == ("draft", [])
    assert refusal_of(await act(desk, version_id, "submit", AUTHOR)) == (409, "wrong_state")
    for action in ("validate", "submit"):
        assert (await act(desk, version_id, action, AUTHOR)).status_code == 200
    match = bearing(AUTHOR, **{"If-Match": (await version_of(desk, version_id))["etag"]})
    late = await desk.put(f"/v1/versions/{version_id}", json={"document": policy(name)}, headers=match)
    assert refusal_of(late) == (409, "wrong_state")


async def test_a_draft_keeps_its_name(desk: httpx.AsyncClient, name: str) -> None:
    version = (await draft(desk, "policy", policy(name))).json()
    match = bearing(AUTHOR, **{"If-Match": version["etag"]})
    answer = await desk.put(
        f"/v1/versions/{version['version_id']}", json={"document": policy(new_name())}, headers=match
    )
    assert refusal_of(answer) == (422, "name_changed")


async def test_a_faulty_draft_keeps_its_faults_and_the_live_policy_goes_on(desk: httpx.AsyncClient, name: str) -> None:
    await make_live(desk, "policy", policy(name, 1_000))
    version_id = (await draft(desk, "policy", policy(name, 2_000, fact="moths"))).json()["version_id"]
    refused = await act(desk, version_id, "validate", AUTHOR)
    assert refusal_of(refused) == (422, "unsound_policy")
    assert "did you mean `months`" in refused.text
    whole = await version_of(desk, version_id)
    assert (whole["state"], whole["faults"][0]["code"]) == ("draft", refused.json()["errors"][0]["code"])
    assert refusal_of(await act(desk, version_id, "submit", AUTHOR)) == (409, "wrong_state")
    assert await settled(desk, name) == "1000"


async def test_a_draft_is_begun_once_per_key(desk: httpx.AsyncClient, name: str) -> None:
    headers = bearing(AUTHOR, **{"Idempotency-Key": new_id("key")})
    body = {"kind": "policy", "document": policy(name)}
    first, again = [await desk.post("/v1/versions", json=body, headers=headers) for _ in range(2)]
    assert (first.content, first.headers["location"]) == (again.content, again.headers["location"])
    missing = await desk.post("/v1/versions", json=body, headers=bearing(AUTHOR))
    assert refusal_of(missing) == (400, "idempotency_key_missing")


async def test_a_policy_without_its_product_waits_for_it(desk: httpx.AsyncClient) -> None:
    version_id = (await draft(desk, "policy", policy(new_name()))).json()["version_id"]
    assert refusal_of(await act(desk, version_id, "validate", AUTHOR)) == (409, "catalogue_incomplete")


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
