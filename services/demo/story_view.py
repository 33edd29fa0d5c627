"""An applicant's story as a credit manager reads it."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from services.demo.catalogue import Catalogue
from services.demo.flow import money
from services.demo.stories import Points, Step, Story
from services.demo.terms import COLOUR, NAME, shown
from shared.products import REQUESTED_AMOUNT

_MARK: Final = {
    "hit": Text("● hit", "bold yellow"),
    "no_hit": Text("· no hit", "bright_black"),
    "missing": Text("? missing", "magenta"),
    "not_evaluated": Text("- not asked", "bright_black"),
}
_STAGE: Final = {
    "eligibility": "Eligibility",
    "knock_outs": "Knock-outs",
    "grade": "Grade",
    "matrix": "Decision matrix",
    "terms": "Terms",
    "routing": "Routing",
}


def story_view(story: Story, catalogue: Catalogue) -> RenderableType:
    """Return the story as a panel: facts, score, rules, answer, and what limits says to the CRM."""
    decision = story.decision
    outcome = decision["outcome"]
    parts = [
        _section("The application", _facts(catalogue, decision)),
        _section(_score_title(decision), _points(catalogue, story.points)),
        _section("The rules", _rules(catalogue, decision)),
        _section("The answer", _answer(catalogue, decision)),
        _section("What the customer's CRM sees afterwards", _steps(catalogue, story.steps)),
    ]
    title = f"[bold {COLOUR[outcome]}]{NAME[outcome]}: applicant {story.number}[/]"
    return Panel(Group(*parts), title=title, title_align="left", border_style=COLOUR[outcome], padding=(0, 1))


def _section(title: str, body: RenderableType) -> RenderableType:
    return Group(Text(f"\n{title}", "bold"), Padding(body, (0, 0, 0, 1)))


def _facts(catalogue: Catalogue, decision: dict[str, Any]) -> RenderableType:
    """Two facts a line. Protected facts are kept for fairness reports and decide nothing, so they stay out."""
    dictionary = catalogue.product.dictionary.facts
    named = [name for name, fact in dictionary.items() if name in decision["facts"] and not fact.protected]
    cells = [(dictionary[name].label, shown(catalogue.product, name, decision["facts"][name])) for name in named]
    table = Table.grid(padding=(0, 2), expand=True)
    for ratio, style in ((5, "dim"), (4, ""), (5, "dim"), (4, "")):
        table.add_column(ratio=ratio, style=style)
    for left, right in zip(cells[::2], [*cells[1::2], ("", "")], strict=False):
        table.add_row(*map(Text, (*left, *right)))
    return table


def _score_title(decision: dict[str, Any]) -> str:
    score = decision["score"]
    if score is None:
        return "The score: none"
    return f"The score: {score['score']} points, probability of default {_percent(score['pd'])}"


def _points(catalogue: Catalogue, points: Iterable[Points]) -> RenderableType:
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column("Characteristic", width=32)
    table.add_column("Answer", width=36)
    for name in ("Points", "Average", "Gap"):
        table.add_column(name, justify="right")
    for entry in points:
        gap = 1000 * entry.points - entry.mean_millipoints
        colour = "green" if gap >= 0 else "red"
        table.add_row(
            Text(catalogue.label(entry.characteristic)),
            Text(entry.answer),
            str(entry.points),
            _tenths(entry.mean_millipoints),
            Text(_tenths(gap, sign=True), colour),
        )
    return table


def _rules(catalogue: Catalogue, decision: dict[str, Any]) -> RenderableType:
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column("Stage", width=15)
    table.add_column("Rule", width=46)
    table.add_column("Result", width=11)
    table.add_column("Leads to")
    for stage in decision["trace"]:
        name = _STAGE.get(stage["table"], stage["table"])
        for row in stage["rows"]:
            table.add_row(name, _rule(catalogue, row), _MARK[row["status"]], _output(catalogue, row))
            name = ""
    return table


def _rule(catalogue: Catalogue, row: dict[str, Any]) -> Text:
    if "formula" in row:
        return Text(f"amount = {row['formula']}")
    if not row["conditions"]:
        return Text("otherwise")
    return Text("\n").join(_conditions(catalogue, row))


def _conditions(catalogue: Catalogue, row: dict[str, Any]) -> Iterator[Text]:
    for condition in row["conditions"]:
        holds = condition["status"] == "hit"
        yield Text(f"{catalogue.label(condition['fact'])} {condition['test']}", "" if holds else "bright_black")


def _output(catalogue: Catalogue, row: dict[str, Any]) -> Text:
    return Text(str(row["output"]))


def _answer(catalogue: Catalogue, decision: dict[str, Any]) -> RenderableType:
    return Text(str({key: decision[key] for key in ("outcome", "grade", "limit", "rate", "queue", "reasons")}))


def _steps(catalogue: Catalogue, steps: Iterable[Step]) -> RenderableType:
    return Group(*(Text(f"{step.name} {step.amount} {step.reply}") for step in steps))


def _percent(share: str) -> str:
    return f"{Decimal(share) * 100:.1f} %"


def _tenths(millipoints: int, *, sign: bool = False) -> str:
    value = Decimal(millipoints) / 1000
    return f"{value:+.1f}" if sign else f"{value:.1f}"
