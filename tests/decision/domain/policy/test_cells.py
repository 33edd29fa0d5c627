"""What cells and expressions say."""

from datetime import date
from decimal import Decimal

import pytest

from services.decision.domain.policy import PolicyError, load_policy
from shared.facts import Fact, FactDictionary, FactType, FactValue
from shared.products import Product
from tests.decision.domain.policy.small import GOOD, PRODUCT, REASONS, changed, evaluated, policy

CELLS: list[tuple[str, str, FactValue, FactValue]] = [
    ("months", "< 12", 11, 12),
    ("months", "<= 12", 12, 13),
    ("months", "> 12", 13, 12),
    ("months", ">= 12", 12, 11),
    ("months", "12", 12, 13),
    ("months", "!= 12", 13, 12),
    ("months", "[12..24]", 24, 25),
    ("months", "[12..24)", 12, 24),
    ("months", "(12..24]", 24, 12),
    ("months", "(12..24)", 13, 24),
    ("months", "]12..24[", 23, 12),
    ("months", "< 6, [12..24], 36", 36, 30),
    ("months", "not(< 6, [12..24])", 30, 18),
    ("region", '"north"', "north", "south"),
    ("region", '"north", "west"', "west", "south"),
    ("region", 'not("north", "west")', "south", "west"),
    ("region", 'not("north")', "south", "north"),
    ("employed", "true", True, False),
    ("employed", "not(true)", False, True),
    ("dti", "> 0.35", Decimal("0.3501"), Decimal("0.3500")),
    ("income", "> 1234.56", 123457, 123456),
    ("income", "< -1", -101, -100),
    ("customer_since", '>= date("2026-06-01")', date(2026, 6, 1), date(2026, 5, 31)),
    ("customer_since", '[@"2026-01-01"..@"2026-01-31"]', date(2026, 1, 31), date(2026, 2, 1)),
    ("customer_since", 'today() - duration("P30D"), date("2020-02-29")', date(2026, 10, 22), date(2026, 10, 21)),
    ("months", "? in (1, 3) or ? > 7", 3, 7),
    ("months", "? / 2 = 6", 12, 13),
    ("months", "modulo(?, 2) = 0", 4, 5),
    ("income", "> 0.5 * requested_amount", 100_001, 100_000),
    ("income", "[requested_amount..2 * requested_amount)", 200_000, 400_000),
    ("region", 'starts with(?, "no")', "north", "south"),
    ("months", "some x in [1, 2, 3] satisfies x * 10 = ?", 30, 40),
    ("dti", "< 1.5 * 0.4", Decimal("0.5999"), Decimal("0.6000")),
]


@pytest.mark.parametrize(("fact", "cell", "inside", "outside"), CELLS)
def test_a_cell_holds_for_the_values_that_it_names_and_for_no_others(
    fact: str, cell: str, inside: FactValue, outside: FactValue
) -> None:
    row = {"when": {fact: cell}, "outcome": "decline", "reason": "INCOME_LOW", "on_missing": "refer"}
    loaded = policy(changed("knock_outs/rows/3", row))
    hit = evaluated(loaded, {**GOOD, fact: inside})
    missed = evaluated(loaded, {**GOOD, fact: outside})
    assert hit.trace["tables"]["knock_outs"][3] == "h"
    assert missed.trace["tables"]["knock_outs"][3] == "n"


def test_a_dash_asks_for_nothing_not_even_that_the_fact_is_known() -> None:
    row = {
        "when": {"months": "-", "dti": "> 0.5"},
        "outcome": "decline",
        "reason": "INCOME_LOW",
        "on_missing": "refer",
    }
    loaded = policy(changed("knock_outs/rows/3", row))
    assert evaluated(loaded, {**GOOD, "months": None}).outcome == "approve"


def test_a_cell_may_use_all_the_digits_that_a_decimal_can_have() -> None:
    fact = Fact("ratio", FactType.DECIMAL, scale=12)
    facts = FactDictionary.of([*PRODUCT.dictionary.facts.values(), fact])
    row = {
        "when": {"ratio": "> 999999999998.999999999998"},
        "outcome": "refer",
        "reason": "DEBT_HIGH",
        "on_missing": "refer",
    }
    product = Product("card", "Card", "USD", facts)
    loaded = load_policy(changed("knock_outs/rows/3", row), product, REASONS)
    below, above = Decimal("999999999998.999999999998"), Decimal("999999999998.999999999999")
    assert evaluated(loaded, {**GOOD, "ratio": below}).trace["tables"]["knock_outs"][3] == "n"
    assert evaluated(loaded, {**GOOD, "ratio": above}).trace["tables"]["knock_outs"][3] == "h"


@pytest.mark.parametrize(
    ("formula", "limit_minor"),
    [
        ("requested_amount", 200_000),
        ("requested_amount + 100", 210_000),
        ("requested_amount - 99.99", 190_001),
        ("-requested_amount + 3000", 100_000),
        ("requested_amount - -1", 200_100),
        ("income / 7", 128_571),
        ("income * 7 / 7", 900_000),
        ("min(requested_amount, income * rate, 1500.55)", 81_000),
        ("min(requested_amount, 1500.55)", 150_055),
        ("max(requested_amount, income)", 900_000),
        ("floor(income / 700) * 700", 840_000),
        ("round half up(income / 7, 0)", 128_600),
        ("if employed then requested_amount else income", 200_000),
        ("if requested_amount > 1000 and dti < 0.3 then requested_amount - 500 else 0", 150_000),
        ("requested_amount * (1 - dti)", 160_000),
        ("sum(requested_amount, income) / 10", 110_000),
        ("abs(requested_amount - income)", 700_000),
        ("(income - requested_amount) * dti", 140_000),
        ("months * 10", 24_000),
        ("requested_amount * rate", 18_000),
    ],
)
def test_a_limit_is_exact_and_rounded_down_to_the_minor_unit(formula: str, limit_minor: int) -> None:
    assert evaluated(policy(changed("terms/approve/limit", formula)), GOOD).approved_minor == limit_minor


@pytest.mark.parametrize(
    "formula", ["requested_amount / (months - 24)", "requested_amount - income", "income * 0.00000001"]
)
def test_a_limit_that_is_no_positive_amount_refers_the_application(formula: str) -> None:
    answer = evaluated(policy(changed("terms/approve/limit", formula)), GOOD)
    assert (answer.outcome, answer.approved_minor, answer.rate) == ("refer", None, None)
    assert answer.reasons == ("POLICY_UNRESOLVED",)


def test_a_limit_beyond_what_money_can_hold_refers_the_application() -> None:
    answer = evaluated(policy(changed("terms/approve/limit", "income * 999999999999999999")), GOOD)
    assert (answer.outcome, answer.approved_minor) == ("refer", None)


def test_a_deep_formula_is_evaluated_or_refused_but_never_exhausts_the_machine() -> None:
    deep = "(" * 60 + "income" + ")" * 60
    assert evaluated(policy(changed("terms/approve/limit", deep)), GOOD).approved_minor == 900_000
    for formula in ("(" * 900 + "income" + ")" * 900, "-(" * 900 + "income" + ")" * 900, "income" + " + 1" * 490):
        try:
            assert evaluated(policy(changed("terms/approve/limit", formula)), GOOD)
        except PolicyError as refused:
            assert refused.faults[0].pointer == "/terms/approve/limit"
