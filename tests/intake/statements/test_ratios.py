"""Ratios are exact, and what can't be computed says why."""

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.statements.analysis import analyse, facts_of, ratios_of, usable_years
from services.intake.domain.statements.formula import Scene, UndefinedError, Year, parse
from services.intake.domain.statements.ratios import QUANTITIES, RATIOS, Better, Undefined, Zone, rounded, zone
from services.intake.domain.statements.taxonomy import LINES
from services.intake.domain.statements.trends import Course, compound_growth, trend
from shared.facts import Fact, FactType
from tests.intake.statements.given import figures, sme_lines, sme_ratios, sme_statements, statement

AMOUNT = st.integers(1, 10**13)


def test_the_ratios_of_the_example_are_those_worked_out_by_hand() -> None:
    now, before = sme_lines(2024), sme_lines(2023)
    cents = {code: Fraction(amount) for code, amount in now.items()}
    prior = {code: Fraction(amount) for code, amount in before.items()}
    debt = Fraction(2150 + 420 + 347 + 0 + 410)
    by_hand = {
        "current_ratio": Fraction(9195, 6135),
        "quick_ratio": Fraction(9195 - 3640 - 130, 6135),
        "cash_ratio": Fraction(890 + 150, 6135),
        "debt_to_equity": debt / 8098,
        "liabilities_to_assets": Fraction(7012, 15110),
        "net_debt_to_ebitda": (debt - 1040) / (2905 + 790),
        "interest_coverage": Fraction(2905, 450),
        "debt_service_coverage": Fraction(2905 + 790, 450 + 450),
        "fixed_charge_coverage": Fraction(2905 + 165, 450 + 165),
        "days_sales_outstanding": Fraction((4020 + 210) * 365, 21980),
        "days_inventory_outstanding": Fraction(3640 * 365, 15330),
        "days_payables_outstanding": Fraction((2490 + 260) * 365, 15330),
        "asset_turnover": cents["revenue"] / ((cents["assets"] + prior["assets"]) / 2),
        "return_on_assets": cents["net_income"] / ((cents["assets"] + prior["assets"]) / 2),
        "return_on_equity": cents["net_income"] / ((cents["equity"] + prior["equity"]) / 2),
        "gross_margin": Fraction(6650, 21980),
        "operating_margin": Fraction(2905, 21980),
        "net_margin": Fraction(1873, 21980),
        "revenue_growth": Fraction(21980, 20650) - 1,
    }
    found = sme_ratios()
    assert {code: found[code] for code in by_hand} == {code: rounded(value) for code, value in by_hand.items()}


def test_altmans_scores_of_the_example_are_those_of_his_papers() -> None:
    x1, x2, x3, x4 = Fraction(3060, 15110), Fraction(6198, 15110), Fraction(2905, 15110), Fraction(8098, 7012)
    x5 = Fraction(21980, 15110)
    double = (656 * x1 + 326 * x2 + 672 * x3 + 105 * x4) / 100
    single = (717 * x1 + 847 * x2 + 3107 * x3 + 420 * x4 + 998 * x5) / 1000
    found = sme_ratios()
    assert (found["altman_z2"], found["altman_z1"]) == (rounded(double), rounded(single))
    assert zone("altman_z2", found["altman_z2"]) is Zone.SAFE


@pytest.mark.parametrize(
    ("score", "lies"),
    [("1.099999", Zone.DISTRESS), ("1.1", Zone.GREY), ("2.6", Zone.GREY), ("2.600001", Zone.SAFE)],
)
def test_the_zones_of_altmans_score_begin_where_he_says(score: str, lies: Zone) -> None:
    assert zone("altman_z2", Decimal(score)) is lies


def test_a_ratio_over_nothing_is_undefined_and_never_zero() -> None:
    lines = {**sme_lines(2024), "interest_expense": 0}
    found = ratios_of(statement(figures(lines)), [])
    assert found["interest_coverage"] == Undefined("denominator_is_zero")


def test_debt_to_negative_equity_is_undefined_and_not_a_small_number() -> None:
    lines = {
        "current_liabilities": 100,
        "short_term_borrowings": 100,
        "non_current_liabilities": 1,
        "long_term_borrowings": 1,
        "assets": 50,
        "equity": -51,
    }
    assert ratios_of(statement(figures(lines)), [])["debt_to_equity"] == Undefined("denominator_is_negative")


def test_every_missing_input_is_named() -> None:
    found = ratios_of(statement(figures({"assets": 5})), [])
    assert found["current_ratio"] == Undefined("missing_input", ("current_assets", "current_liabilities"))


def test_without_the_year_before_there_is_no_growth_and_no_average() -> None:
    found = ratios_of(sme_statements()[0], [])
    assert {found["revenue_growth"], found["return_on_assets"]} == {Undefined("no_statement_of_period_before")}


