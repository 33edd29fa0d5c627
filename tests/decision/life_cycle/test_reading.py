"""Versions as lists, logs and differences show them."""

import httpx
import pytest

from tests.decision.governed import policy
from tests.kit.catalogue import bearing, draft, make_live


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
