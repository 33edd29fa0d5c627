"""Who moves: the swap sets with how they pay, and examples with the rules and reasons of both policies."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from services.backtests.figures.report import Answered, Example, Population, Report, SwapSet
from services.backtests.figures.wording import counted, money, percent
from services.backtests.report.words import NAME, interval, label, short_money
from shared.pages.charts import Range, intervals
from shared.pages.markup import Markup, element, joined
from shared.pages.style import CANDIDATE, LIVE
from shared.pages.tables import above, figure, paragraphs, section, table

_IN, _OUT = "#2f7d4f", "#a63d40"
_STATUS = {"hit": "hit", "no_hit": "no hit", "missing": "a fact is missing", "not_evaluated": "not reached"}


def swaps(report: Report) -> Markup:
    """Return the swap sets: how many, how much, how they pay, and what that does and does not show."""
    overall, currency = report.overall, report.currency
    sets = (
        ("Granted by the live policy", overall.live.granted, LIVE),
        ("Granted by the candidate", overall.candidate.granted, CANDIDATE),
        ("Granted by both", overall.granted_by_both, "#52606d"),
        ("Swap-in: candidate only", overall.swap_in, _IN),
        ("Swap-out: live only", overall.swap_out, _OUT),
        ("Granted by neither", overall.granted_by_neither, "#9aa5b1"),
    )
    heads = ("Applications", "Count", "Asked for", "Live limits", "Candidate limits", "Expected bad", "Observed bad")
    rows = [
        (
            name,
            f"{each.count:,}",
            short_money(each.requested_minor, currency),
            short_money(each.live_limit_minor, currency),
            short_money(each.candidate_limit_minor, currency),
            percent(each.expected_bad),
            _observed(each),
        )
        for name, each, _ in sets
    ]
    chart = None
    if any(each.observed_bad is not None for _, each, _ in sets):
        ranges = [_range(name, each, colour) for name, each, colour in sets]
        chart = figure(
            intervals("bad", "Observed bad rates", ranges),
            "Observed bad rate with its 95 % interval; the count is of known performance",
        )
    caption = (
        "Expected: mean probability of default of the score. Observed: of those whose performance is known, with the "
        "95 % interval."
    )
    return section(
        "swaps",
        "Who moves in and out, and how they pay",
        element("div", _said("Swap-in", report.swap_in), _said("Swap-out", report.swap_out), class_="two"),
        chart,
        table(caption, heads, rows),
    )


def examples(report: Report) -> Markup:
    """Return the examples of both swap sets."""
    found = []
    for name, heading, swapped in (
        ("swap-in", "Swap-in: only the candidate grants credit", report.swap_in),
        ("swap-out", "Swap-out: only the live policy grants credit", report.swap_out),
    ):
        if swapped.examples:
            found.append(element("h3", heading))
            found.extend(
                _example(f"{name}-{number}", each, report.currency) for number, each in enumerate(swapped.examples)
            )
    if not found:
        return Markup("")
    words = (
        f"Chosen by a hash of their reference with seed {report.seed}, not by how they look. "
        "Protected facts are left out."
    )
    return section("examples", "Examples", element("p", words, class_="note"), *found)


def _said(name: str, swapped: SwapSet) -> Markup:
    heading = element("h3", f"{name}: {counted(swapped.population.count, 'application')}")
    return element("div", heading, paragraphs(swapped.statements))


def _observed(of: Population) -> Markup:
    if of.observed_bad is None:
        return joined("not known")
    words = f"{of.bad:,} of {of.with_performance:,}; {interval(of.observed_bad_interval)}"
    return above(percent(of.observed_bad), words)


def _range(name: str, of: Population, colour: str) -> Range:
    if of.observed_bad is None or of.observed_bad_interval is None:
        return Range(name, None, Fraction(0), Fraction(0), f"0 of {of.count:,} known", colour)
    low, high = Fraction(of.observed_bad_interval.low), Fraction(of.observed_bad_interval.high)
    rate = Fraction(of.observed_bad.numerator, of.observed_bad.denominator)
    return Range(name, rate, low, high, f"{percent(of.observed_bad)} of {of.with_performance:,}", colour)


def _example(name: str, example: Example, currency: str) -> Markup:
    paid = {None: "performance unknown", True: "went bad", False: "performed"}[example.bad]
    heading = element("h4", f"{label(example.reference)} \u2014 {example.as_of.date()}, {paid}", id=name)
    facts = [
        joined("; " if number else "", element("b", f"{fact.name}: "), fact.value)
        for number, fact in enumerate(example.facts)
    ]
    sides = element(
        "div",
        _answer("Live policy", "answer", example.live, currency),
        _answer("Candidate", "answer candidate", example.candidate, currency),
        class_="two",
    )
    return element(
        "article", heading, element("p", *facts, class_="facts"), sides, class_="example", aria_labelledby=name
    )


def _answer(name: str, shape: str, answer: Answered, currency: str) -> Markup:
    said = NAME[answer.outcome]
    if answer.approved_minor is not None:
        said += f" {money(answer.approved_minor, currency)}"
    rate = None if answer.rate is None else f"{format((Decimal(answer.rate) * 100).normalize(), 'f')} %"
    for name_of, value in (("rate", rate), ("grade", answer.grade), ("queue", answer.queue)):
        said += f", {name_of} {value}" if value is not None else ""
    reasons = [element("li", element("strong", f"{reason.code}: "), reason.wording) for reason in answer.reasons]
    account = [element("li", text) for text in answer.account]
    return element(
        "div",
        element("p", name, class_="kicker"),
        element("p", said, class_="said"),
        element("ul", *reasons) if reasons else None,
        element("h4", "Why") if account else None,
        element("ul", *account) if account else None,
        _rules(answer),
        class_=shape,
    )


def _rules(answer: Answered) -> Markup:
    rows = [row for shown in answer.trace for row in _rows_of(shown)]
    left_out = sum(shown.get("rows_left_out", 0) for shown in answer.trace)
    words = f"Every rule ({len(rows):,})"
    if left_out:
        words = f"The rules that hit or lacked a fact ({left_out:,} others left out)"
    return element("details", element("summary", words), table("", ("Rule", "Tests", "Result"), rows, texts=3))


def _rows_of(shown: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [(f"{shown['table']}, {row['row']}", _tests(row), _STATUS[row["status"]]) for row in shown["rows"]]


def _tests(row: Mapping[str, Any]) -> str:
    if "formula" in row:
        return str(row["formula"])
    tests = [f"{each['fact']} {each['test']} (is {_value(each.get('value'))})" for each in row["conditions"]]
    return "; ".join(tests) or "always"


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return money(value["amount_minor"], value["currency"])
    return "missing" if value is None else str(value)
