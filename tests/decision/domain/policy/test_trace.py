"""Why, and why not: the readable trace."""

import json
from decimal import Decimal
from typing import Any

import pytest

from services.decision.domain.policy import CompactTrace, TraceMismatch, expand_trace
from tests.decision.domain.policy.small import AS_OF, DOCUMENT, GOOD, changed, evaluated, policy

POLICY = policy()


def test_the_compact_trace_is_small_plain_json() -> None:
    trace = evaluated(POLICY, {**GOOD, "score": 560}).trace
    assert json.loads(json.dumps(trace)) == trace
    assert trace == {
        "tables": {
            "eligibility": "n",
            "knock_outs": "nnn",
            "grade": "nhn",
            "matrix": "nhxx",
            "terms": "xh",
            "routing": "xx",
        },
        "outputs": {
            "grade": "B",
            "offer": "counter_offer",
            "share": "0.8",
            "rate": "0.1200",
            "approved_minor": 160_000,
            "outcome": "counter_offer",
        },
        "reasons": ["AMOUNT_HIGH"],
    }


def expanded(change: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    facts = {name: value for name, value in {**GOOD, **change}.items() if value is not None}
    tables = expand_trace(POLICY, facts, evaluated(POLICY, facts, ("DEBT_HIGH",)).trace, AS_OF)
    return {table["table"]: table["rows"] for table in tables}


def test_every_rule_is_shown_with_its_operands() -> None:
    rows = expanded({"employed": False, "region": None})["knock_outs"]
    assert rows[0] == {
        "row": 1,
        "status": "no_hit",
        "conditions": [{"fact": "dti", "test": "> 0.6", "value": "0.2000", "status": "no_hit"}],
        "output": {"outcome": "decline", "reason": "DEBT_HIGH", "on_missing": "refer"},
        "nearest": 1,
    }
    assert rows[1]["status"] == "missing"
    assert rows[1]["conditions"] == [
        {"fact": "employed", "test": "false", "value": False, "status": "hit"},
        {"fact": "region", "test": '"north", "west"', "value": None, "status": "missing"},
    ]
    assert rows[2]["conditions"][0]["value"] == "2020-01-31"


def test_outputs_of_earlier_stages_are_operands_too() -> None:
    tables = expanded({"score": 560})
    assert tables["matrix"][1]["conditions"] == [
        {"fact": "grade", "test": '"B"', "value": "B", "status": "hit"},
        {
            "fact": "requested_amount",
            "test": "<= 5000",
            "value": {"amount_minor": 200_000, "currency": "USD"},
            "status": "hit",
        },
    ]
    assert tables["matrix"][2]["status"] == tables["matrix"][2]["conditions"][0]["status"] == "not_evaluated"
    assert tables["matrix"][3] == {
        "row": "default",
        "status": "not_evaluated",
        "conditions": [],
        "output": {"outcome": "decline", "reason": "from_score"},
    }
    assert tables["terms"][1] == {
        "row": 2,
        "status": "hit",
        "conditions": [],
        "formula": "requested_amount * share",
        "operands": [
            {"fact": "requested_amount", "value": {"amount_minor": 200_000, "currency": "USD"}},
            {"fact": "share", "value": "0.8"},
        ],
        "output": {"outcome": "counter_offer", "approved_minor": 160_000},
    }


def test_tables_stand_in_the_order_of_evaluation() -> None:
    assert list(expanded({})) == ["eligibility", "knock_outs", "grade", "matrix", "terms", "routing"]


def test_a_limit_that_could_not_be_told_is_shown_with_what_was_missing() -> None:
    row = expanded({"income": None})["terms"][0]
    assert (row["status"], row["output"]) == ("missing", {"outcome": "approve", "approved_minor": None})
    assert {"fact": "income", "value": None} in row["operands"]


def test_the_default_of_routing_hits_where_the_rows_cannot_tell() -> None:
    rows = expanded({"score": None, "requested_amount": 900_001})["routing"]
    assert [row["status"] for row in rows] == ["missing", "hit"]


@pytest.mark.parametrize(
    ("table", "letters", "complaint"),
    [
        ("knock_outs", "nhn", "table knock_outs, row 2: stored hit, now no_hit"),
        ("knock_outs", "nn", "table knock_outs: stored other rows, now 3 rows"),
        ("grade", "h??", "table grade, row 2: stored ?, now no_hit"),
        ("matrix", "mxxx", "table matrix, row 1: stored missing, now hit"),
        ("terms", "x", "table terms: stored other rows, now 2 rows"),
        ("terms", "hh", "table terms, row 2: stored hit, now not_evaluated"),
    ],
)
def test_a_trace_that_these_facts_do_not_give_names_the_first_rule_that_differs(
    table: str, letters: str, complaint: str
) -> None:
    trace = evaluated(POLICY, GOOD).trace
    forged: CompactTrace = {**trace, "tables": {**trace["tables"], table: letters}}
    with pytest.raises(TraceMismatch) as refused:
        expand_trace(POLICY, GOOD, forged, AS_OF)
    assert str(refused.value) == complaint


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("grade", "B", "output grade: stored B, now A"),
        ("approved_minor", 1, "output approved_minor: stored 1, now 200000"),
        ("queue", "desk", "output queue: stored desk, now nothing"),
        ("outcome", "refer", "output outcome: stored refer, now approve"),
        ("bribe", True, "output bribe: stored true, now nothing"),
    ],
)
def test_an_output_that_these_facts_do_not_give_is_named(name: str, value: str | int, complaint: str) -> None:
    trace = evaluated(POLICY, GOOD).trace
    forged: CompactTrace = {**trace, "outputs": {**trace["outputs"], name: value}}
    with pytest.raises(TraceMismatch) as refused:
        expand_trace(POLICY, GOOD, forged, AS_OF)
    assert str(refused.value) == complaint


