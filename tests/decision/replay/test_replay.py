"""A decision made again says what it said, and whatever is not as it was is named, the first thing first."""

import copy
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.decision.domain.decision import Engine, Evaluation, Outcome
from services.decision.domain.policy import Difference, PolicyError, first_difference, load_policy, recall_policy
from services.decision.domain.record import Decision, hash_of
from services.decision.domain.replay import NO_GROUNDS, Check, Document, Verdict, grounds_of, replay
from tests.decision.domain.catalogue.books import AS_OF, book, read
from tests.decision.domain.policy.small import PRODUCT
from tests.decision.domain.policy.written import FACTS, POLICIES, Written, built
from tests.decision.replay.made import grounds, made, score_of

TRADE = book("trade-credit")
LOAN = book("consumer-loan")
ON_TRADE = grounds(TRADE.product, TRADE.policy)
ON_LOAN = grounds(LOAN.product, LOAN.policy)
CREDIT = made(TRADE.product, TRADE.policy, TRADE.typical)


def loan(points: int, *reasons: str, **change: Any) -> Decision:
    wire = {name: value for name, value in {**LOAN.typical, **change}.items() if name not in ("score", "pd")}
    return made(LOAN.product, LOAN.policy, wire, score_of(points, *reasons))


def difference(decision: Decision) -> str:
    """Return what a replay names as the first difference."""
    on = ON_LOAN if decision.question.product == LOAN.product.name else ON_TRADE
    found = {engine: replay(decision, on, engine) for engine in Engine}
    assert found[Engine.ONLINE] == found[Engine.INTERPRETER]
    assert found[Engine.ONLINE].verdict is Verdict.DIFFERENT
    return str(found[Engine.ONLINE].first_difference)


def with_evaluation(decision: Decision, **change: Any) -> Decision:
    return replace(decision, evaluation=decision.evaluation._replace(**change))


def with_trace(decision: Decision, part: str, **change: Any) -> Decision:
    trace: dict[str, Any] = dict(decision.evaluation.trace)
    return with_evaluation(decision, trace={**trace, part: {**trace[part], **change}})


def with_provenance(decision: Decision, **change: Any) -> Decision:
    assert decision.provenance is not None
    return replace(decision, provenance=replace(decision.provenance, **change))


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize(
    "decision",
    [CREDIT, loan(620), loan(400, "SAVINGS_LOW"), loan(560, "SAVINGS_LOW", checking_status=None)],
    ids=["approved", "scored", "declined", "with a missing fact"],
)
def test_a_decision_made_again_is_identical(decision: Decision, engine: Engine) -> None:
    on = ON_LOAN if decision.question.product == LOAN.product.name else ON_TRADE
    found = replay(decision, on, engine)
    assert (found.verdict, found.first_difference, found.unchecked) == (Verdict.IDENTICAL, None, ())


@settings(max_examples=100, deadline=None)
@given(POLICIES, FACTS, st.sampled_from(list(Engine)))
def test_whatever_the_policy_and_the_facts_a_decision_is_identical_by_either_engine(
    written: Written, facts: dict[str, Any], engine: Engine
) -> None:
    by_chance = built(written)
    dictionary = PRODUCT.dictionary
    amount = {"requested_amount": {"amount_minor": 1, "currency": PRODUCT.currency}}
    wire = {**amount, **dictionary.to_wire({name: value for name, value in facts.items() if name != "score"})}
    score = score_of(facts["score"], "HISTORY_SHORT") if "score" in facts else None
    decision = made(PRODUCT, by_chance, wire, score)
    assert replay(decision, grounds(PRODUCT, by_chance), engine).verdict is Verdict.IDENTICAL


def test_a_changed_fact_is_named() -> None:
    facts = {**CREDIT.question.facts, "dunning_level": 3}
    tampered = replace(CREDIT, question=replace(CREDIT.question, facts=facts))
    assert difference(tampered) == "fact dunning_level: stored 0, now 3"


def test_facts_that_are_none_are_named() -> None:
    no_facts: Any = []
    tampered = replace(CREDIT, question=replace(CREDIT.question, facts=no_facts))
    assert difference(tampered).startswith("facts: ")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"score": 640}, "score: score: stored 620, now 640"),
        ({"pd": Decimal("0.5")}, "score: pd: stored 0.080000, now 0.5"),
        ({"reasons": ("SAVINGS_LOW",)}, 'score: reasons: stored [], now ["SAVINGS_LOW"]'),
        ({"model_hash": "f" * 64}, f"score: model_hash: stored {'0' * 64}, now {'f' * 64}"),
    ],
)
def test_a_changed_score_is_named(change: dict[str, Any], words: str) -> None:
    decision = loan(620)
    assert decision.score is not None
    assert difference(replace(decision, score=replace(decision.score, **change))) == words


