"""PMML that others wrote scores here as in JPMML, and what is exported here scores in JPMML as the artefact does."""

import json
from typing import Any

import pytest

from services.scorecards.interchange.faults import InterchangeError
from services.scorecards.interchange.pmml import pmml_of
from services.scorecards.interchange.reading import import_scorecard
from services.scoring.domain.score import Unscorable
from services.scoring.domain.scorecard import Scorecard
from shared.facts import FactValue
from tests.scorecards.interchange.made.people import applicants, probes
from tests.scorecards.interchange.made_up import MADE, MAPPING, PRODUCT, imported, loaded, mapping, rows

# The characteristics of made-up.pmml state their own reason codes.
STATED = {
    variable: {key: value for key, value in entry.items() if key in ("fact", "multiply", "values")}
    for variable, entry in MAPPING["characteristics"].items()
    if variable != "amount"
}


def answers(name: str) -> list[dict[str, Any] | None]:
    """What JPMML answered, row by row; None where it gave no result."""
    return [json.loads(line) for line in (MADE / f"{name}.jpmml.jsonl").read_text().splitlines()]


def scored(scorecard: Scorecard, facts: dict[str, FactValue]) -> tuple[int, list[str]] | None:
    try:
        score = scorecard.score(facts)
    except Unscorable:
        return None
    return score.score, [reason.code for reason in score.reasons]


def test_a_scorecard_that_sklearn2pmml_wrote_scores_as_in_jpmml() -> None:
    scorecard = loaded(imported("sklearn2pmml.pmml", "pmml"))
    ours = [scored(scorecard, facts) for facts in rows(applicants())]
    theirs = answers("sklearn2pmml")
    assert [answer and answer[0] for answer in ours] == [answer and answer["bad"] for answer in theirs]
    assert ours.count(None) == 30  # the applicants with a category that the file does not list as valid


def test_a_score_of_risk_that_another_generator_wrote_scores_and_explains_with_its_sign_changed() -> None:
    said = {variable: MAPPING["characteristics"][variable] for variable in ("duration", "ratio", "phone")}
    said["arrears"] = {"fact": "months_since_arrears", "reason_code": "ARREARS"}
    scaling = {**MAPPING["scaling"], "direction": "lower_is_better"}
    scorecard = loaded(imported("risk.pmml", "pmml", mapping(characteristics=said, scaling=scaling)))
    for facts, theirs in zip(rows(applicants()), answers("risk"), strict=True):
        ours = scored(scorecard, facts)
        if theirs is None or ours is None:
            assert ours is theirs, facts
        else:
            assert -ours[0] == theirs["RiskScore"], facts
            codes = [theirs[f"ReasonCode{rank}"] for rank in (1, 2, 3)]
            assert ours[1][:3] == codes[: len(ours[1])], facts


def test_every_predicate_and_treatment_scores_and_explains_as_in_jpmml() -> None:
    scorecard = loaded(imported("made-up.pmml", "pmml", mapping(characteristics=STATED, reasons={"limit": 3})))
    for facts, theirs in zip(rows(probes()), answers("made-up"), strict=True):
        ours = scored(scorecard, facts)
        if theirs is None:
            assert ours is None, facts
        else:
            assert ours is not None, facts
            assert ours[0] == theirs["points"], facts
            assert ours[1] == [theirs[f"reason_{rank}"] for rank in range(1, len(ours[1]) + 1)], facts


def test_jpmml_scores_and_explains_an_exported_scorecard_as_the_artefact_does() -> None:
    document = imported("optbinning.csv", "optbinning")
    scorecard = loaded(document)
    assert (MADE / "exported.pmml").read_bytes() == pmml_of(document, PRODUCT)
    for facts, theirs in zip(rows(applicants()), answers("exported"), strict=True):
        assert theirs is not None
        score = scorecard.score(facts)
        assert score.score == theirs["Points"], facts
        # JPMML goes on to characteristics that fell short of nothing; here they are no reason.
        codes = [theirs[f"Reason{rank}"] for rank in range(1, 5)]
        assert [reason.code for reason in score.reasons] == codes[: len(score.reasons)], facts


def test_reason_codes_of_the_file_can_be_given_the_names_of_the_catalogue() -> None:
    codes = {"RC_RATIO": "PAYMENT_RATIO_HIGH", "RC_RATIO_MIDDLE": "PAYMENT_RATIO_HIGH"}
    scorecard = loaded(imported("made-up.pmml", "pmml", mapping(characteristics=STATED, reason_codes=codes)))
    found = {reason.code for facts in rows(probes()) for reason in _reasons(scorecard, facts)}
    assert found == {"PAYMENT_RATIO_HIGH", "TERM_LONG", "ARREARS_RECENT", "HOUSING_NOT_OWNED", "NO_PHONE"}


def _reasons(scorecard: Scorecard, facts: dict[str, FactValue]) -> tuple[Any, ...]:
    try:
        return scorecard.score(facts).reasons
    except Unscorable:
        return ()


def test_reasons_for_points_above_a_baseline_are_those_of_a_score_of_which_more_is_worse() -> None:
    above = (MADE / "made-up.pmml").read_bytes().replace(b'"pointsBelow"', b'"pointsAbove"')
    with pytest.raises(InterchangeError, match="/scaling/direction: must be lower_is_better"):
        _imported(above)
    scaling = {**MAPPING["scaling"], "direction": "lower_is_better"}
    scorecard = loaded(_imported(above, scaling=scaling))
    below = loaded(_imported((MADE / "made-up.pmml").read_bytes()))
    for facts in rows(probes()):
        ours, other = scored(scorecard, facts), scored(below, facts)
        if other is not None and ours is not None:
            assert ours[0] == -other[0]
            assert not set(ours[1]) & set(other[1])


def _imported(content: bytes, **changes: Any) -> dict[str, Any]:
    return import_scorecard(content, "pmml", mapping(characteristics=STATED, **changes), PRODUCT)


def test_a_file_that_is_one_line_is_read_like_one_of_many() -> None:
    content = (MADE / "made-up.pmml").read_bytes()
    one_line = b" ".join(line.strip() for line in content.splitlines())
    assert _imported(one_line)["characteristics"] == _imported(content)["characteristics"]
