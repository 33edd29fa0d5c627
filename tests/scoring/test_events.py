"""What scoring tells of applications, held to the contract that others read."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from services.scoring import events
from services.scoring.domain.result import Model, score_facts
from services.scoring.domain.scorecard import load_scorecard
from services.scoring.domain.validity import give
from shared.contracts.envelope import Amount, Event
from shared.contracts.intake import ApplicationSubmitted
from shared.contracts.scoring import ApplicationScored, Score
from shared.db import rows_json
from tests.scoring.domain.small import SMALL_PRODUCT, full_document, small_document

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
FACTS: dict[str, Any] = {
    "requested_amount": {"amount_minor": 100_000, "currency": "EUR"},
    "debt_ratio": "0.34",
    "purpose": "boat",
    "home_owner": True,
}
SMALL = Model(SMALL_PRODUCT, load_scorecard(small_document(), SMALL_PRODUCT))
FULL = Model(SMALL_PRODUCT, load_scorecard(full_document(), SMALL_PRODUCT))


def submitted(facts: dict[str, Any]) -> Event[ApplicationSubmitted]:
    data = ApplicationSubmitted(
        application_id="app_1",
        party_id="pty_1",
        product="small-loan",
        requested=Amount(amount_minor=100_000, currency="EUR"),
        facts=facts,
        submitted_at=NOW,
    )
    return Event("evt_1", data.type, "/assay/intake", "app_1", NOW, None, data)


@pytest.mark.parametrize(
    ("model", "facts", "failure"),
    [
        (SMALL, FACTS, None),
        (FULL, FACTS, None),
        (FULL, FACTS | {"purpose": "holiday"}, "unseen_category"),
        (SMALL, FACTS | {"debt_ratio": 1}, "invalid_facts"),
        (None, FACTS, "no_model"),
    ],
)
def test_the_event_of_a_score_has_every_field_of_its_contract_and_no_other(
    model: Model | None, facts: dict[str, Any], failure: str | None
) -> None:
    event = submitted(facts)
    given = give(score_facts(model, facts), NOW, arm="champion")

    (row,) = json.loads(rows_json([{"payload": events.application_scored(event, given).data}]))

    assert row["payload"].keys() == ApplicationScored.model_fields.keys()
    told = ApplicationScored.model_validate_json(json.dumps(row["payload"]))
    assert (told.application_id, told.party_id, told.facts) == ("app_1", "pty_1", facts)
    assert (told.requested, told.submitted_at, told.scored_at) == (event.data.requested, NOW, NOW)
    assert (told.failure, told.score is None) == (failure, failure is not None)
    if told.score is not None:
        assert row["payload"]["score"].keys() == Score.model_fields.keys()
        assert (told.score.score, told.score.valid_until) == (540, given.valid_until)