def test_a_refusal_without_reasons_of_the_score_can_be_traced_too() -> None:
    facts = {**GOOD, "score": 400}
    assert expand_trace(POLICY, facts, evaluated(POLICY, facts).trace, AS_OF)
    assert expand_trace(POLICY, facts, evaluated(POLICY, facts, ("HISTORY_SHORT",)).trace, AS_OF)


def test_other_facts_than_those_of_the_decision_are_noticed() -> None:
    trace = evaluated(POLICY, GOOD).trace
    with pytest.raises(TraceMismatch, match="table knock_outs, row 1: stored no_hit, now hit"):
        expand_trace(POLICY, {**GOOD, "dti": Decimal("0.9")}, trace, AS_OF)


def test_a_policy_without_routing_has_no_routing_in_its_trace() -> None:
    loaded = policy({key: value for key, value in DOCUMENT.items() if key != "routing"})
    answer = evaluated(loaded, {name: value for name, value in GOOD.items() if name != "score"})
    assert answer.queue is None
    assert [table["table"] for table in expand_trace(loaded, {}, evaluated(loaded, {}).trace, AS_OF)][-1] == "terms"


def test_the_same_document_has_the_same_hash_whatever_the_order_of_its_keys() -> None:
    assert policy(dict(reversed(DOCUMENT.items()))).content_hash == POLICY.content_hash
    assert policy(changed("title", "Card")).content_hash != POLICY.content_hash
    assert len(POLICY.content_hash) == 64


def shown(document: dict[str, Any], change: dict[str, Any], table: str) -> dict[str, Any]:
    loaded = policy(document)
    facts = {name: value for name, value in {**GOOD, **change}.items() if value is not None}
    tables = expand_trace(loaded, facts, evaluated(loaded, facts).trace, AS_OF)
    return next(entry for entry in tables if entry["table"] == table)


MISSES: list[tuple[dict[str, str], dict[str, Any], dict[str, Any]]] = [
    ({"dti": "> 0.6"}, {"dti": Decimal("0.5999")}, {"fact": "dti", "distance": "0.0002 too low"}),
    ({"dti": "[0.3..0.4]"}, {"dti": Decimal("0.45")}, {"fact": "dti", "distance": "0.0500 too high"}),
    ({"income": "> 0.5 * 20000"}, {}, {"fact": "income", "distance": "1,000.01 USD too low"}),
    ({"months": "< 12, > 36"}, {}, {"fact": "months", "distance": "13 too low"}),
    ({"customer_since": '> date("2020-02-05")'}, {}, {"fact": "customer_since", "distance": "6 days too low"}),
    ({"customer_since": '> date("2020-01-31")'}, {}, {"fact": "customer_since", "distance": "1 day too low"}),
    ({"region": '"south"'}, {}, {}),
    ({"employed": "false"}, {}, {}),
    ({"income": "> 10 * requested_amount"}, {}, {}),
]


