"""Callers that choose the version of a model themselves."""

from typing import Any

import pytest

from tests.kit.catalogue import draft
from tests.scoring.experiments.laboratory import Laboratory, stern


async def test_a_pinned_version_scores_whatever_is_live_and_whoever_challenges_it(laboratory: Laboratory) -> None:
    await laboratory.challenge(stern(laboratory.product, 2), "prevailed", 10_000)
    live = (await laboratory.read(f"/v1/catalogue/scorecard/{laboratory.product}"))["version_id"]
    other = await laboratory.approved(stern(laboratory.product, 7))
    for version_id, expected in ((live, (540, 1)), (other, (500, 7))):
        answer = await laboratory.ask("pinning-los", party_id="pty_1", model_version=version_id)
        score = answer.json()["score"]
        assert (score["score"], score["model_version"], score["arm"]) == (*expected, None)


async def test_a_retired_version_can_still_be_pinned(laboratory: Laboratory) -> None:
    version_id = await laboratory.approved(stern(laboratory.product))
    await laboratory.act(version_id, "retire")
    assert (await laboratory.ask("pinning-los", model_version=version_id)).json()["score"]["score"] == 500


async def test_a_version_that_was_never_approved_cannot_be_pinned(laboratory: Laboratory) -> None:
    drafted = (await draft(laboratory.http, "scorecard", stern(laboratory.product))).json()
    refused = await laboratory.ask("pinning-los", model_version=drafted["version_id"])
    assert (refused.status_code, refused.json()["code"]) == (422, "model_version_not_approved")
    assert refused.json()["errors"][0]["pointer"] == "/model_version"


@pytest.mark.parametrize("version_id", ["ver_none", "1"])
async def test_an_unknown_version_cannot_be_pinned(laboratory: Laboratory, version_id: str) -> None:
    refused = await laboratory.ask("pinning-los", model_version=version_id)
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_model_version")


async def test_a_version_of_another_products_model_cannot_be_pinned(laboratory: Laboratory) -> None:
    live = (await laboratory.read(f"/v1/catalogue/scorecard/{laboratory.product}"))["version_id"]
    refused = await laboratory.ask("pinning-los", product="another-loan", model_version=live)
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_model_version")


async def test_pinning_needs_its_own_scope(laboratory: Laboratory) -> None:
    version_id = await laboratory.approved(stern(laboratory.product))
    refused = await laboratory.ask("los", model_version=version_id)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")


async def test_a_pinned_score_is_not_kept_for_an_application(laboratory: Laboratory) -> None:
    version_id = await laboratory.approved(stern(laboratory.product))
    refused = await laboratory.ask("pinning-los", model_version=version_id, application_id="app_pinned")
    assert (refused.status_code, refused.json()["code"]) == (422, "pinned_score_not_kept")
    kept = await laboratory.http.get("/v1/scores/app_pinned")
    assert kept.status_code == 404


@pytest.mark.parametrize("pin", ["", 7, [], "x" * 300])
async def test_a_pin_that_is_no_id_is_refused(laboratory: Laboratory, pin: Any) -> None:
    refused = await laboratory.ask("pinning-los", model_version=pin)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_body")
