import io
import json

from rich.console import Console

from services.demo.figures import measure
from services.demo.report import render
from services.demo.run import Report
from tests.demo.canned import acknowledged, decided, granted, report

WIDTH = 100


def printed(shown: Report) -> str:
    out = io.StringIO()
    render(shown, Console(file=out, width=WIDTH, highlight=False))
    return out.getvalue()


def squeezed(shown: Report) -> str:
    """The words without the frames and line breaks that the layout puts between them."""
    return " ".join(printed(shown).replace("│", " ").split())


def test_the_report_fits_a_hundred_columns_and_needs_no_terminal() -> None:
    lines = printed(report()).splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert "\x1b" not in "".join(lines)


def test_the_report_tells_outcomes_reasons_in_words_and_times() -> None:
    words = squeezed(report())
    assert "Approved 1 33.3%" in words
    assert "Approval rate 33.3%" in words
    assert "together 1,000.00 DEM" in words
    assert "Your savings are low for the credit you asked for. 2 100%" in words
    assert "p50 10 ms, p95 50 ms, p99 50 ms" in words
    assert "none lost, none doubled" in words


def test_a_run_that_lost_or_doubled_something_says_so() -> None:
    figures = measure(acknowledged(1, 2), [decided(2, "approve")], [granted(2, limits_set=2)])
    words = squeezed(Report("embedded", figures, [], report().catalogue))
    assert "1 lost, 1 doubled, 0 approved without a limit" in words


def test_a_run_in_which_nothing_was_decided_can_be_shown() -> None:
    figures = measure(acknowledged(1), [], [])
    assert "1 lost" in squeezed(Report("embedded", figures, [], report().catalogue))


def test_a_story_shows_the_rules_that_hit_and_those_that_did_not() -> None:
    words = squeezed(report())
    assert "Eligibility no hit ✗ Term not([4..72]) decline: term outside product" in words
    assert "Grade ● hit ✓ Score >= 590 grade A" in words


def test_a_story_shows_what_the_policy_computes_under_the_names_that_the_policy_gives() -> None:
    words = squeezed(report())
    assert 'Definitions computed Overdrawn, with hardly any savings = no checking_status = "<0 DM"' in words
    assert "computed Size band small" in words
    assert 'no hit ✗ requested_amount > 5000 (Amount asked "large" for 1,000.00 DEM)' in words
    assert "Knock-outs no hit ✗ Overdrawn, with hardly any savings decline: overdrawn without" in words


def test_a_story_shows_what_is_granted_and_what_has_to_be_there_first() -> None:
    words = squeezed(report())
    assert "Approved, grade A, 1,000.00 DEM at 6.75 % a year Instalment a month: 83.33 DEM" in words
    assert f"Before any money moves: - {report().catalogue.wording['GUARANTOR_SIGNS']}" in words
    assert "computed Rate = rate - 0.0015 6.75 % a year" in words
    assert "computed Instalment a month = limit / 12 83.33 DEM" in words
    assert 'Conditions ● hit ✓ Other debtors or guarantors "guarantor" require: guarantor signs' in words


def test_an_outcome_that_was_not_reached_grants_nothing() -> None:
    words = squeezed(report())
    assert "not asked offer less: limit = requested_amount * share" in words
    assert "rate + 0.0100" not in words


def test_a_story_shows_how_the_limit_was_drawn() -> None:
    words = squeezed(report())
    assert "Set aside 500.00 DEM reserved 1,000.00 0.00 500.00 500.00" in words
    assert "Draw 400.00 DEM drawn, 100.00 given back 1,000.00 400.00 0.00 600.00" in words


def test_a_declined_customer_has_no_limit_to_order_on() -> None:
    assert "no: no limit was granted" in squeezed(report())


def test_protected_facts_are_named_but_their_values_are_not_shown() -> None:
    words = squeezed(report())
    assert "no score: age" in words
    assert "67" not in words


def test_the_summary_is_json_with_the_figures_and_the_stories() -> None:
    summary = json.loads(json.dumps(report().document()))
    assert {name: summary[name] for name in ("submitted", "decided", "lost", "doubled", "bus")} == {
        "submitted": 3,
        "decided": 3,
        "lost": 0,
        "doubled": 0,
        "bus": "embedded",
    }
    assert summary["outcomes"] == {"approve": 1, "counter_offer": 0, "refer": 1, "pend_info": 0, "decline": 1}
    assert summary["submit_to_decision_ms"] == {"p50": 10.0, "p95": 50.0, "p99": 50.0}
    assert summary["applications_per_second"] == 12.0
    assert [story["decision"]["outcome"] for story in summary["stories"]] == ["approve", "decline"]
    assert [step["step"] for step in summary["stories"][0]["steps"]] == ["limit_check", "reservation", "capture"]
