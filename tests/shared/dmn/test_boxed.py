from decimal import Decimal

import pytest

from shared.feel.values import Value
from tests.shared.dmn.evaluating import decided, program, value_of
from tests.shared.dmn.writing import decision, knowledge, literal


def entry(name: str, expression: str, type_ref: str = "") -> str:
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    return f'<contextEntry><variable name="{name}"{typed}/>{expression}</contextEntry>'


def result(expression: str) -> str:
    return f"<contextEntry>{expression}</contextEntry>"


def context(*entries: str) -> str:
    return f"<context>{''.join(entries)}</context>"


def conditional(condition: str) -> str:
    return (
        f"<conditional><if>{literal(condition)}</if>"
        f"<then>{literal('1')}</then><else>{literal('2')}</else></conditional>"
    )


def test_entries_of_a_context_see_those_before_them() -> None:
    written = context(entry("rate", literal("0.05")), entry("yearly fee", literal("rate * 200")))
    assert value_of(written) == {"rate": Decimal("0.05"), "yearly fee": Decimal("10.00")}


def test_the_entry_without_a_name_is_the_value_of_the_context() -> None:
    assert value_of(context(entry("a-b", literal("4")), result(literal("a-b * 2")))) == 8


def test_an_entry_is_held_to_its_type() -> None:
    assert value_of(context(entry("a", literal('"x"'), "number"), entry("b", literal("a = null")))) == {
        "a": None,
        "b": True,
    }


def test_a_function_of_a_context_knows_itself() -> None:
    factorial = f"""<functionDefinition><formalParameter name="n" typeRef="number"/>
        {literal("if n <= 1 then 1 else n * factorial(n - 1)")}</functionDefinition>"""
    assert value_of(context(entry("factorial", factorial), result(literal("factorial(5)")))) == 120


def test_a_function_keeps_the_scope_it_was_made_in() -> None:
    multiply = f"""<functionDefinition><formalParameter name="x"/>{literal("x * rate")}</functionDefinition>"""
    assert value_of(context(entry("multiply", multiply), result(literal("multiply(3)"))), rate=Decimal(7)) == 21


@pytest.mark.parametrize(("condition", "expected"), [("true", 1), ("false", 2), ("null", None), ('"true"', None)])
def test_a_boxed_condition_must_be_a_boolean(condition: str, expected: Value) -> None:
    assert value_of(conditional(condition)) == expected


@pytest.mark.parametrize(
    ("collection", "match", "expected"),
    [
        ("[1, 2, 3]", "item > 1", [2, 3]),
        ("[1, 2, 3]", "item > 9", []),
        ("[{a: 1}, {a: 2}]", "a = 2", [{"a": Decimal(2)}]),
        ("[1..4]", "even(item)", [2, 4]),
        ("[1, 2]", '"yes"', None),
        ("[1, null]", "item > 0", None),
        ("1", "true", None),
        ("null", "true", None),
    ],
)
def test_a_boxed_filter_keeps_what_matches(collection: str, match: str, expected: Value) -> None:
    assert value_of(f"<filter><in>{literal(collection)}</in><match>{literal(match)}</match></filter>") == expected


@pytest.mark.parametrize(
    ("collection", "returned", "expected"),
    [
        ("[1, 2, 3]", "x * 2", [2, 4, 6]),
        ("[]", "x", []),
        ("[1, 2, 3, 4]", "if x < 3 then 1 else partial[-1] + partial[-2]", [1, 1, 2, 3]),
        ("[3..5]", "x", [3, 4, 5]),
        ('"abc"', "x", None),
        ("null", "x", None),
    ],
)
def test_a_boxed_for_makes_a_result_for_each_item(collection: str, returned: str, expected: Value) -> None:
    written = f'<for iteratorVariable="x"><in>{literal(collection)}</in><return>{literal(returned)}</return></for>'
    assert value_of(written) == expected


