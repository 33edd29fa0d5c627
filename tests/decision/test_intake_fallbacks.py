"""What intake had to do without: such an application is never approved by itself, and its decision is made again so."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import asyncpg
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.decision.domain.decision import ScoreOutcome, decide
from services.decision.domain.outcome import Outcome
from services.decision.domain.record import Fallback, fallbacks_of_question, inputs_as_stated, inputs_of
from shared.canonical import canonical_json
from shared.consumer import Consumer
from shared.contracts import scoring
from shared.contracts.envelope import Amount
from shared.facts import SoundFacts
from shared.ids import new_id
from tests.decision.domain.policy.small import AS_OF, GOOD, PRODUCT
from tests.kit.platform import SOLID, SOLID_MINOR, money
from tests.kit.service import Urls, delivery

WITHOUT = ("source_unavailable:consumer-bureau", "unfit_fact:bureau_score")
FALLBACKS = st.lists(st.text(min_size=1, max_size=30), max_size=4).map(tuple)
APPLICATION = SoundFacts(GOOD, PRODUCT.dictionary).without(("score", "pd"))


async def decided(los: httpx.AsyncClient, consumer: Consumer, score: int, without: tuple[str, ...]) -> dict[str, Any]:
    application_id, now = new_id("app"), datetime.now(UTC)
    low = scoring.ScoreReason(code="SAVINGS_LOW", characteristic="savings_status", shortfall="9.000")
    event = scoring.ApplicationScored(
        application_id=application_id,
        party_id="pty_1",
        product="consumer-loan",
        requested=Amount(amount_minor=SOLID_MINOR, currency="DEM"),
        facts={**SOLID, "requested_amount": money(SOLID_MINOR)},
        submitted_at=now,
        score=scoring.Score(
            score=score, pd="0.030000", model="m", model_version=1, model_hash="0" * 64, reasons=(low,)
        ),
        failure=None,
        scored_at=now,
        fallbacks=without,
    )
    await consumer.handle([delivery("scoring", scoring.AGGREGATE, application_id, event.type, event, now)])
    (found,) = (await los.get("/v1/decisions", params={"application_id": application_id})).json()["items"]
    explained: dict[str, Any] = (await los.get(f"/v1/decisions/{found['decision_id']}")).json()
    return explained


async def test_what_would_be_approved_goes_to_a_person_when_a_report_is_missing(
    los: httpx.AsyncClient, consumer: Consumer
) -> None:
    decision = await decided(los, consumer, 620, WITHOUT)
    assert (decision["outcome"], decision["reasons"], decision["limit"]) == ("refer", ["SOURCE_UNAVAILABLE"], None)
    assert decision["provenance"]["fallbacks"] == list(WITHOUT)
    assert decision["reason_wording"]["SOURCE_UNAVAILABLE"].keys() == {"en", "zh"}
    complete = await decided(los, consumer, 620, ())
    assert (complete["outcome"], complete["provenance"]["fallbacks"]) == ("approve", [])


async def test_what_is_declined_anyway_stays_declined_for_its_own_reasons(
    los: httpx.AsyncClient, consumer: Consumer
) -> None:
    decision = await decided(los, consumer, 300, WITHOUT)
    assert decision["outcome"] == "decline"
    assert "SOURCE_UNAVAILABLE" not in decision["reasons"]
    assert decision["provenance"]["fallbacks"] == list(WITHOUT)


async def test_what_is_referred_anyway_names_the_missing_report_first(
    los: httpx.AsyncClient, consumer: Consumer
) -> None:
    plain = await decided(los, consumer, 510, ())
    assert plain["outcome"] == "refer"
    decision = await decided(los, consumer, 510, WITHOUT)
    assert decision["reasons"] == ["SOURCE_UNAVAILABLE", *plain["reasons"]]
    path = f"/v1/decisions/{decision['decision_id']}/explanation"
    told = (await los.get(path, params={"language": "en", "audience": "officer"})).json()
    assert "SOURCE_UNAVAILABLE" in {item["code"] for item in told["items"]}
    assert told["what_would_change"] is None


@pytest.mark.parametrize("score", [620, 510, 300])
async def test_a_decision_without_a_report_is_made_again_to_the_last_node(
    los: httpx.AsyncClient, consumer: Consumer, score: int
) -> None:
    decision = await decided(los, consumer, score, WITHOUT)
    found = (await los.post(f"/v1/decisions/{decision['decision_id']}/replay")).json()
    assert (found["verdict"], found["unchecked"]) == ("identical", [])


async def test_a_decision_that_somebody_lets_look_complete_is_found_out(
    los: httpx.AsyncClient, consumer: Consumer, urls: Urls
) -> None:
    decision = await decided(los, consumer, 620, WITHOUT)
    admin = await asyncpg.connect(urls.admin)
    await admin.execute("UPDATE decision.decision SET fallbacks = '[]' WHERE decision_id = $1", decision["decision_id"])
    await admin.close()
    found = (await los.post(f"/v1/decisions/{decision['decision_id']}/replay")).json()
    assert (found["verdict"], found["first_difference"]["node"]) == ("different", "hash of the inputs")


async def test_an_officer_is_told_why_in_words(los: httpx.AsyncClient, consumer: Consumer) -> None:
    decision = await decided(los, consumer, 620, WITHOUT)
    for language in ("en", "zh"):
        for audience in ("officer", "consumer"):
            told = await los.get(
                f"/v1/decisions/{decision['decision_id']}/explanation",
                params={"language": language, "audience": audience},
            )
            assert told.status_code == 200
            assert "SOURCE_UNAVAILABLE" in {item["code"] for item in told.json()["items"]}
            assert told.json()["what_would_change"] is None


@given(FALLBACKS)
def test_inputs_are_canonical_json_whatever_was_missing(without: tuple[str, ...]) -> None:
    score = ScoreOutcome(640, Decimal("0.030000"), (), "m", "1", "0")
    inputs = inputs_of(APPLICATION, score, AS_OF, without)
    assert inputs == canonical_json(json.loads(inputs))
    assert inputs == inputs_as_stated(PRODUCT.dictionary.to_wire(APPLICATION), score, AS_OF, without)
    assert json.loads(inputs).get("fallbacks", []) == list(without)


@given(FALLBACKS, st.lists(st.sampled_from(list(Fallback)), max_size=3))
def test_what_intake_stated_is_told_from_what_decision_found_itself(
    without: tuple[str, ...], own: list[Fallback]
) -> None:
    stated = tuple(entry for entry in without if entry not in set(Fallback))
    assert fallbacks_of_question((*own, *stated)) == stated


def test_without_a_product_the_missing_policy_is_the_reason() -> None:
    found = decide(None, None, APPLICATION, None, AS_OF, fallbacks=WITHOUT)
    assert (found.outcome, found.reasons) == (Outcome.REFER, ("POLICY_UNAVAILABLE",))
