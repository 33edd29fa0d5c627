"""The closures, the generated code and the general engine agree on every expression and every application."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared.feel.evaluate import Run, compile_expression, compile_unary_tests
from shared.feel.syntax import parse_expression, parse_unary_tests
from shared.feel.typed import Typed, TypeFaults, Unknown, names_in
from shared.feel.typed.conversion import from_feel, moment, to_feel
from tests.shared.feel.typed.language import (
    AS_OF,
    NAMES,
    cell,
    cells,
    clock,
    condition,
    conditions,
    expression,
    facts,
    generated,
    interpreted,
    values_of,
)

KINDS = ("number", "money", "date", "days", "months", "text", "condition")
FAULTS_OF_LITERALS = {"no_value", "too_precise", "unknown_value"}

texts = st.sampled_from(KINDS).flatmap(lambda kind: st.tuples(st.just(kind), values_of(kind)))


def well_typed(kind: str, text: str) -> Typed:
    """The typed expression. What no value could ever be is refused, and that is fine; nothing else is."""
    try:
        return condition(text) if kind == "condition" else expression(text)
    except TypeFaults as faults:
        assert {fault.code for fault in faults.faults} <= FAULTS_OF_LITERALS or "cannot be told" in str(faults), text
        assume(False)
        raise


@given(texts, facts(missing=True))
@settings(max_examples=400, deadline=None)
def test_generated_code_and_closures_give_the_same_value(
    kind_and_text: tuple[str, str], application: dict[str, Any]
) -> None:
    typed = well_typed(*kind_and_text)
    slow = interpreted(typed, application)
    if all((clock() | application).get(name) is not None for name in names_in(typed)):
        try:
            fast = generated(typed, application)
        except Unknown:
            return
        assert fast == slow
        assert type(fast) is type(slow)


@given(texts, facts(missing=False))
@settings(max_examples=400, deadline=None)
def test_what_is_computed_from_known_facts_is_what_feel_computes(
    kind_and_text: tuple[str, str], application: dict[str, Any]
) -> None:
    # A policy rounds these to a stated scale, where FEEL has 34 digits.
    assume(not any(rounded in kind_and_text[1] for rounded in ("/", "**", "mean")))
    typed = well_typed(*kind_and_text)
    try:
        fast = generated(typed, application)
    except Unknown:
        return
    assert fast == from_feel(plain_feel(kind_and_text[1], application), typed.type)


@given(cells(), facts(missing=False))
@settings(max_examples=400, deadline=None)
def test_a_cell_says_of_known_facts_what_feel_says(
    column_and_text: tuple[str, str], application: dict[str, Any]
) -> None:
    column, text = column_and_text
    typed = cell(column, text)
    scope = plain_scope(application)
    said = compile_unary_tests(parse_unary_tests(text)).evaluate(scope | {"?": scope[column]}, Run(moment(AS_OF)))
    assert interpreted(typed, application) is generated(typed, application) is said


@given(conditions(), facts(missing=True))
@settings(max_examples=200, deadline=None)
def test_more_knowledge_never_changes_what_is_settled(text: str, application: dict[str, Any]) -> None:
    assume("null" not in text)
    typed = well_typed("condition", text)
    settled = interpreted(typed, application)
    assume(settled is not None)
    known: Mapping[str, Any] = {
        "amount": 1, "revenue": 5, "employees": 3, "term": 2, "dti": Decimal("0.10"), "coverage": Decimal("1.0000"),
        "purpose": "car", "grade": "A", "bankrupt": True, "founded": AS_OF.date(), "signed": AS_OF.date(),
    }  # fmt: skip
    more = {name: known[name] if value is None else value for name, value in application.items()}
    assert interpreted(typed, more) in (settled, None)


def plain_feel(text: str, application: Mapping[str, Any]) -> Any:
    return compile_expression(parse_expression(text)).evaluate(plain_scope(application), Run(moment(AS_OF)))


def plain_scope(application: Mapping[str, Any]) -> dict[str, Any]:
    return {name: to_feel(value, NAMES[name]) for name, value in application.items()}