@pytest.mark.parametrize(("when", "change", "distance"), MISSES)
def test_the_nearest_miss_says_how_far_it_was_in_the_unit_of_the_fact(
    when: dict[str, str], change: dict[str, Any], distance: dict[str, Any]
) -> None:
    row = {"when": when, "outcome": "refer", "reason": "NEW_CUSTOMER", "on_missing": "refer"}
    rows = [{**row, "when": {"employed": "false", "months": "> 100"}, "reason": "NO_JOB"}, row]
    table = shown(changed("knock_outs/rows", rows), change, "knock_outs")
    assert [each["nearest"] for each in table["rows"]] == [2, 1]
    assert table["nearest_miss"] == {"row": 2, "failed": 1, **distance}


def test_of_rows_that_are_equally_near_the_first_is_told_and_rows_that_hit_or_are_open_are_not_near() -> None:
    table = shown(changed("title", "x"), {"dti": None, "employed": False}, "knock_outs")
    assert [each.get("nearest") for each in table["rows"]] == [None, None, 1]
    assert table["nearest_miss"] == {"row": 3, "failed": 1, "fact": "customer_since", "distance": "2313 days too low"}
    everything_open = shown(changed("title", "x"), {"requested_amount": None}, "eligibility")
    assert everything_open["nearest_miss"] is None


def test_a_free_condition_and_a_cell_that_reads_more_than_its_column_are_shown_with_their_operands() -> None:
    row = {
        "when": {"income": "> requested_amount * (1 + dti)"},
        "if": "today() > customer_since and months / 3 > 4",
        "outcome": "refer",
        "reason": "NEW_CUSTOMER",
        "on_missing": "refer",
    }
    first, second = shown(changed("knock_outs/rows/0", row), {}, "knock_outs")["rows"][0]["conditions"]
    assert first == {
        "fact": "income",
        "test": "> requested_amount * (1 + dti)",
        "value": {"amount_minor": 900_000, "currency": "USD"},
        "status": "hit",
        "operands": [
            {"fact": "dti", "value": "0.2000"},
            {"fact": "requested_amount", "value": {"amount_minor": 200_000, "currency": "USD"}},
        ],
    }
    assert second == {
        "fact": "if",
        "test": "today() > customer_since and months / 3 > 4",
        "status": "hit",
        "operands": [
            {"fact": "customer_since", "value": "2020-01-31"},
            {"fact": "months", "value": 24},
            {"fact": "today()", "value": "2026-11-21"},
        ],
    }


def test_a_decision_of_another_day_is_replayed_on_its_own_day() -> None:
    row = {"if": 'today() > customer_since + duration("P6Y")', "outcome": "refer", "reason": "NEW_CUSTOMER"}
    loaded = policy(changed("knock_outs/rows/0", {**row, "on_missing": "refer"}))
    trace = evaluated(loaded, GOOD).trace
    assert trace["tables"]["knock_outs"] == "hnn"
    with pytest.raises(TraceMismatch, match="table knock_outs, row 1: stored hit, now no_hit"):
        expand_trace(loaded, GOOD, trace, AS_OF.replace(year=2021))


def test_a_refusal_for_want_of_terms_can_be_traced_though_its_reasons_are_not_those_of_the_score() -> None:
    loaded = policy(changed("terms/counter_offer/round_down_to", "5000"))
    facts = {**GOOD, "score": 560}
    answer = evaluated(loaded, facts, ("HISTORY_SHORT",))
    assert (answer.outcome, answer.reasons) == ("refer", ("POLICY_UNRESOLVED",))
    assert expand_trace(loaded, facts, answer.trace, AS_OF)
