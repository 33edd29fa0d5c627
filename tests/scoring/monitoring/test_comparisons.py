"""A challenger or a shadow beside the champion, for people: who is better, and whether chance explains it."""

import httpx
import pytest

from services.scoring.domain.measures.discrimination import auc_interval
from services.scoring.domain.measures.distributions import Interval
from services.scoring.domain.monitoring.comparison import independent_difference
from tests.kit.catalogue import AUTHOR, bearing
from tests.scoring.experiments.laboratory import OWNER, TENANT, Laboratory, parties, stern


async def page_of(laboratory: Laboratory, path: str) -> httpx.Response:
    """Return a page as somebody sees it who may read the catalogue."""
    return await laboratory.http.get(f"{path}/report.html", headers=bearing(AUTHOR))


async def scored_and_reported(laboratory: Laboratory) -> None:
    """Have owners turn out well and tenants badly, and a year pass."""
    owners = await laboratory.scored(dict.fromkeys(parties(40), OWNER))
    tenants = await laboratory.scored(dict.fromkeys(parties(40), TENANT))
    await laboratory.turn()
    bad = {row["application_id"]: place < 4 for place, row in enumerate(owners.values())}
    bad |= {row["application_id"]: place < 32 for place, row in enumerate(tenants.values())}
    await laboratory.report_outcomes(bad)
    await laboratory.let_a_year_pass()


async def test_the_page_of_a_shadow_says_who_is_better_and_what_it_rests_on(laboratory: Laboratory) -> None:
    version_id = await laboratory.shadow(stern(laboratory.product))
    early = await page_of(laboratory, f"/v1/shadows/{version_id}")
    assert "nothing can be said about which model is better" in early.text
    await scored_and_reported(laboratory)
    page = await page_of(laboratory, f"/v1/shadows/{version_id}")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src &#x27;none&#x27;" in page.text
    assert "Both scored 80 applications; of 80 the performance window is over" in page.text
    assert "the champion orders goods and bads better" in page.text
    assert "the paired test of DeLong" in page.text


async def test_the_page_of_an_experiment_compares_arms_of_different_applications(laboratory: Laboratory) -> None:
    await laboratory.challenge(stern(laboratory.product), "sterner", 5_000)
    await scored_and_reported(laboratory)
    experiment = await laboratory.experiment("sterner")
    page = await page_of(laboratory, f"/v1/experiments/{experiment['experiment_id']}")
    assert page.status_code == 200
    assert "two independent AUCs" in page.text
    assert "the champion orders goods and bads better" in page.text


async def test_what_does_not_exist_has_no_page(laboratory: Laboratory) -> None:
    assert (await page_of(laboratory, "/v1/shadows/ver_nothing")).status_code == 404
    assert (await page_of(laboratory, "/v1/experiments/exp_nothing")).status_code == 404


def test_the_difference_of_independent_aucs_has_the_sum_of_their_variances() -> None:
    one = Interval(0.70, 0.70 - 1.959964 * 0.03, 0.70 + 1.959964 * 0.03)
    two = Interval(0.75, 0.75 - 1.959964 * 0.04, 0.75 + 1.959964 * 0.04)
    found = independent_difference(one, two)
    assert found.estimate == pytest.approx(0.05)
    assert found.high - found.estimate == pytest.approx(1.959964 * 0.05, rel=1e-6)
    assert found.p_value == pytest.approx(0.317311, rel=1e-4)


def test_an_auc_without_a_variance_says_nothing() -> None:
    alone = auc_interval([(1, True), (2, False)])
    known = auc_interval([(score, score % 3 == 0) for score in range(60)])
    assert independent_difference(alone, known).p_value == 1.0