def test_a_year_in_another_currency_is_not_the_year_before() -> None:
    newest, before, _ = sme_statements()
    dollars = statement(figures(before.figures.lines, 2023, currency="USD"))
    assert ratios_of(newest, [dollars])["revenue_growth"] == Undefined("no_statement_of_period_before")


@given(AMOUNT, AMOUNT, AMOUNT)
def test_ratios_agree_with_rational_arithmetic_for_any_amounts(assets: int, liabilities: int, revenue: int) -> None:
    lines = {"assets": assets, "current_liabilities": liabilities, "current_assets": assets, "revenue": revenue}
    found = ratios_of(statement(figures({**lines, "net_income": -revenue, "gross_profit": liabilities})), [])
    for code, exact in {
        "current_ratio": Fraction(assets, liabilities),
        "net_margin": Fraction(-1),
        "gross_margin": Fraction(liabilities, revenue),
    }.items():
        value = found[code]
        if abs(exact) >= 10**12:
            assert value == Undefined("out_of_range")
            continue
        assert isinstance(value, Decimal)
        assert abs(Fraction(value) - exact) <= Fraction(1, 2 * 10**6)


@given(st.fractions(-(10**6), 10**6))
def test_the_one_rounding_is_half_even_to_six_places(value: Fraction) -> None:
    exact = Decimal(value.numerator * 10**20 // value.denominator).scaleb(-20)
    if exact != exact.quantize(Decimal("0.0000005")):
        assert rounded(value) == exact.quantize(Decimal("0.000001"), ROUND_HALF_EVEN)


def test_every_formula_names_lines_that_there_are() -> None:
    for definition in RATIOS.values():
        assert definition.formula.names <= LINES.keys() | QUANTITIES.keys() | RATIOS.keys()


@pytest.mark.parametrize("text", ["", "1 +", "(a", "a b", "f(a)", "a ** b", "1.2.3", "a; b", "__import__"])
def test_what_is_no_formula_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="formula"):
        parse(text)


def test_decimal_numbers_of_formulas_are_exact() -> None:
    assert parse("0.1 + 0.2").value(Scene([], {})) == Fraction(3, 10)


def test_a_flow_of_half_a_year_is_stretched_to_one_where_it_is_held_against_a_balance() -> None:
    half = Year({"revenue": 50, "assets": 100}, 6, 100)
    assert parse("yearly(revenue) / assets").value(Scene([half], {})) == 1


def test_the_logarithm_of_nothing_is_undefined() -> None:
    with pytest.raises(UndefinedError):
        parse("log10(assets)").value(Scene([Year({"assets": 0}, 12, 100)], {}))


def test_facts_fit_what_products_declare() -> None:
    newest, *earlier = sme_statements()
    facts = facts_of(newest, earlier)
    assert facts["statement_date"] == "2024-12-31"
    assert facts["revenue"] == {"amount_minor": 2_198_000_000, "currency": "EUR"}
    assert facts["altman_z2_zone"] == "safe"
    for code in RATIOS:
        Fact(code, FactType.DECIMAL, scale=6).parse(facts[code])


def test_a_statement_that_does_not_balance_gives_no_facts_until_it_is_accepted() -> None:
    assert facts_of(statement(figures({**sme_lines(2024), "assets": 1})), []) == {}


def test_the_consolidated_statement_speaks_for_its_year() -> None:
    alone, group = figures(sme_lines(2024)), figures(sme_lines(2024), is_consolidated=True)
    (speaks,) = usable_years([statement(group), statement(alone)])
    assert speaks.figures.is_consolidated


def test_trends_say_where_a_ratio_is_heading() -> None:
    up = [Decimal(1), Decimal(2), Decimal(2)]
    found = trend(up, Better.HIGHER)
    assert found is not None
    assert (found.change, found.course) == (Decimal(0), Course.IMPROVING)
    assert [entry.course for better in Better if (entry := trend(up, better))] == [
        Course.IMPROVING,
        Course.WORSENING,
        Course.UP,
    ]
    assert trend([Decimal(1)], Better.HIGHER) is None


def test_compound_growth_takes_the_root() -> None:
    assert compound_growth(100, 121, 2) == Decimal("0.100000")
    assert compound_growth(100, 110, 1) == Decimal("0.100000")
    assert compound_growth(0, 110, 1) is None
    assert compound_growth(-5, 110, 1) is None


def test_an_analysis_covers_three_years_oldest_first() -> None:
    found = analyse(sme_statements(), None)
    assert [entry.statement.figures.period.end.year for entry in found.periods] == [2022, 2023, 2024]
    assert found.growth["revenue"] == compound_growth(18_400, 21_980, 2)
    assert found.trends["gross_margin"].course is Course.WORSENING