def test_another_moment_is_named() -> None:
    moved = replace(CREDIT, decided_at=AS_OF + timedelta(microseconds=1))
    assert difference(moved) == (
        "moment: stored 2026-11-21T09:30:00.000000+00:00, now 2026-11-21T09:30:00.000001+00:00"
    )


def test_changed_inputs_are_named_by_their_hash_before_anything_else() -> None:
    provenance = CREDIT.provenance
    assert provenance is not None
    inputs = provenance.inputs.replace('"dunning_level":0', '"dunning_level":1')
    named = difference(with_provenance(with_evaluation(CREDIT, grade="Z"), inputs=inputs))
    assert named == f"hash of the inputs: stored {provenance.inputs_hash}, now {hash_of(inputs)}"


@pytest.mark.parametrize("inputs", ["", "null", "[]", "{}", '{"as_of":1,"facts":2,"score":3}'])
def test_inputs_that_are_none_are_a_difference_even_with_a_hash_of_their_own(inputs: str) -> None:
    tampered = with_provenance(CREDIT, inputs=inputs, inputs_hash=hash_of(inputs))
    assert difference(tampered).startswith(("inputs: ", "fact "))


@pytest.mark.parametrize("kind", ["product", "policy"])
def test_a_changed_document_is_named_before_what_follows_from_it(kind: str) -> None:
    documents = [
        replace(document, hash="f" * 64) if document.kind == kind else document for document in ON_TRADE.documents
    ]
    found = replay(CREDIT, replace(ON_TRADE, documents=tuple(documents), product=None, policy=None, fault="changed"))
    assert found.verdict is Verdict.DIFFERENT
    assert found.first_difference is not None
    assert found.first_difference.node == f"hash of {kind} trade-credit, revision 1"


def test_another_policy_under_the_same_revision_is_named() -> None:
    documents = [replace(document, stored_hash="f" * 64, hash="f" * 64) for document in ON_TRADE.documents]
    found = replay(CREDIT, replace(ON_TRADE, documents=tuple(documents)))
    assert found.first_difference == Difference(
        "hash of policy trade-credit, revision 1", TRADE.policy.content_hash, "f" * 64
    )


def test_a_document_that_is_gone_is_named() -> None:
    gone = Document("policy", "trade-credit", 1, None, None)
    found = replay(CREDIT, replace(ON_TRADE, documents=(gone,)))
    assert str(found.first_difference) == "policy trade-credit, revision 1: stored a document, now nothing"


@pytest.mark.parametrize(
    ("table", "letters", "words"),
    [
        ("knock_outs", "nnh", "table knock_outs, row 3: stored hit, now no_hit"),
        ("knock_outs", "m", "table knock_outs, row 1: stored missing, now no_hit"),
        ("grade", "n", "table grade, row 1: stored no_hit, now hit"),
    ],
)
def test_a_changed_row_of_the_trace_is_named(table: str, letters: str, words: str) -> None:
    now = CREDIT.evaluation.trace["tables"][table]
    assert difference(with_trace(CREDIT, "tables", **{table: letters + now[len(letters) :]})) == words


def test_the_first_of_several_differences_in_the_order_of_evaluation_is_named() -> None:
    tables = CREDIT.evaluation.trace["tables"]
    changed_twice = with_trace(CREDIT, "tables", matrix="?" * len(tables["matrix"]), eligibility="")
    assert difference(changed_twice).startswith("table eligibility: stored other rows")


def test_a_changed_definition_is_named_with_both_values() -> None:
    values = CREDIT.evaluation.trace["definitions"]
    name, value = next((name, value) for name, value in values.items() if isinstance(value, str))
    assert difference(with_trace(CREDIT, "definitions", **{name: "9"})) == f"definition {name}: stored 9, now {value}"
    missing = with_trace(CREDIT, "definitions", **{name: None})
    assert difference(missing) == f"definition {name}: stored missing, now {value}"


@pytest.mark.parametrize("part", ["tables", "definitions"])
def test_nodes_that_no_evaluation_gives_are_named(part: str) -> None:
    assert difference(with_trace(CREDIT, part, more="h")) == f"{part[:-1]} more: stored h, now nothing"


@pytest.mark.parametrize("trace", [None, [], "", 7, {}, {"tables": []}, {"tables": {"grade": 1}, "outputs": None}])
def test_whatever_stands_in_place_of_a_trace_is_a_difference(trace: Any) -> None:
    assert difference(with_evaluation(CREDIT, trace=trace))


