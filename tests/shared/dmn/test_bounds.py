import string
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.dmn import DmnError, load, read_model
from tests.shared.dmn.evaluating import AS_OF, decided
from tests.shared.dmn.writing import decision, definitions, input_data, knowledge, literal

WHOLE = definitions(
    "<itemDefinition name='t'><typeRef>string</typeRef><allowedValues><text>-</text></allowedValues></itemDefinition>"
    + input_data("score", "number")
    + knowledge("half", literal("n / 2"), "n:number")
    + decision("share", literal("half(score)"), "number", "i:score, k:half")
    + decision(
        "grade",
        """<decisionTable hitPolicy="FIRST"><input><inputExpression><text>share</text></inputExpression></input>
        <output><outputValues><text>"A", "B"</text></outputValues></output>
        <rule><inputEntry><text>[1..300)</text></inputEntry><outputEntry><text>"B"</text></outputEntry></rule>
        <rule><inputEntry><text>-</text></inputEntry><outputEntry><text>"A"</text></outputEntry></rule>
        </decisionTable>""",
        "string",
        "d:share",
    )
)


def boxed_deep(kind: str, depth: int, inner: str) -> str:
    opening, closing = {
        "list": ("<list>", "</list>"),
        "context": ("<context><contextEntry>", "</contextEntry></context>"),
        "function": ("<functionDefinition>", "</functionDefinition>"),
        "conditional": (
            f"<conditional><if>{literal('true')}</if><else>{literal('1')}</else><then>",
            "</then></conditional>",
        ),
        "for": (f"<for iteratorVariable='x'><in>{literal('[1]')}</in><return>", "</return></for>"),
    }[kind]
    return opening * depth + inner + closing * depth


@pytest.mark.parametrize("kind", ["list", "context", "function", "conditional", "for"])
@pytest.mark.parametrize("inner", ["1", "(" * 90 + "1" + ")" * 90, "-" * 90 + "1", "+".join("1" * 95)])
def test_expressions_as_deep_as_can_be_read_are_evaluated_or_refused_in_words(kind: str, inner: str) -> None:
    for depth in (10, 46, 95, 99):
        try:
            result = decided("D", decision("D", boxed_deep(kind, depth, literal(inner))))
        except DmnError as refusal:
            assert "nested more than 100 deep" in refusal.message
        else:
            assert result.value is not None or result.notes


@pytest.mark.parametrize(
    "body",
    ["deep(n + 1)", "[deep(n + 1)][1]", "{a: deep(n + 1)}.a", "(for i in [n] return deep(i + 1))[1]", "n in deep"],
)
@pytest.mark.parametrize("kind", ["context", "conditional", "for"])
def test_recursion_through_boxed_expressions_is_bounded(kind: str, body: str) -> None:
    deep = knowledge("deep", boxed_deep(kind, 10, literal(body)), "n:number")
    result = decided("D", deep, decision("D", literal("deep(1)"), needs="k:deep"))
    assert result.value is None
    assert "too deeply" in result.notes[-1]


def test_recursion_through_a_decision_table_is_bounded() -> None:
    table = """<decisionTable hitPolicy="PRIORITY">
        <input><inputExpression><text>deep(n)</text></inputExpression></input><output/>
        <rule><inputEntry><text>deep(n)</text></inputEntry><outputEntry><text>deep(n)</text></outputEntry></rule>
        </decisionTable>"""
    result = decided("D", knowledge("deep", table, "n"), decision("D", literal("deep(1)"), needs="k:deep"))
    assert result.value is None
    assert "too deeply" in result.notes[-1]


def test_a_model_that_multiplies_its_work_is_given_up() -> None:
    levels = [decision("d0", literal("[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]"))]
    levels += [
        decision(f"d{i}", literal(f"for a in d{i - 1}, b in d{i - 1} return a + b"), needs=f"d:d{i - 1}")
        for i in range(1, 8)
    ]
    result = decided("d7", *levels)
    assert result.value is None
    assert any("too many steps" in note for note in result.notes)


def test_a_table_of_ten_thousand_rules_is_evaluated() -> None:
    rules = "".join(
        f"<rule><inputEntry><text>{i}</text></inputEntry><outputEntry><text>{i}</text></outputEntry></rule>"
        for i in range(10_000)
    )
    column = "<input><inputExpression><text>x</text></inputExpression></input><output/>"
    table = decision("D", f"<decisionTable>{column}{rules}</decisionTable>", needs="i:x")
    assert decided("D", input_data("x"), table, x=Decimal(9_999)).value == 9_999


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_model_is_refused_or_evaluated_but_never_breaks(data: st.DataObject) -> None:
    damaged = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(damaged) - 1))
        damaged[position : position + data.draw(st.integers(0, 12))] = data.draw(
            st.sampled_from([b"", b"<", b'"', b"#", b"number", b"&#0;", b"\xff"])
            | st.text(string.printable, max_size=5).map(str.encode)
        )
    try:
        program = load([read_model(bytes(damaged), "damaged.dmn")])
        program.check()
        program.evaluate_decision("grade", {"score": Decimal(500)}, AS_OF)
    except DmnError as refusal:
        assert refusal.message


@given(st.binary(max_size=200) | st.text().map(str.encode))
def test_what_is_not_xml_is_refused(content: bytes) -> None:
    with pytest.raises(DmnError):
        read_model(content)
