"""Callers that choose the policy version themselves."""

import asyncio
from typing import Any

import pytest

from tests.decision.experiments.laboratory import MIDDLING, Laboratory, cautious, direct, parties
from tests.kit.catalogue import draft


async def test_a_pinned_version_decides_whatever_is_live_and_the_decision_says_so(laboratory: Laboratory) -> None:
    document = cautious()
    version_id = await laboratory.approved(document)
    made = (await laboratory.ask(direct(policy_version=version_id), "pinning-los")).json()
    assert (made["policy"]["version"], made["pinned"], made["arm"]) == (str(document["version"]), True, None)
    replayed = await laboratory.http.post(f"/v1/decisions/{made['decision_id']}/replay", json={})
    assert replayed.json()["verdict"] == "identical", replayed.text


async def test_a_pin_prevails_over_a_challenger_and_is_not_counted_on_an_arm(laboratory: Laboratory) -> None:
    await laboratory.challenge(cautious(), "prevailed", 10_000)
    await laboratory.decided(dict.fromkeys(parties(2), MIDDLING))
    live = (await laboratory.read("/v1/catalogue/policy/consumer-loan"))["version_id"]
    made = (await laboratory.ask(direct(policy_version=live), "pinning-los")).json()
    assert (made["policy"]["version"], made["pinned"]) == ("2", True)
    await laboratory.turn()
    assert [arm["decided"] for arm in (await laboratory.experiment("prevailed"))["arms"]] == [0, 2]


async def test_a_retired_version_can_still_be_pinned(laboratory: Laboratory) -> None:
    document = cautious()
    version_id = await laboratory.approved(document)
    await laboratory.act(version_id, "retire")
    made = (await laboratory.ask(direct(policy_version=version_id), "pinning-los")).json()
    assert made["policy"]["version"] == str(document["version"])


async def test_a_version_that_was_never_approved_cannot_be_pinned(laboratory: Laboratory) -> None:
    drafted = (await draft(laboratory.http, "policy", cautious())).json()
    refused = await laboratory.ask(direct(policy_version=drafted["version_id"]), "pinning-los")
    assert (refused.status_code, refused.json()["code"]) == (422, "policy_version_not_approved")
    assert refused.json()["errors"][0]["pointer"] == "/policy_version"


async def test_a_version_of_another_product_or_of_something_else_cannot_be_pinned(laboratory: Laboratory) -> None:
    other = (await laboratory.read("/v1/catalogue/policy/sme-loan"))["version_id"]
    product = (await laboratory.read("/v1/catalogue/product/consumer-loan"))["version_id"]
    for version_id in (other, product, "ver_none", "2"):
        refused = await laboratory.ask(direct(policy_version=version_id), "pinning-los")
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown_policy_version")


async def test_an_unusable_pin_leaves_the_requests_beside_it_alone(laboratory: Laboratory) -> None:
    answers = await asyncio.gather(
        *(laboratory.ask(direct(policy_version="ver_none"), "pinning-los") for _ in range(3)),
        *(laboratory.ask(direct(), "pinning-los") for _ in range(3)),
    )
    assert [answer.status_code for answer in answers] == [422, 422, 422, 201, 201, 201]


async def test_pinning_needs_its_own_scope(laboratory: Laboratory) -> None:
    version_id = await laboratory.approved(cautious())
    refused = await laboratory.ask(direct(policy_version=version_id), "los")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")


@pytest.mark.parametrize("pin", ["", 7, [], "x" * 300])
async def test_a_pin_that_is_no_id_is_refused(laboratory: Laboratory, pin: Any) -> None:
    refused = await laboratory.ask(direct(policy_version=pin), "pinning-los")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_body")