@pytest.mark.parametrize(
    ("change", "node"),
    [
        ({"outcome": Outcome.DECLINE}, "outcome"),
        ({"grade": "Z"}, "grade"),
        ({"approved_minor": 1}, "limit"),
        ({"rate": Decimal("0.01")}, "rate"),
        ({"other_terms": {"gift": 1}}, "term"),
        ({"conditions": ("HANDSHAKE",)}, "conditions"),
        ({"queue": "friends"}, "queue"),
        ({"reasons": ("BAD_LUCK",)}, "reasons"),
    ],
)
def test_a_changed_answer_is_named(change: dict[str, Any], node: str) -> None:
    assert difference(with_evaluation(CREDIT, **change)).split(":")[0].split(" ")[0] == node


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"policy_name": "p"}, "policy name: stored p, now "),
        ({"policy_version": "0"}, "policy version: stored 0, now "),
    ],
)
def test_another_name_or_version_of_the_policy_is_named(change: dict[str, Any], words: str) -> None:
    assert difference(replace(CREDIT, **change)).startswith(words)


def test_changed_fallbacks_are_named() -> None:
    assert difference(with_provenance(CREDIT, fallbacks=("score_unavailable",))) == (
        'fallbacks: stored ["score_unavailable"], now []'
    )


def test_a_decision_without_a_score_is_made_again_without_one_and_says_what_it_fell_back_on() -> None:
    wire = {name: value for name, value in LOAN.typical.items() if name not in ("score", "pd")}
    decision = made(LOAN.product, LOAN.policy, {**wire, "purpose": "a moon landing"})
    assert decision.provenance is not None
    assert decision.provenance.fallbacks == ("score_unavailable", "facts_unfit")
    assert replay(decision, ON_LOAN).verdict is Verdict.IDENTICAL


def test_a_decision_from_before_inputs_were_kept_is_made_again_and_says_what_was_not_checked() -> None:
    found = replay(replace(CREDIT, provenance=None), ON_TRADE)
    assert (found.verdict, found.unchecked) == (Verdict.IDENTICAL, (Check.INPUTS, Check.FALLBACKS))


def test_a_decision_that_no_policy_made_is_made_again_without_one() -> None:
    referred = Evaluation(
        outcome=Outcome.REFER,
        grade=None,
        approved_minor=None,
        rate=None,
        reasons=("POLICY_UNAVAILABLE",),
        trace={"tables": {}, "outputs": {}, "reasons": ["POLICY_UNAVAILABLE"]},
    )
    bare = replace(CREDIT, policy_name=None, policy_version=None, policy_hash=None, revisions=(), evaluation=referred)
    found = replay(bare, NO_GROUNDS)
    assert (found.verdict, found.unchecked) == (Verdict.IDENTICAL, (Check.FACTS, Check.FALLBACKS))
    approved = with_evaluation(bare, outcome=Outcome.APPROVE, reasons=(), approved_minor=1)
    assert str(replay(approved, NO_GROUNDS).first_difference) == "outcome: stored approve, now refer"


def test_a_policy_of_a_form_that_no_longer_loads_is_not_replayable_and_never_identical() -> None:
    old = {**TRADE.document, "hit_policies": "as of the year before"}
    on = grounds_of(ON_TRADE.documents, read("products/trade-credit.yaml"), old)
    found = replay(CREDIT, on)
    assert found.verdict is Verdict.NOT_REPLAYABLE
    assert found.reason is not None
    assert found.reason.startswith("the policy no longer loads: /hit_policies: ")


def test_a_product_of_a_form_that_no_longer_loads_is_not_replayable() -> None:
    found = replay(CREDIT, grounds_of(ON_TRADE.documents, {"name": "trade-credit"}, TRADE.document))
    assert found.verdict is Verdict.NOT_REPLAYABLE
    assert found.reason is not None
    assert found.reason.startswith("the product no longer loads: ")


def test_checks_that_a_policy_would_fail_today_do_not_keep_its_decisions_from_being_made_again() -> None:
    document = copy.deepcopy(TRADE.document)
    document["cases"][0]["expect"]["outcome"] = "decline"
    with pytest.raises(PolicyError):
        load_policy(document, TRADE.product, TRADE.reasons)
    of_then = recall_policy(document, TRADE.product)
    decision = made(TRADE.product, of_then, TRADE.typical)
    on = grounds_of(grounds(TRADE.product, of_then).documents, read("products/trade-credit.yaml"), document)
    assert replay(decision, on).verdict is Verdict.IDENTICAL


def test_traces_survive_the_way_through_json() -> None:
    for decision in (CREDIT, loan(620), loan(400, "SAVINGS_LOW")):
        trace = decision.evaluation.trace
        assert first_difference(json.loads(json.dumps(trace)), trace) is None
