from collections.abc import Callable, Sequence
from decimal import Decimal
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.dmn import Result
from shared.feel.values import Value
from tests.shared.dmn.evaluating import AS_OF, decided, exact, program
from tests.shared.dmn.writing import decision, input_data

Row = tuple[Sequence[str], Sequence[str]]


def table(
    policy: str,
    inputs: Sequence[str],
    rows: Sequence[Row],
    outputs: Sequence[str] = ("<output/>",),
    columns: Sequence[str] | None = None,
) -> str:
    """A decision table; `columns` are whole input elements where expressions do not say enough."""
    written = columns or [
        f"<input><inputExpression><text>{escape(each)}</text></inputExpression></input>" for each in inputs
    ]
    rules = "".join(
        "<rule>"
        + "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in cells)
        + "".join(f"<outputEntry><text>{escape(cell)}</text></outputEntry>" for cell in results)
        + "</rule>"
        for cells, results in rows
    )
    return f"<decisionTable {policy}>{''.join(written)}{''.join(outputs)}{rules}</decisionTable>"


def result_of(written: str, **inputs: Value | int) -> Result:
    """The result of a decision table that requires the inputs."""
    needs = ",".join(f"i:{name}" for name in inputs)
    return decided("D", *(input_data(name) for name in inputs), decision("D", written, needs=needs), **exact(inputs))


def listed(*values: str, default: str | None = None, name: str = "") -> str:
    texts = escape(", ".join(f'"{value}"' for value in values))
    otherwise = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
    return f"<output name='{name}'><outputValues><text>{texts}</text></outputValues>{otherwise}</output>"


OVERLAPPING: Sequence[Row] = ((["< 10"], ['"low"']), (["> 5"], ['"high"']), (["[6..9]"], ['"low"']))


@pytest.mark.parametrize(
    ("policy", "score", "expected"),
    [
        ("hitPolicy='UNIQUE'", 3, "low"),
        ("", 20, "high"),
        ("hitPolicy='UNIQUE'", 7, None),
        ("hitPolicy='FIRST'", 7, "low"),
        ("hitPolicy='ANY'", 3, "low"),
        ("hitPolicy='ANY'", 7, None),
        ("hitPolicy='PRIORITY'", 7, "high"),
        ("hitPolicy='RULE ORDER'", 7, ["low", "high", "low"]),
        ("hitPolicy='OUTPUT ORDER'", 7, ["high", "low", "low"]),
        ("hitPolicy='COLLECT'", 7, ["low", "high", "low"]),
        ("hitPolicy='COLLECT' aggregation='COUNT'", 7, Decimal(3)),
    ],
)
def test_the_hit_policy_makes_the_result_of_the_rules_that_match(policy: str, score: int, expected: Value) -> None:
    written = table(policy, ["score"], OVERLAPPING, [listed("high", "low")])
    assert result_of(written, score=score).value == expected


def test_a_broken_unique_policy_names_the_rules() -> None:
    result = result_of(table("hitPolicy='UNIQUE'", ["score"], OVERLAPPING), score=7)
    assert result.notes == ("D: rules 1, 2, 3 match, though the hit policy is UNIQUE",)


@pytest.mark.parametrize(("aggregation", "expected"), [("SUM", 6), ("MIN", 1), ("MAX", 3), ("COUNT", 3)])
def test_collected_outputs_are_aggregated(aggregation: str, expected: int) -> None:
    rows: Sequence[Row] = [(["-"], [text]) for text in ("2", "1", "3")]
    written = table(f"hitPolicy='COLLECT' aggregation='{aggregation}'", ["score"], rows)
    assert result_of(written, score=1).value == expected


