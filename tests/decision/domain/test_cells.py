"""What a cell or a formula says, and what is told about one that says nothing."""

from decimal import Decimal

import pytest

from services.decision.domain.policy import PolicyError, load_policy
from services.decision.domain.policy.sfeel import SfeelError, parse_formula, parse_test
from shared.facts import Fact, FactDictionary, FactType, FactValue
from shared.products import Product
from tests.decision.domain.small import DOCUMENT, GOOD, PRODUCT, REASONS, changed, policy

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
]


@pytest.mark.parametrize(("fact", "cell", "inside", "outside"), CELLS)
def test_a_cell_holds_for_the_values_that_it_names_and_for_no_others(
    fact: str, cell: str, inside: FactValue, outside: FactValue
) -> None:
    row = {"when": {fact: cell}, "outcome": "decline", "reason": "INCOME_LOW", "on_missing": "refer"}
    loaded = policy(changed("knock_outs/rows/3", row))
    hit = loaded.evaluate({**GOOD, fact: inside})
    missed = loaded.evaluate({**GOOD, fact: outside})
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
    unknown = {name: value for name, value in GOOD.items() if name != "months"}
    assert loaded.evaluate(unknown).outcome == "approve"


def test_a_cell_may_use_all_the_digits_that_a_decimal_can_have() -> None:
    fact = Fact("ratio", FactType.DECIMAL, scale=12)
    facts = FactDictionary.of([*PRODUCT.dictionary.facts.values(), fact])
    row = {
        "when": {"ratio": "> 999999999999999998.999999999998"},
        "outcome": "refer",
        "reason": "DEBT_HIGH",
        "on_missing": "refer",
    }
    product = Product("card", "Card", "USD", facts)
    loaded = load_policy(changed("knock_outs/rows/3", row), product, REASONS)
    below, above = Decimal("999999999999999998.999999999998"), Decimal("999999999999999998.999999999999")
    assert loaded.evaluate({**GOOD, "ratio": below}).trace["tables"]["knock_outs"][3] == "n"
    assert loaded.evaluate({**GOOD, "ratio": above}).trace["tables"]["knock_outs"][3] == "h"


def test_text_in_a_cell_may_hold_quotes_and_backslashes() -> None:
    assert parse_test(r'"a \"b\" \\c"') == parse_test(r'"a \"b\" \\c"')
    assert 'a "b" \\c' in repr(parse_test(r'"a \"b\" \\c"')).replace("\\\\", "\\")


@pytest.mark.parametrize(
    ("cell", "complaint"),
    [
        ("> > 0.6", "`> > 0.6` does not parse: unexpected `>` at character 3"),
        ("", "`` does not parse: it ends too early"),
        ("600..", "`600..` does not parse: unexpected `.` at character 4"),
        ("north", "`north` does not parse: unexpected `n` at character 1"),
        ("<", "`<` does not parse: it ends too early"),
        ("007", "`007` does not parse: unexpected `0` at character 2"),
        ("1e5", "`1e5` does not parse: unexpected `e` at character 2"),
        ("not(-)", "`not(-)` does not parse: unexpected `)` at character 6"),
        ('date("2026-02-31")', '`date("2026-02-31")` names a day that is not in the calendar'),
        ("1" * 2_001, "is longer than 2000 characters"),
    ],
)
def test_a_cell_that_does_not_parse_says_where(cell: str, complaint: str) -> None:
    with pytest.raises(SfeelError) as refused:
        parse_test(cell)
    assert str(refused.value) == complaint


@pytest.mark.parametrize(
    ("formula", "complaint"),
    [
        ("income +", "`income +` does not parse: it ends too early"),
        ("income months", "`income months` does not parse: unexpected `m` at character 8"),
        ("average(income)", "unknown function `average`; there are min, max, floor"),
        ("floor(income, 2)", "`floor` takes one argument"),
        ("(" * 400, "is longer than 300 characters"),
    ],
)
def test_a_formula_that_does_not_parse_says_where(formula: str, complaint: str) -> None:
    with pytest.raises(SfeelError) as refused:
        parse_formula(formula)
    assert str(refused.value) == complaint


@pytest.mark.parametrize(
    ("formula", "limit_minor"),
    [
        ("requested_amount", 200_000),
        ("requested_amount + 100", 210_000),
        ("requested_amount - 99.99", 190_001),
        ("-requested_amount + 3000", 100_000),
        ("requested_amount - -1", 200_100),
        ("income / 7", 128_571),
        ("income / 7 * 7", 900_000),
        ("min(requested_amount, income * share, 1500.55)", 150_055),
        ("max(requested_amount, income)", 900_000),
        ("floor(income / 7) * 7", 899_500),
        ("(income - requested_amount) * dti", 140_000),
        ("months * 10", 24_000),
        ("requested_amount * rate", 18_000),
    ],
)
def test_a_limit_is_exact_and_rounded_down_to_the_minor_unit(formula: str, limit_minor: int) -> None:
    assert policy(changed("terms/approve/limit", formula)).evaluate(GOOD).approved_minor == limit_minor


@pytest.mark.parametrize(
    "formula", ["requested_amount / (months - 24)", "requested_amount - income", "income * 0.00000001"]
)
def test_a_limit_that_is_no_positive_amount_refers_the_application(formula: str) -> None:
    answer = policy(changed("terms/approve/limit", formula)).evaluate(GOOD)
    assert (answer.outcome, answer.approved_minor, answer.rate) == ("refer", None, None)
    assert answer.reasons == ("POLICY_UNRESOLVED",)


def test_a_limit_beyond_what_money_can_hold_refers_the_application() -> None:
    answer = policy(changed("terms/approve/limit", "income * 999999999999999999")).evaluate(GOOD)
    assert (answer.outcome, answer.approved_minor) == ("refer", None)


def test_the_deepest_formula_that_fits_is_evaluated() -> None:
    deep = "(" * 140 + "income" + ")" * 140
    nested = "-(" * 90 + "income" + ")" * 90
    assert policy(changed("terms/approve/limit", deep)).evaluate(GOOD).approved_minor == 900_000
    assert policy(changed("terms/approve/limit", nested)).evaluate(GOOD).approved_minor == 900_000


def test_a_cell_without_quotes_around_it_is_refused_rather_than_guessed() -> None:
    with pytest.raises(PolicyError) as refused:
        policy(changed("knock_outs/rows/0/when", {"months": 12}))
    assert refused.value.faults[0].detail == "table knock_outs, row 1, column 1: a cell is text; put `12` in quotes"


def test_a_policy_that_is_sound_loads() -> None:
    loaded = policy()
    assert (loaded.name, loaded.version, loaded.product) == ("card-standard", 3, "card")
    assert loaded.document == DOCUMENT
