"""A statement that does not add up is found out, to the cent, with the difference named."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.statements.checks import complete, differences, filled, ties
from services.intake.domain.statements.statement import Difference, Period, flags_of, misfits
from services.intake.domain.statements.taxonomy import RULES
from tests.intake.statements.given import NOW, THOUSAND, figures, sme_lines, sme_statements, statement

CHECKED = sorted({code for rule in RULES for code in (rule.total, *(term.code for term in rule.terms))})


@pytest.mark.parametrize("year", [2022, 2023, 2024])
def test_the_example_adds_up(year: int) -> None:
    assert differences(figures(sme_lines(year))) == ()


@given(st.sampled_from(CHECKED), st.integers(-5, 5).filter(bool))
def test_an_error_of_a_cent_in_any_line_that_takes_part_in_a_sum_is_found(code: str, cents: int) -> None:
    lines = sme_lines(2024)
    lines[code] = lines.get(code, 0) + cents
    assert differences(figures(lines))


def test_a_difference_names_the_rule_and_both_sides() -> None:
    lines = {"assets": 10_000, "liabilities": 6_000, "equity": 3_999}
    assert differences(figures(lines)) == (Difference("balance", "assets", 10_000, 9_999),)
    assert differences(figures(lines))[0].amount_minor == 1


def test_rounded_amounts_may_be_off_by_half_a_step_each_and_no_more() -> None:
    lines = {"current_assets": 3 * THOUSAND, "cash": 2 * THOUSAND, "inventories": 2 * THOUSAND}
    assert not differences(figures(lines, step_minor=THOUSAND))
    assert differences(figures({**lines, "cash": 3 * THOUSAND}, step_minor=THOUSAND))


def test_subtotals_that_are_not_stated_follow_from_their_parts() -> None:
    steps = {"revenue": 1_000, "cost_of_sales": 600, "selling_expenses": 100}
    known = complete(figures({**steps, "net_income": 300}))
    assert (known["gross_profit"], known["operating_profit"], known["profit_before_tax"]) == (400, 300, 300)
    assert not {"operating_profit", "net_income"} & complete(figures(steps)).keys()


def test_liabilities_that_are_not_stated_are_what_the_balance_sheet_leaves() -> None:
    known = complete(figures({"assets": 1_000, "liabilities_and_equity": 1_000, "equity": 300}))
    assert known["liabilities"] == 700


def test_a_line_that_is_merely_absent_is_missing_and_not_zero() -> None:
    known = complete(figures({"current_assets": 1_000, "cash": 400}))
    assert "inventories" not in known


def test_a_heading_is_not_taken_for_the_few_parts_that_are_stated_unless_the_balance_sheet_vouches_for_it() -> None:
    few = {"cash": 100, "current_liabilities": 50}
    assert "current_assets" not in complete(figures(few))
    assert "current_assets" not in complete(figures({**few, "assets": 1_000}))
    assert "equity" not in complete(figures({"retained_earnings": 10, "liabilities": 50}))
    parts = {"cash": 100, "goodwill": 20, "trade_payables": 70, "provisions": 10, "share_capital": 40}
    known = complete(figures(parts))
    assert (known["current_assets"], known["assets"], known["equity"], known["inventories"]) == (100, 120, 40, 0)


def test_a_line_is_zero_where_the_stated_parts_make_up_their_heading() -> None:
    known = complete(figures({"current_assets": 1_000, "cash": 400, "trade_receivables": 600}))
    assert known["inventories"] == 0


def test_what_a_statement_implies_never_contradicts_one_that_adds_up() -> None:
    for found in sme_statements():
        known = complete(found.figures)
        assert known.items() >= found.figures.lines.items()
        assert differences(replace(found.figures, lines=known)) == ()


@given(st.sets(st.sampled_from(sorted(sme_lines(2024))), max_size=12))
def test_lines_left_out_are_implied_as_they_were_or_not_at_all(left_out: set[str]) -> None:
    whole = sme_lines(2024)
    lines = {code: amount for code, amount in whole.items() if code not in left_out}
    if differences(figures(lines)):
        return
    known = complete(figures(lines))
    balance = {rule.total for rule in RULES if rule.name in ("balance", "liabilities_and_equity", "assets")}
    assert all(known[code] == whole[code] for code in left_out & balance if code in known)


def test_a_year_that_does_not_start_where_the_last_one_ended_is_told() -> None:
    now, before = figures(sme_lines(2024)), figures(sme_lines(2023), 2023)
    assert ties(now, before) == ()
    shifted = figures({**sme_lines(2024), "opening_cash": 1, "dividends_declared": 0})
    assert {entry.rule for entry in ties(shifted, before)} == {"opening_cash", "retained_earnings"}


def test_cash_that_the_cash_flow_statement_leaves_out_is_told_and_not_held_against_the_statement() -> None:
    lines = {"cash": 500, "opening_cash": 100, "net_change_in_cash": 300, "closing_cash": 400}
    assert differences(figures(lines)) == ()
    assert [entry.amount_minor for entry in ties(figures(lines), None)] == [-100]


def test_the_rest_of_a_heading_is_put_into_its_other_line_for_who_asks() -> None:
    lines, changed = filled({"current_assets": 1_000, "cash": 400, "other_current_assets": 50})
    assert (lines["other_current_assets"], changed) == (600, ("other_current_assets",))
    assert differences(figures(lines)) == ()


def test_a_period_that_has_not_ended_is_refused() -> None:
    future = figures(sme_lines(2024), 2027)
    assert [found.code for found in misfits(future, NOW.date())] == ["in_the_future"]


@pytest.mark.parametrize(
    ("start", "end", "months", "odd"),
    [
        (date(2024, 1, 1), date(2024, 12, 31), 12, False),
        (date(2023, 7, 1), date(2024, 6, 30), 12, False),
        (date(2024, 1, 1), date(2024, 3, 31), 3, False),
        (date(2024, 2, 1), date(2024, 2, 29), 1, False),
        (date(2023, 12, 31), date(2024, 12, 28), 12, True),
        (date(2023, 12, 31), date(2025, 1, 4), 12, True),
        (date(2024, 1, 15), date(2024, 12, 31), 12, True),
    ],
)
def test_a_period_knows_its_months_and_whether_they_are_whole(start: date, end: date, months: int, odd: bool) -> None:
    period = Period(start, end)
    assert (period.months, period.is_odd) == (months, odd)


@given(st.dates(date(1990, 1, 1), date(2025, 12, 31)), st.integers(1, 24))
def test_a_period_of_whole_months_that_ends_a_month_has_so_many(end: date, months: int) -> None:
    last = Period.ending(end, 1).end if end.day >= 28 else end
    period = Period.ending(last, months)
    assert period.months == months
    assert not period.is_odd


def test_periods_that_overlap_are_named() -> None:
    fiscal = figures(sme_lines(2024), period=Period(date(2024, 7, 1), date(2025, 6, 30)))
    assert flags_of(fiscal, [statement(figures(sme_lines(2024)))]) == ("overlaps:fst_2024-12-31",)


def test_half_a_year_within_a_year_is_nothing_unusual() -> None:
    half = figures(sme_lines(2024), period=Period(date(2024, 1, 1), date(2024, 6, 30)))
    assert flags_of(half, [statement(figures(sme_lines(2024)))]) == ("not_a_year",)


def test_years_of_52_and_53_weeks_follow_each_other() -> None:
    this, last = Period.ending(date(2024, 9, 28), 12), Period.ending(date(2023, 9, 30), 12)
    assert this.follows(last)
    assert not last.follows(this)
    assert not this.follows(Period.ending(date(2023, 8, 31), 12))
    found = figures(sme_lines(2024), period=this)
    assert flags_of(found, [statement(figures(sme_lines(2023), period=last))]) == ()
