"""A backtest's report in a terminal: the summary and the tables that decide, the rest being in JSON and HTML."""

from collections.abc import Iterable, Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from services.backtests.figures.report import Example, Report
from services.backtests.figures.wording import counted, money, percent
from services.backtests.report.words import (
    NAME,
    OUTCOMES,
    interval,
    key_figures,
    label,
    observed,
    period,
    points,
    short_money,
    signed,
)

_ROWS: Final = 12


def terminal(report: Report) -> RenderableType:
    """Return the report for `Console.print`; texts of data and policies are shown as they are, never as markup."""
    candidate, live = (f"{version.name} {version.version}" for version in (report.candidate, report.live))
    title = f"{report.product_title}: {candidate} against {live}"
    parts: list[RenderableType] = [
        Rule(Text(_plain(title), "bold"), style="bright_black"),
        Text(
            _plain(f"{counted(report.data.rows, 'application')}, {period(report.data)}, from {report.data.source}"),
            "dim",
        ),
        Text(_plain(" ".join(report.summary))),
        *(_warning(warned.text, warned.serious) for warned in report.warnings),
        _table("Key figures", ("", "Live", "Candidate", "Change"), key_figures(report)),
        _matrix(report),
        _swaps(report),
        *(Text(_plain(text)) for text in (*report.swap_in.statements, *report.swap_out.statements)),
        _reasons(report),
        *_segments(report),
        *_fairness(report),
        *_examples(report),
    ]
    return Group(*(Padding(part, (0, 0, 1, 1)) for part in parts))


def _matrix(report: Report) -> RenderableType:
    cells = {(cell.live, cell.candidate): cell.count for cell in report.matrix}
    heads = ("Live \\ Candidate", *(NAME[outcome] for outcome in OUTCOMES), "All")
    rows = [
        (
            NAME[live],
            *(f"{cells[live, candidate]:,}" for candidate in OUTCOMES),
            f"{report.overall.live.outcomes[live]:,}",
        )
        for live in OUTCOMES
    ]
    sums = (f"{report.overall.candidate.outcomes[outcome]:,}" for outcome in OUTCOMES)
    return _table("Outcomes under both policies", heads, [*rows, ("All", *sums, f"{report.data.rows:,}")])


def _swaps(report: Report) -> RenderableType:
    overall, currency = report.overall, report.currency
    sets = (
        ("Granted by both", overall.granted_by_both),
        ("Swap-in", overall.swap_in),
        ("Swap-out", overall.swap_out),
        ("Granted by neither", overall.granted_by_neither),
    )
    rows = [
        (
            name,
            f"{each.count:,}",
            short_money(each.live_limit_minor, currency),
            short_money(each.candidate_limit_minor, currency),
            percent(each.expected_bad),
            observed(each),
            interval(each.observed_bad_interval),
        )
        for name, each in sets
    ]
    heads = ("Set", "Count", "Live limits", "Candidate limits", "Expected bad", "Observed bad", "95 % interval")
    return _table("Swap sets", heads, rows)


def _reasons(report: Report) -> RenderableType:
    lines = report.reasons[:_ROWS]
    rows = [
        (line.code, NAME[line.outcome], f"{line.live:,}", f"{line.candidate:,}", signed(line.candidate - line.live))
        for line in lines
    ]
    return _table(
        "Reasons" + _of(len(lines), len(report.reasons)), ("Code", "With", "Live", "Candidate", "Change"), rows
    )


def _segments(report: Report) -> Iterable[RenderableType]:
    for segment in report.segments:
        values = segment.values[:_ROWS]
        rows = [
            (
                label(each.value),
                f"{each.slice.rows:,}",
                percent(each.slice.live.approval_rate),
                percent(each.slice.candidate.approval_rate),
                points(each.slice.approval_change),
                f"{each.slice.swap_in.count:,}",
                f"{each.slice.swap_out.count:,}",
            )
            for each in values
        ]
        heads = ("Value", "Count", "Approval, live", "Candidate", "Change", "Swap-in", "Swap-out")
        yield _table(f"By {segment.name}" + _of(len(values), len(segment.values)), heads, rows)


def _fairness(report: Report) -> Iterable[RenderableType]:
    for impact in report.adverse_impact:
        rows = [
            (
                label(group.value) + (" (small)" if group.small_sample else ""),
                f"{group.rows:,}",
                percent(group.live.approved),
                "-" if group.live.impact_ratio is None else group.live.impact_ratio.value,
                percent(group.candidate.approved),
                "-" if group.candidate.impact_ratio is None else group.candidate.impact_ratio.value,
                "below 0.80" if group.candidate.below_four_fifths else "",
            )
            for group in impact.groups
        ]
        heads = ("Group", "Count", "Approved, live", "Ratio", "Candidate", "Ratio", "")
        yield _table(f"Adverse impact by {impact.attribute}", heads, rows)


def _examples(report: Report) -> Iterable[RenderableType]:
    for name, swapped in (("Swap-in", report.swap_in), ("Swap-out", report.swap_out)):
        if swapped.examples:
            rows = [_example(each, report.currency) for each in swapped.examples]
            heads = ("Reference", "Live", "Candidate", "Why not granted")
            yield _table(f"{name}: examples", heads, rows, texts=4)


def _example(example: Example, currency: str) -> tuple[str, str, str, str]:
    sides = []
    for answer in (example.live, example.candidate):
        amount = "" if answer.approved_minor is None else f" {money(answer.approved_minor, currency)}"
        sides.append(NAME[answer.outcome] + amount)
    refused = example.live if example.live.approved_minor is None else example.candidate
    return label(example.reference), sides[0], sides[1], ", ".join(reason.code for reason in refused.reasons)


def _warning(text: str, serious: bool) -> RenderableType:
    return Text.assemble(
        ("! ", "bold yellow") if serious else ("- ", "dim"), (_plain(text), "yellow" if serious else "")
    )


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], texts: int = 1) -> Table:
    table = Table(
        title=Text(_plain(title), "bold"), title_justify="left", box=SIMPLE_HEAD, header_style="dim", padding=(0, 1)
    )
    for number, text in enumerate(heads):
        table.add_column(text, justify="left" if number < texts else "right", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_plain(text)) for text in row))
    return table


def _of(shown: int, found: int) -> str:
    return f" ({shown} of {found})" if shown < found else ""


def _plain(text: str) -> str:
    """Return a text without what would steer the terminal, or turn its direction."""
    return "".join(each if each.isprintable() else "\ufffd" for each in text)