@pytest.mark.parametrize(
    ("kind", "collection", "condition", "expected"),
    [
        ("some", "[1, 2, 3]", "x > 2", True),
        ("some", "[1, 2, 3]", "x > 3", False),
        ("some", "[]", "true", False),
        ("some", "[1, 2]", 'if x = 1 then true else "no boolean"', None),
        ("every", "[1, 2, 3]", "x > 0", True),
        ("every", "[1, 2, 3]", "x > 1", False),
        ("every", "[]", "false", True),
        ("every", "[1, null]", "x > 0", None),
        ("every", "7", "true", None),
    ],
)
def test_a_boxed_quantifier_looks_at_every_item(kind: str, collection: str, condition: str, expected: Value) -> None:
    written = (
        f'<{kind} iteratorVariable="x"><in>{literal(collection)}</in>'
        f"<satisfies>{literal(condition)}</satisfies></{kind}>"
    )
    assert value_of(written) is expected


def test_a_relation_is_a_list_of_contexts() -> None:
    rows = "".join(f"<row>{literal(name)}{literal(rate)}</row>" for name, rate in (('"A"', "1"), ('"B"', "2")))
    assert value_of(f"<relation><column name='name'/><column name='rate'/>{rows}</relation>") == [
        {"name": "A", "rate": Decimal(1)},
        {"name": "B", "rate": Decimal(2)},
    ]


def test_a_list_is_held_to_its_type() -> None:
    written = f"<list>{literal('1')}{literal('2')}</list>"
    numbers = "<itemDefinition name='tNumbers' isCollection='true'><typeRef>number</typeRef></itemDefinition>"
    texts = "<itemDefinition name='tTexts' isCollection='true'><typeRef>string</typeRef></itemDefinition>"
    assert value_of(written, numbers, type_ref="tNumbers") == [1, 2]
    assert value_of(written, texts, type_ref="tTexts") is None


def invocation(*bindings: tuple[str, str]) -> str:
    bound = "".join(f"<binding><parameter name='{name}'/>{literal(text)}</binding>" for name, text in bindings)
    return f"<invocation>{literal('Fee')}{bound}</invocation>"


FEE = knowledge("Fee", literal("amount * rate"), "amount:number, rate:number")


@pytest.mark.parametrize(
    ("bindings", "expected"),
    [
        ((("rate", "0.5"), ("amount", "100")), 50),
        ((("rate", "0.5"), ("amount", '"100"')), None),
        ((("rate", "0.5"), ("sum", "100")), None),
    ],
)
def test_an_invocation_binds_by_name_and_checks_types(bindings: tuple[tuple[str, str], ...], expected: Value) -> None:
    assert decided("D", FEE, decision("D", invocation(*bindings), needs="k:Fee")).value == expected


def test_an_external_function_is_found_by_its_description() -> None:
    described = context(
        entry("class", literal('"java.lang.Math"')), entry("method signature", literal('"max(double, double)"'))
    )
    largest = f"""<functionDefinition kind="Java"><formalParameter name="a"/><formalParameter name="b"/>
        {described}</functionDefinition>"""
    assert value_of(context(entry("largest", largest), result(literal("largest(3, 8)")))) == 8


def test_an_external_function_that_is_not_there_is_a_note() -> None:
    described = context(
        entry("class", literal('"java.lang.Runtime"')), entry("method signature", literal('"exec(java.lang.String)"'))
    )
    execute = f"""<functionDefinition kind="Java"><formalParameter name="a"/>{described}</functionDefinition>"""
    answer = decided("D", decision("D", context(entry("execute", execute), result(literal('execute("ls")')))))
    assert answer.value is None
    assert "is not available" in answer.notes[0]


def test_another_language_than_feel_is_a_fault_and_null() -> None:
    checked = program(
        decision("D", "<literalExpression expressionLanguage='groovy'><text>1</text></literalExpression>")
    )
    assert [fault.message for fault in checked.check()] == ["expressions of `groovy` are not evaluated"]
