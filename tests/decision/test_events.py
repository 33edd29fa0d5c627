"""What decision tells others, held to the contract that they read."""

import json

import pytest

from services.decision import events
from services.decision.domain.decision import ScoreOutcome
from shared.contracts.decision import Decided
from shared.db import rows_json
from tests.decision.domain.catalogue.books import book
from tests.decision.replay.made import made, score_of
from tests.kit.platform import SOLID, SOLID_MINOR, money

FACTS = {**SOLID, "requested_amount": money(SOLID_MINOR)}


@pytest.mark.parametrize("score", [score_of(640, "SAVINGS_LOW"), score_of(400, "SAVINGS_LOW"), None])
def test_the_event_of_a_decision_has_every_field_of_its_contract_and_no_other(score: ScoreOutcome | None) -> None:
    decision = made(book("consumer-loan").product, book("consumer-loan").policy, FACTS, score)
    (row,) = json.loads(rows_json([{"payload": events.decided(decision, None).data}]))
    assert row["payload"].keys() == Decided.model_fields.keys()
    told = Decided.model_validate_json(json.dumps(row["payload"]))
    assert (told.decision_id, told.outcome) == (decision.decision_id, decision.evaluation.outcome.value)
    assert (told.limit is None) == (decision.limit is None)
    assert told.decided_at == decision.decided_at
