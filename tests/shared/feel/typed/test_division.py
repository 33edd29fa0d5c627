"""A quotient has twelve decimal places, or those of the type that it is brought to: rounded once, never twice."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.feel.syntax import parse_expression
from shared.feel.typed import Typed, check_expression
from shared.feel.values import NUMBERS
from shared.money import MAX_MINOR
from tests.shared.feel.typed.language import APPLICATION, NAMES, expression, generated, interpreted, value

WHOLE = st.integers(-MAX_MINOR, MAX_MINOR)
SHARES = st.decimals(-(10**12), 10**12, places=4)


def nearest(exact: Fraction, places: int, rounding: str) -> Decimal:
    """The exact quotient, rounded by fractions."""
    size, rest = divmod(abs(exact) * 10**places, 1)
    up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and (rounding == ROUND_HALF_UP or size % 2 == 1))
    whole = int(size) + up
    return NUMBERS.scaleb(Decimal(whole if exact >= 0 else -whole), -places)


def computed(typed: Typed, facts: dict[str, Any]) -> Any:
    """The value, which generated code and closures agree on."""
    found = interpreted(typed, facts)
    assert generated(typed, facts) == found
    return found


@given(WHOLE, SHARES)
def test_a_quotient_in_a_formula_is_rounded_half_even_to_twelve_places(term: int, coverage: Decimal) -> None:
    assume(coverage)
    found = computed(expression("term / coverage + 0"), {"term": term, "coverage": coverage})
    assert found == nearest(Fraction(term) / Fraction(coverage), 12, ROUND_HALF_EVEN)


@given(WHOLE, WHOLE)
def test_a_quotient_that_is_a_whole_value_is_rounded_once_to_its_declared_scale(revenue: int, term: int) -> None:
    assume(term)
    exact = Fraction(revenue, term)
    assume(abs(exact) < MAX_MINOR)
    found = computed(expression("revenue / term", "revenue"), {"revenue": revenue, "term": term})
    assert found == nearest(exact, 0, ROUND_HALF_UP)


@pytest.mark.parametrize("text", ["term / 1000", "0 - 1 / coverage / 1000", "-coverage * 0"])
def test_what_comes_to_nothing_has_no_sign(text: str) -> None:
    found = computed(expression(text, "dti"), {"term": -1, "coverage": Decimal("0.5000")})
    assert str(found) == "0.00"


@given(WHOLE, SHARES)
def test_a_rate_is_rounded_once_to_its_own_places(term: int, coverage: Decimal) -> None:
    assume(coverage)
    exact = Fraction(term) / Fraction(coverage)
    assume(abs(exact) < 10**12)
    found = computed(expression("term / coverage", "dti"), {"term": term, "coverage": coverage})
    assert found == nearest(exact, 2, ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("text", "expected", "result"),
    [
        ("2 * (employees / 7)", None, Decimal("3.428571428572")),
        ("amount / 7", None, Decimal("214285.714285714286")),
        ("mean(employees, term, 1)", None, Decimal("16.333333333333")),
        ("mean(employees, term, 1)", "dti", Decimal("16.33")),
        ("mean(amount, revenue)", "amount", 40_750_025),
        ("1.05 ** employees", None, Decimal("1.795856326022")),
        ("employees / 1e-25", None, Decimal("1.2e26")),
        ("0 / employees", None, Decimal(0)),
    ],
)
def test_what_has_no_end_is_rounded_where_it_is_computed(text: str, expected: str | None, result: Any) -> None:
    typed = expression(text, expected)
    assert computed(typed, dict(APPLICATION)) == result


def test_a_quotient_is_not_rounded_before_it_is_brought_to_its_type() -> None:
    # 0.0049999999999998...: at twelve places it would be 0.005, and that is 0.01.
    facts = {"term": 44_999_999_999_999, "employees": 9_000_000_000_000_000}
    assert computed(expression("term / employees", "dti"), facts) == Decimal("0.00")
    assert computed(expression("0 + term / employees", "dti"), facts) == Decimal("0.01")


def test_a_limit_is_rounded_down_from_the_exact_quotient() -> None:
    typed = check_expression(parse_expression("revenue / term"), NAMES, NAMES["amount"], "ROUND_FLOOR")
    assert computed(typed, {"revenue": MAX_MINOR, "term": 2}) == MAX_MINOR // 2


def test_nothing_is_divided_by_nothing() -> None:
    assert value("(term - 36) / (term - 36)") is None
    assert value("employees / (term - 36)", "dti") is None
