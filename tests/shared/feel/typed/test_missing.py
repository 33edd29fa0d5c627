"""Missing is not false: what a missing fact makes missing, and what can be settled without it."""

import pytest

from shared.feel.typed import Unknown
from tests.shared.feel.typed.language import APPLICATION, condition, generated, holds, interpreted, value


@pytest.mark.parametrize(
    "text",
    [
        "amount > 7500",
        "amount = revenue",
        "not(amount > 7500)",
        "if amount > 7500 then true else true",
        "bankrupt or amount > 7500",
        "employees = 12 and amount > 7500",
        "amount in (1, 2)",
        "sum(amount, revenue) > 0",
    ],
)
def test_a_missing_fact_makes_missing_what_it_touches(text: str) -> None:
    assert value(text, amount=None) is None


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("bankrupt and amount > 7500", False),
        ("employees = 12 or amount > 7500", True),
        ("amount = null", True),
        ("amount != null", False),
        ("revenue = null or employees = 12", True),
        ("if bankrupt then amount else revenue", 80_000_050),
        ("employees between 20 and (if amount > 1 then 30 else 40)", False),
    ],
)
def test_what_is_settled_without_a_missing_fact_is_not_missing(text: str, result: object) -> None:
    assert value(text, amount=None) == result


def test_a_missing_fact_makes_all_of_an_exotic_condition_missing() -> None:
    exotic = condition("some x in [amount, 1] satisfies x = 1")
    assert interpreted(exotic, APPLICATION) is True
    assert interpreted(exotic, {**APPLICATION, "amount": None}) is None


def test_a_cell_can_ask_for_missing() -> None:
    assert holds("purpose", "null", purpose=None) is True
    assert holds("purpose", "null") is False
    assert holds("purpose", 'null, "car"', purpose=None) is True
    assert holds("purpose", "not(null)", purpose=None) is False


def test_a_cell_that_accepts_anything_needs_nothing() -> None:
    assert holds("purpose", "-", purpose=None) is True


def test_generated_code_does_not_guess_beside_a_division_by_zero() -> None:
    settled = condition("employees > 3 or amount / (term - 36) > 1")
    open_ = condition("employees > 30 or amount / (term - 36) > 1")
    assert generated(settled, APPLICATION) is True
    with pytest.raises(Unknown):
        generated(open_, APPLICATION)
