"""An applicant's story as a credit manager reads it."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from services.demo.catalogue import LIMIT_REASONS, Catalogue
from services.demo.flow import money
from services.demo.rules_view import rules_view
from services.demo.stories import Points, Step, Story
from services.demo.terms import COLOUR, NAME, percent, price, shown
from shared.money import Money

_STEP: Final = {
    "limit_granted": "Limit granted",
    "limit_check": "Check the limit",
    "reservation": "Set aside",
    "capture": "Draw",
}


def story_view(story: Story, catalogue: Catalogue) -> RenderableType:
    """Return the story as a panel: facts, score, rules, answer, and what limits says to the CRM."""
    decision = story.decision
    outcome = decision["outcome"]
    parts = [
        _section("What is known", _facts(catalogue, decision)),
        _section(_score_title(decision), _points(catalogue, story.points)),
        _section("Every rule of the policy", rules_view(catalogue, decision["trace"])),
        _section("The answer", _answer(catalogue, decision)),
        _section("What the customer's CRM is told about the limit", _steps(story.steps)),
    ]
    title = f"[bold {COLOUR[outcome]}]{NAME[outcome]}: applicant {story.number}[/]"
    return Panel(Group(*parts), title=title, title_align="left", border_style=COLOUR[outcome], padding=(0, 1))


def _section(title: str, body: RenderableType) -> RenderableType:
    return Group(Text(f"\n{title}", "bold"), Padding(body, (0, 0, 0, 2)))


def _facts(catalogue: Catalogue, decision: dict[str, Any]) -> RenderableType:
    """Protected facts are named but not shown: they are kept for fairness reports and decide nothing."""
    known = [fact for name, fact in catalogue.product.dictionary.facts.items() if name in decision["facts"]]
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", max_width=46)
    table.add_column()
    for fact in known:
        if not fact.protected:
            table.add_row(Text(fact.label), Text(shown(catalogue.product, fact.name, decision["facts"][fact.name])))
    kept = ", ".join(fact.label.lower() for fact in known if fact.protected)
    return Group(table, Text(f"Kept for fairness reports, open to no rule and no score: {kept}", "dim italic"))


def _score_title(decision: dict[str, Any]) -> str:
    score = decision["score"]
    if score is None:
        return "The score: none"
    return f"The score: {score['score']} points, probability of default {percent(score['pd'])}"


def _points(catalogue: Catalogue, points: Iterable[Points]) -> RenderableType:
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column("Characteristic", max_width=34)
    table.add_column("Falls into", max_width=36)
    for name in ("Points", "Average", "Gap"):
        table.add_column(name, justify="right", no_wrap=True)
    for entry in points:
        gap = 1000 * entry.points - entry.mean_millipoints
        table.add_row(
            Text(catalogue.label(entry.characteristic)),
            Text(entry.answer),
            str(entry.points),
            f"{Decimal(entry.mean_millipoints) / 1000:.1f}",
            Text(f"{Decimal(gap) / 1000:+.1f}", "green" if gap >= 0 else "red"),
        )
    return table


def _answer(catalogue: Catalogue, decision: dict[str, Any]) -> RenderableType:
    lines = [Text.assemble((NAME[decision["outcome"]], f"bold {COLOUR[decision['outcome']]}"), _terms(decision))]
    lines += [
        Text(f"{catalogue.label(name)}: {shown(catalogue.product, name, value)}")
        for name, value in decision["other_terms"].items()
    ]
    if decision["conditions"]:
        lines.append(Text("Before any money moves:"))
        lines += [Text(f"  - {catalogue.wording.get(code, code)}") for code in decision["conditions"]]
    if decision["reasons"]:
        lines.append(Text("Reasons, as the applicant is told them:"))
        lines += [Text(f"  {n}. {catalogue.wording.get(code, code)}") for n, code in enumerate(decision["reasons"], 1)]
    lines.append(Text(_origin(decision), "dim"))
    return Group(*lines)


def _terms(decision: dict[str, Any]) -> str:
    words = "" if decision["grade"] is None else f", grade {decision['grade']}"
    if decision["limit"] is not None:
        words += f", {money(decision['limit'])}"
    if decision["rate"] is not None:
        words += f" at {price(decision['rate'])}"
    if decision["queue"] is not None:
        words += f", to the work queue {decision['queue']}"
    return words


def _origin(decision: dict[str, Any]) -> str:
    took = datetime.fromisoformat(decision["decided_at"]) - datetime.fromisoformat(decision["submitted_at"])
    words = f"Decided {took.total_seconds() * 1000:.0f} ms after the application came in"
    policy, score = decision["policy"], decision["score"]
    if policy is not None:
        words += f", by policy {policy['name']} version {policy['version']}"
    if score is not None:
        words += f" and scorecard {score['model']} version {score['model_version']}"
    return f"{words}."


def _steps(steps: Iterable[Step]) -> RenderableType:
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column("")
    table.add_column("Amount", justify="right", no_wrap=True)
    table.add_column("Answer")
    for name in ("Limit", "Drawn", "Set aside", "Left"):
        table.add_column(name, justify="right", no_wrap=True)
    for step in steps:
        table.add_row(_STEP[step.name], str(step.amount), _reply(step), *_balances(step.account))
    return table


def _reply(step: Step) -> Text:
    reply = step.reply
    if step.name == "limit_granted":
        return Text("")
    if step.name == "limit_check":
        if reply["result"] == "ok":
            return Text("yes, it fits", "green")
        return Text(f"no: {', '.join(LIMIT_REASONS.get(code, code) for code in reply['reasons'])}", "red")
    if reply["state"] == "captured":
        rest = Money(reply["amount"]["amount_minor"] - step.amount.amount_minor, step.amount.currency)
        return Text(f"drawn, {_bare(rest)} given back", "green")
    return Text(reply["state"], "green" if reply["state"] == "reserved" else "red")


def _balances(account: dict[str, Any] | None) -> list[str]:
    if account is None:
        return ["-"] * 4
    return [_bare(money(account[name])) for name in ("limit", "posted", "reserved", "available")]


def _bare(amount: Money) -> str:
    """Return an amount without its currency, which stands beside it already."""
    return str(amount).removesuffix(f" {amount.currency}")
