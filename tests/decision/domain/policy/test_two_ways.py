"""The generated function and the interpreter say the same, to the last letter of the trace."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.decision.domain.policy import expand_trace
from shared.feel.typed import Unknown
from tests.decision.domain.policy.small import AS_OF, DOCUMENT, GOOD, policy
from tests.decision.domain.policy.written import FACTS, VALUES, rows, unchecked, when

CONDITIONS = [
    "employed",
    "not(employed) and months > 3",
    "months / (score - 500) > 1",
    'today() - customer_since > duration("P310D")',
    "some x in [1, 5] satisfies x = months",
    "if months > 6 then employed else score > 500",
    "dti = null or employed",
]
ON_DEFINITIONS = ["requested_amount > 0.5 * bonus", "points > 4 or dti > 0.005", "band = null", 'band = "low"']
NUMBERS = ["1", "months", "months * 2 - score", "score / 7", "10 / months", "if employed then 3 else months / 3"]
AMOUNTS = ["5", "requested_amount", "requested_amount * dti", "requested_amount / (months - 4)", "max(bonus, 1)"]


@st.composite
def row_texts(draw: st.DrawFn, *, definitions_too: bool = True) -> dict[str, Any]:
    """Return `when` and `if` of a row, at least one of them."""
    row: dict[str, Any] = {"when": when(draw(rows()))} if draw(st.booleans()) else {}
    if not row or draw(st.integers(0, 3)) == 0:
        row["if"] = draw(st.sampled_from([*CONDITIONS, *(ON_DEFINITIONS if definitions_too else [])]))
    return row


@st.composite
def points(draw: st.DrawFn) -> dict[str, Any]:
    """Return a table whose hits are aggregated."""
    aggregation = draw(st.sampled_from(["SUM", "MIN", "MAX", "COUNT"]))
    table: dict[str, Any] = {"type": "integer", "hit_policy": "COLLECT", "aggregation": aggregation}
    table["rows"] = draw(st.lists(row_texts(definitions_too=False), max_size=4))
    if aggregation != "COUNT":
        for row in table["rows"]:
            row["value"] = draw(st.sampled_from(NUMBERS))
    return table | draw(st.sampled_from([{}, {"default": {"value": "2"}}]))


@st.composite
def bands(draw: st.DrawFn) -> dict[str, Any]:
    """Return a table of which one row counts."""
    hit_policy = draw(st.sampled_from(["FIRST", "PRIORITY"]))
    values = ['"low"', '"high"'] + (['if employed then "low" else "high"'] if hit_policy == "FIRST" else [])
    tests = draw(st.lists(row_texts(definitions_too=False), max_size=3))
    rows_of = [{**row, "value": draw(st.sampled_from(values))} for row in tests]
    table = {"type": "enum", "values": ["low", "high"], "hit_policy": hit_policy, "rows": rows_of}
    return table | draw(st.sampled_from([{}, {"default": {"value": '"high"'}}]))


@st.composite
def matrices(draw: st.DrawFn) -> dict[str, Any]:
    """Return a matrix by any hit policy; rows of UNIQUE are kept apart, those of ANY agree, as the checks demand."""
    hit_policy = draw(st.sampled_from(["UNIQUE", "FIRST", "PRIORITY", "ANY"]))
    tests = draw(st.lists(row_texts(), max_size=4))
    if hit_policy == "UNIQUE":
        edges = sorted(draw(st.lists(st.integers(480, 520), min_size=1, max_size=5, unique=True)))
        cells = [f"< {edges[0]}", *(f"[{low}..{high})" for low, high in pairwise(edges))]
        tests = [{"if": "true", **row, "when": {"score": cell}} for row, cell in zip(tests, cells, strict=False)]
    offer = st.sampled_from(
        [
            {"outcome": "approve"},
            {"outcome": "counter_offer", "reason": "from_score"},
            {"outcome": "refer", "reason": "R1"},
            {"outcome": "decline", "reason": "from_score"},
            {"outcome": "decline", "reason": "R2"},
        ]
    )
    same = draw(offer)
    found = [{**row, **(same if hit_policy == "ANY" else draw(offer)), "share": "0.5", "rate": "0.07"} for row in tests]
    default = {"default": {"outcome": "approve", "share": "0.5", "rate": "0.08"}}
    return {"hit_policy": hit_policy, "rows": found} | draw(st.sampled_from([{}, default, default]))


@st.composite
def terms(draw: st.DrawFn) -> dict[str, Any]:
    """Return the terms of an approval."""
    rate = st.sampled_from(["rate + 0.001", "rate * months / 3", "if limit > 5 then rate else 0.1"])
    other = {
        "payment_days": {"type": "integer", "value": draw(st.sampled_from(NUMBERS))},
        "fee": {"type": "money", "value": draw(st.sampled_from(["limit * rate", "bonus"]))},
    }
    return {
        "limit": draw(st.sampled_from(AMOUNTS)),
        "other_terms": other,
        **draw(st.fixed_dictionaries({}, optional={"rate": rate, "less_reason": st.just("LESS")})),
    }


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Return a policy with everything in it; what the static checks would say of it does not matter."""
    on_missing = st.sampled_from(["refer", "decline", "ignore"])
    outcome = st.sampled_from(["decline", "refer", "pend_info"])
    screens = [
        {**row, "outcome": draw(outcome), "reason": f"KO_{at}", "on_missing": draw(on_missing)}
        for at, row in enumerate(draw(st.lists(row_texts(), max_size=3)))
    ]
    conditions = [
        {**row, "condition": f"C_{at % 2}", "on_missing": draw(st.sampled_from(["refer", "require", "ignore"]))}
        for at, row in enumerate(draw(st.lists(row_texts(), max_size=3)))
    ]
    grade = {
        "hit_policy": draw(st.sampled_from(["FIRST", "PRIORITY"])),
        "values": ["C", "A", "B"],
        "rows": [{**row, "grade": of} for row, of in zip(draw(st.lists(row_texts(), max_size=3)), "ABC", strict=False)],
        "default": {"grade": "B"},
    }
    bonus = {"type": "money", "value": draw(st.sampled_from(["requested_amount * 2", "requested_amount / months"]))}
    return {
        **DOCUMENT,
        "definitions": {"points": draw(points()), "band": draw(bands()), "bonus": bonus},
        "knock_outs": {"hit_policy": "COLLECT", "rows": screens},
        "grade": grade,
        "matrix": draw(matrices()),
        "terms": {
            "approve": draw(terms()),
            "counter_offer": {"limit": "requested_amount * share", "round_down_to": "0.02"},
        },
        "conditions": {"hit_policy": "COLLECT", "rows": conditions},
        "routing": {
            "hit_policy": "FIRST",
            "rows": [{"if": 'outcome = "refer" and grade != "A"', "queue": "desk"}],
            "default": {"queue": "senior"},
        },
    }