@pytest.mark.parametrize(
    "policy",
    ["UNIQUE", "FIRST", "ANY", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT", "COLLECT' aggregation='COUNT"],
)
def test_without_a_matching_rule_the_result_is_null_or_the_default(policy: str) -> None:
    rows: Sequence[Row] = [(["> 100"], ['"high"'])]
    bare = table(f"hitPolicy='{policy}'", ["score"], rows, [listed("high", "low")])
    default = table(f"hitPolicy='{policy}'", ["score"], rows, [listed("high", "low", default='"low"')])
    assert (result_of(bare, score=1).value, result_of(default, score=1).value) == (None, "low")


def test_several_outputs_make_a_context() -> None:
    outputs = [listed("approve", "decline", name="Outcome"), "<output name='Rate'/>"]
    written = table("hitPolicy='FIRST'", ["score"], [(["> 600"], ['"approve"', "0.05"])], outputs)
    assert result_of(written, score=700).value == {"Outcome": "approve", "Rate": Decimal("0.05")}


def test_rules_are_ordered_by_the_first_output_and_then_by_the_next() -> None:
    rows: Sequence[Row] = [(["-"], ['"b"', '"y"']), (["-"], ['"a"', '"y"']), (["-"], ['"a"', '"x"'])]
    outputs = [listed("a", "b", name="First"), listed("x", "y", name="Second")]
    result = result_of(table("hitPolicy='OUTPUT ORDER'", ["score"], rows, outputs), score=1)
    assert result.value == [
        {"First": "a", "Second": "x"},
        {"First": "a", "Second": "y"},
        {"First": "b", "Second": "y"},
    ]


def test_an_input_that_the_table_does_not_allow_makes_it_null_and_says_so() -> None:
    column = """<input label="Risk"><inputExpression><text>risk</text></inputExpression>
        <inputValues><text>"low", "high"</text></inputValues></input>"""
    written = table("hitPolicy='FIRST'", [], [(["-"], ["1"])], columns=[column])
    assert result_of(written, risk="low").value == 1
    refused = result_of(written, risk="medium")
    assert refused.value is None
    assert refused.notes == ("D: the value of the input `Risk` is not one that the table allows",)


def test_each_item_of_a_list_is_held_to_the_allowed_values() -> None:
    column = """<input><inputExpression><text>risks</text></inputExpression>
        <inputValues><text>"low", "high"</text></inputValues></input>"""
    written = table("hitPolicy='FIRST'", [], [(["-"], ["1"])], columns=[column])
    assert result_of(written, risks=["low", "high"]).value == 1
    assert result_of(written, risks=["low", "medium"]).value is None


def test_an_output_that_its_column_does_not_list_makes_the_table_null() -> None:
    result = result_of(table("", ["score"], [(["-"], ['"maybe"'])], [listed("yes", "no")]), score=1)
    assert result.value is None
    assert result.notes == ("D: the output of rule 1 is not one that the table allows",)


def test_an_output_of_the_wrong_type_is_null() -> None:
    result = result_of(table("", ["score"], [(["-"], ['"five"'])], ["<output typeRef='number'/>"]), score=1)
    assert (result.value, result.notes) == (None, ("D: a string is not a number",))


def test_a_missing_input_matches_no_test_but_that_of_anything() -> None:
    written = table("hitPolicy='FIRST'", ["score"], [(["< 10"], ["1"]), ([">= 10"], ["2"]), (["-"], ["3"])])
    assert result_of(written, score=None).value == 3


def test_a_cell_may_speak_of_the_input_and_of_others() -> None:
    written = table("hitPolicy='FIRST'", ["amount"], [(["? > 2 * income"], ['"too much"']), (["-"], ['"fine"'])])
    assert result_of(written, amount=30, income=10).value == "too much"
    assert result_of(written, amount=10, income=10).value == "fine"


def test_a_misspelt_cell_is_a_fault_with_its_line_and_never_matches_in_silence() -> None:
    checked = program(
        input_data("score"), decision("D", "\n" + table("", ["score"], [(["< < 10"], ["1"])]), needs="i:score")
    )
    [fault] = checked.check()
    assert (fault.source, fault.line) == ("test.dmn", 2)
    result = checked.evaluate_decision("D", exact({"score": 5}), AS_OF)
    assert result.value is None
    assert result.notes


def test_compound_outputs_cannot_be_aggregated() -> None:
    outputs = ["<output name='a'/>", "<output name='b'/>"]
    written = table("hitPolicy='COLLECT' aggregation='SUM'", ["score"], [(["-"], ["1", "2"])], outputs)
    assert [
        fault.message for fault in program(input_data("score"), decision("D", written, needs="i:score")).check()
    ] == ["SUM cannot be made of several outputs"]


def test_several_outputs_need_names() -> None:
    written = table("", ["score"], [(["-"], ["1", "2"])], ["<output name='a'/>", "<output/>"])
    assert [
        fault.message for fault in program(input_data("score"), decision("D", written, needs="i:score")).check()
    ] == ["several outputs need a name each"]


rules = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from("abc")), min_size=1, max_size=6)
ORACLES: dict[str, Callable[[list[str]], Value]] = {
    "UNIQUE": lambda hits: hits[0] if len(hits) == 1 else None,
    "FIRST": lambda hits: hits[0],
    "ANY": lambda hits: hits[0] if len(set(hits)) == 1 else None,
    "PRIORITY": max,
    "RULE ORDER": list,
    "OUTPUT ORDER": lambda hits: sorted(hits, reverse=True),
    "COLLECT": list,
}


@given(rules, st.integers(0, 9), st.sampled_from(list(ORACLES)))
def test_a_table_of_ranges_agrees_with_a_plain_reading_of_its_policy(
    rows: list[tuple[int, int, str]], score: int, policy: str
) -> None:
    written = table(
        f"hitPolicy='{policy}'",
        ["score"],
        [([f"[{min(low, high)}..{max(low, high)}]"], [f'"{output}"']) for low, high, output in rows],
        [listed("c", "b", "a")],
    )
    hits = [output for low, high, output in rows if min(low, high) <= score <= max(low, high)]
    assert result_of(written, score=score).value == (ORACLES[policy](hits) if hits else None)
