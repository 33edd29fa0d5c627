"""The trace of a decision as a table: every rule, whether it hit, and what it leads to."""

from collections.abc import Iterable
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from services.demo.catalogue import Catalogue
from services.demo.terms import percent, shown
from shared.money import Money

_STATUS: Final = {
    "hit": ("● hit", "bold yellow"),
    "no_hit": ("no hit", "bright_black"),
    "missing": ("? missing", "magenta"),
    "not_evaluated": ("not asked", "bright_black"),
}
_HOLDS: Final = {
    "hit": ("✓ ", "green"),
    "no_hit": ("✗ ", "red"),
    "missing": ("? ", "magenta"),
    "not_evaluated": ("", ""),
}
_STAGE: Final = {
    "eligibility": "Eligibility",
    "knock_outs": "Knock-outs",
    "grade": "Grade",
    "matrix": "Matrix",
    "terms": "Terms",
    "routing": "Routing",
}
_VERB: Final = {
    "approve": "approve",
    "counter_offer": "offer less",
    "refer": "refer",
    "pend_info": "ask for information",
    "decline": "decline",
}
_RULE_WIDTH: Final = 44


def rules_view(catalogue: Catalogue, trace: Iterable[dict[str, Any]]) -> Table:
    """Return every rule of a decision's trace. A rule hits when all its conditions hold (✓)."""
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column("Stage", no_wrap=True)
    table.add_column("Result", no_wrap=True)
    table.add_column("Rule", max_width=_RULE_WIDTH)
    table.add_column("Leads to", max_width=26)
    for stage in trace:
        name = _STAGE.get(stage["table"], stage["table"])
        for row in stage["rows"]:
            words, style = _STATUS[row["status"]]
            effect = Text(_effect(catalogue, row), "bold" if row["status"] == "hit" else "bright_black")
            table.add_row(name, Text(words, style), _rule(catalogue, row), effect)
            name = ""
    return table


def _rule(catalogue: Catalogue, row: dict[str, Any]) -> Text:
    if "formula" in row:
        operands = [
            f"{catalogue.label(entry['fact'])} {shown(catalogue.product, entry['fact'], entry['value'])}"
            for entry in row["operands"]
            if entry["value"] is not None
        ]
        return Text(f"limit = {row['formula']}" + (f" ({', '.join(operands)})" if operands else ""))
    if not row["conditions"]:
        return Text("otherwise")
    conditions = [_condition(catalogue, entry) for entry in row["conditions"]]
    line = Text("  ").join(conditions)
    return line if len(line) <= _RULE_WIDTH else Text("\n").join(conditions)


def _condition(catalogue: Catalogue, condition: dict[str, Any]) -> Text:
    # What follows a comma in a label explains the values; it stands with the facts already.
    label = catalogue.label(condition["fact"]).partition(",")[0]
    return Text.assemble(_HOLDS[condition["status"]], f"{label} {condition['test']}")


def _effect(catalogue: Catalogue, row: dict[str, Any]) -> str:
    output = row["output"]
    if "approved_minor" in output:
        approved = output["approved_minor"]
        return "" if approved is None else f"limit {Money(approved, catalogue.product.currency)}"
    words = [
        f"grade {output['grade']}" if "grade" in output else "",
        _verdict(output) if "outcome" in output else "",
        f"queue {output['queue']}" if "queue" in output else "",
        f"(not known: {output['on_missing']})" if row["status"] == "missing" and "on_missing" in output else "",
    ]
    return " ".join(filter(None, words))


def _verdict(output: dict[str, str]) -> str:
    words = _VERB[output["outcome"]]
    if "share" in output:
        words = f"offer {percent(output['share'])} of it"
    if "rate" in output:
        words += f" at {percent(output['rate'])} a year"
    reason = output.get("reason")
    if reason == "from_score":
        return f"{words}: reasons of the score"
    # The wording is for the applicant; here the code says it shorter.
    return words if reason is None else f"{words}: {reason.replace('_', ' ').lower()}"
