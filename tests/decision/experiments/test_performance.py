"""What became of credit: taken in whole or not at all, and held against the arms that granted it."""

from typing import Any

import httpx
import pytest

from tests.decision.experiments.laboratory import SOUND, Laboratory, cautious, parties
from tests.kit.catalogue import bearing


async def _report(laboratory: Laboratory, *items: Any) -> httpx.Response:
    body = {"items": list(items)}
    return await laboratory.http.post("/v1/performance", json=body, headers=bearing("servicer"))


def _item(decision_id: str, bad: bool, as_of: str = "2026-06-30") -> dict[str, Any]:
    return {"decision_id": decision_id, "as_of": as_of, "bad": bad}


async def _approvals(laboratory: Laboratory, number: int) -> list[str]:
    made = await laboratory.decided(dict.fromkeys(parties(number), SOUND))
    return [decision["decision_id"] for decision in made.values()]


async def test_bad_rates_are_of_those_whose_performance_is_known(laboratory: Laboratory) -> None:
    await laboratory.challenge(cautious(), "performing", 10_000, maturity_months=6)
    ids = await _approvals(laboratory, 5)
    answer = await _report(laboratory, *(_item(decision_id, place == 0) for place, decision_id in enumerate(ids[:4])))
    assert (answer.status_code, answer.json()) == (200, {"received": 4, "changed": 4})
    await laboratory.turn()
    challenger = (await laboratory.experiment("performing"))["arms"][1]
    assert (challenger["decided"], challenger["performance_known"], challenger["bad"]) == (5, 4, 1)
    assert challenger["bad_rate"] == "0.2500"


async def test_the_same_report_again_changes_nothing_and_a_later_one_counts(laboratory: Laboratory) -> None:
    (decision_id,) = await _approvals(laboratory, 1)
    changes = [
        (await _report(laboratory, item)).json()["changed"]
        for item in (
            _item(decision_id, bad=False),
            _item(decision_id, bad=False),
            _item(decision_id, bad=True, as_of="2026-07-31"),
            # Arrives late, and is older than what is known.
            _item(decision_id, bad=False, as_of="2026-05-31"),
        )
    ]
    assert changes == [1, 0, 1, 0]


async def test_a_challenger_whose_credit_goes_bad_is_stopped(laboratory: Laboratory) -> None:
    rules = {"min_decisions": 4, "max_bad_rate": "0.25"}
    version_id = await laboratory.challenge(cautious(), "going-bad", 10_000, stop_rules=rules)
    ids = await _approvals(laboratory, 4)
    await _report(laboratory, *(_item(decision_id, place < 1) for place, decision_id in enumerate(ids)))
    await laboratory.turn()
    assert await laboratory.state(version_id) == "challenger"
    await _report(laboratory, _item(ids[3], bad=True, as_of="2026-07-31"))
    await laboratory.turn()
    assert await laboratory.state(version_id) == "approved"
    assert (await laboratory.experiment("going-bad"))["stopped_by"] == [
        {"rule": "max_bad_rate", "bound": "0.25", "count": 2, "out_of": 4}
    ]


async def test_a_report_with_one_fault_is_refused_whole_with_its_place(laboratory: Laboratory) -> None:
    one, other = await _approvals(laboratory, 2)
    answer = await _report(
        laboratory,
        _item(one, bad=True),
        _item("dec_none", bad=True),
        _item(other, bad=False),
        _item(other, bad=True, as_of="2999-01-01"),
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "unusable_performance")
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [
        ("/items/1/decision_id", "unknown_decision"),
        ("/items/2/decision_id", "named_twice"),
        ("/items/3/decision_id", "named_twice"),
        ("/items/3/as_of", "in_the_future"),
    ]
    assert (await _report(laboratory, _item(one, bad=True))).json()["changed"] == 1


@pytest.mark.parametrize(
    "item",
    [
        {"decision_id": "dec_1", "as_of": "2026-06-31", "bad": True},
        {"decision_id": "dec_1", "as_of": "30.6.2026", "bad": True},
        {"decision_id": "dec_1", "as_of": 20260630, "bad": True},
        {"decision_id": "dec_1", "as_of": "1782777600", "bad": True},
        {"decision_id": "dec_1", "as_of": "2026-06-30T00:00:00Z", "bad": True},
        {"decision_id": "dec_\u0000", "as_of": "2026-06-30", "bad": True},
        {"decision_id": "dec_1", "as_of": "2026-06-30", "bad": "yes"},
        {"decision_id": "dec_1", "as_of": "2026-06-30"},
        {"decision_id": "dec_1", "as_of": "2026-06-30", "bad": True, "amount": 5},
        "dec_1",
    ],
)
async def test_a_report_that_is_none_is_refused(laboratory: Laboratory, item: Any) -> None:
    answer = await _report(laboratory, item)
    assert (answer.status_code, answer.json()["code"]) in ((422, "invalid_body"), (400, "malformed_json"))


@pytest.mark.parametrize("number", [0, 1_001])
async def test_an_empty_or_too_long_report_is_refused(laboratory: Laboratory, number: int) -> None:
    items = [_item(f"dec_{place}", bad=True) for place in range(number)]
    assert (await _report(laboratory, *items)).status_code == 422


async def test_reporting_needs_its_own_scope(laboratory: Laboratory) -> None:
    answer = await laboratory.http.post("/v1/performance", json={"items": []}, headers=bearing("los"))
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
