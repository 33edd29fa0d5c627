"""Texts that are made to be slow, deep or huge are refused or computed like any other; none of them runs as code."""

import ast

import pytest

from shared.feel.typed import Constants, TypeFaults, Unknown, generate
from tests.shared.feel.typed.language import APPLICATION, cell, condition, expression, generated, interpreted


def repeated(before: str, middle: str, after: str, times: int) -> str:
    return before * times + middle + after * times


@pytest.mark.parametrize(
    "text",
    [
        " + ".join(["employees"] * 95),
        " * ".join(["employees"] * 95),
        " and ".join(["bankrupt"] * 95),
        repeated("(", "employees", ")", 90),
        repeated("not(", "bankrupt", ")", 90),
        repeated("if bankrupt then 1 else ", "2", "", 90),
        repeated("abs(", "term", ")", 90),
        repeated("(", "bankrupt", " in (true, bankrupt))", 40),
        repeated("list contains([true, bankrupt], ", "bankrupt", ")", 40),
        repeated("(if ", "term", " between 1 and 5 then 1 else 2)", 40),
        repeated("some x in [1] satisfies ", "true", "", 40),
        "employees ** 999999 ** 5",
        "employees * 1e6144",
        "employees ** 1e300",
        "date(1e300, 1, 1)",
        "substring(purpose, 1e300)",
        'matches(purpose, "(a+)+$")',
        "round up(dti, -20)",
    ],
)
def test_a_deep_or_huge_expression_is_computed_or_refused(text: str) -> None:
    try:
        typed = condition(text) if text.startswith("some") else expression(text)
    except TypeFaults:
        return
    slow = interpreted(typed, APPLICATION)
    try:
        assert generated(typed, APPLICATION) == slow
    except Unknown:
        assert slow is None


def test_a_cell_of_many_values_is_one_set() -> None:
    typed = cell("employees", ",".join(str(number) for number in range(500)))
    assert len(ast.unparse(generate(typed, {"employees": "v"}, Constants()))) < 20


@pytest.mark.parametrize("text", ["\"__import__('os')\"", '"\\"); boom("', '"{0.__class__}"'])
def test_text_of_people_becomes_a_constant_and_never_code(text: str) -> None:
    constants = Constants()
    code = generate(expression(f"upper case({text})"), {}, constants)
    assert {type(node) for node in ast.walk(code)} <= {ast.Call, ast.Name, ast.Load, ast.Constant}
    assert all(name.startswith("_c") for name in constants.values)