APPLICATIONS = st.lists(st.one_of(FACTS, st.fixed_dictionaries(VALUES)), min_size=1, max_size=6)


@settings(max_examples=200, deadline=None)
@given(
    documents(),
    st.lists(st.one_of(FACTS, st.fixed_dictionaries(VALUES)), min_size=1, max_size=6),
    st.lists(st.sampled_from(["S1", "S2"]), unique=True),
)
def test_wherever_the_generated_function_answers_it_answers_as_the_interpreter_does(
    document: dict[str, Any], applications: list[dict[str, Any]], score_reasons: list[str]
) -> None:
    engine = unchecked(document)
    for facts in applications:
        step_by_step = engine.interpret(facts, score_reasons, AS_OF)
        try:
            at_once = engine.decide(facts, score_reasons, AS_OF)
        except (KeyError, Unknown):
            at_once = None
        if at_once is not None:
            assert repr(at_once) == repr(step_by_step)
        found = engine.evaluate(facts, score_reasons, AS_OF)
        answer = engine.answer(facts, score_reasons, AS_OF)
        assert answer._asdict() == {name: getattr(found, name) for name in answer._fields}
        assert (found.approved_minor is not None) == found.outcome.grants_credit
        assert (found.outcome == "approve") == (not found.reasons)
        assert expand_trace(engine, facts, found.trace, AS_OF)


def test_an_application_of_which_everything_is_known_is_left_to_the_generated_function() -> None:
    assert policy().decide(GOOD, (), AS_OF) is not None


@pytest.mark.parametrize("name", ["dti", "score", "requested_amount"])
def test_an_application_of_which_something_is_missing_is_left_to_the_interpreter(name: str) -> None:
    with pytest.raises(KeyError):
        policy().decide({key: value for key, value in GOOD.items() if key != name}, (), AS_OF)
    assert policy().decide({**GOOD, name: "a text"}, (), AS_OF) is None
