"""A run's figures as a credit manager reads them."""

from typing import Final

from rich.bar import Bar
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from services.demo.figures import BAND_POINTS, GRANTING, Figures, total
from services.demo.run import Report, milliseconds
from services.demo.site import IN_FLIGHT
from services.demo.story_view import story_view
from services.demo.terms import COLOUR, NAME

_TOP_REASONS: Final = 8
_BAR_WIDTH: Final = 28


def render(report: Report, console: Console) -> None:
    """Print the figures, then the stories."""
    figures = report.figures
    console.print()
    console.print(Rule(f"[bold]{figures.decided:,} applications decided", style="bright_black"))
    for part in (_outcomes(figures), _reasons(report), _scores(figures), _soundness(report)):
        console.print(Padding(part, (1, 0, 0, 2)))
    for story in report.stories:
        console.print()
        console.print(story_view(story, report.catalogue))


def _outcomes(figures: Figures) -> RenderableType:
    table = _table("Outcomes")
    table.add_column("Outcome", no_wrap=True)
    table.add_column("Applications", justify="right", no_wrap=True)
    table.add_column("Share", justify="right", no_wrap=True)
    table.add_column("", width=_BAR_WIDTH)
    for outcome, count in figures.outcomes.items():
        if count:
            share = count / figures.decided
            bar = Bar(1, 0, share, width=_BAR_WIDTH, color=COLOUR[outcome])
            table.add_row(Text(NAME[outcome], COLOUR[outcome]), f"{count:,}", f"{share:.1%}", bar)
    granting = sum(figures.outcomes[outcome] for outcome in GRANTING)
    words = f"Approval rate [bold]{figures.approval_rate:.1%}[/]"
    if figures.decided and figures.outcomes["counter_offer"]:
        words += f", with offers of a smaller amount {granting / figures.decided:.1%}"
    granted = total(figures.granted)
    if granted is not None:
        words += f". Limits granted: {len(figures.granted):,}, together [bold]{granted}[/]"
    return Group(table, Text.from_markup(words + "."))


def _reasons(report: Report) -> RenderableType:
    figures = report.figures
    refused = figures.decided - figures.outcomes["approve"]
    table = _table("Top reasons for not approving as asked (an application has up to four)")
    table.add_column("What the applicant is told")
    table.add_column("Applications", justify="right", no_wrap=True)
    table.add_column("Share", justify="right", no_wrap=True)
    for code, count in figures.reasons[:_TOP_REASONS]:
        table.add_row(report.catalogue.wording.get(code, code), f"{count:,}", f"{count / refused:.0%}")
    return table


def _scores(figures: Figures) -> RenderableType:
    table = _table("Scores")
    table.add_column("Score", no_wrap=True)
    table.add_column("Applications", justify="right", no_wrap=True)
    table.add_column("", width=_BAR_WIDTH)
    table.add_column("Granted credit", justify="right", no_wrap=True)
    most = max((band.applications for band in figures.bands), default=1)
    for band in figures.bands:
        bar = Bar(most, 0, band.applications, width=_BAR_WIDTH, color="blue")
        granted = f"{band.approved / band.applications:.0%}" if band.applications else ""
        table.add_row(f"{band.lowest} - {band.lowest + BAND_POINTS - 1}", f"{band.applications:,}", bar, granted)
    return table


def _soundness(report: Report) -> RenderableType:
    figures = report.figures
    table = _table("Flow")
    table.add_column("", no_wrap=True)
    table.add_column("")
    verdict = "[green]none lost, none doubled[/]" if figures.sound else _faults(figures)
    table.add_row("Submitted and decided", f"{figures.submitted:,} and {figures.decided:,}: {verdict}")
    times = ", ".join(f"{name} {milliseconds(value):,.0f} ms" for name, value in figures.latency.items())
    table.add_row("From submission to decision", times)
    table.add_row("Throughput", f"{figures.applications_per_second:,.0f} applications per second")
    conditions = (
        f"{IN_FLIGHT} applicants at a time, each waiting for its decision before the next one comes: "
        f"full load. All four services, {report.bus} bus, PostgreSQL and this load on one machine."
    )
    table.add_row("Measured with", conditions)
    return table


def _faults(figures: Figures) -> str:
    return (
        f"[red bold]{figures.lost} lost, {figures.doubled} doubled, "
        f"{figures.limits_missing} approved without a limit[/]"
    )


def _table(title: str) -> Table:
    return Table(
        title=f"[bold]{title}[/]", title_justify="left", box=None, show_header=title != "Flow", header_style="dim"
    )
