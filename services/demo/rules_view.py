"""The trace of a decision as a table: what the policy computes, every rule, whether it hit, and what it leads to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from services.demo.catalogue import Catalogue
from services.demo.terms import percent, price, shown
from shared.money import Money

_STATUS: Final = {
    "hit": ("● hit", "bold yellow"),
    "no_hit": ("no hit", "bright_black"),
    "missing": ("? missing", "magenta"),
    "not_evaluated": ("not asked", "bright_black"),
}
_COMPUTED: Final = ("computed", "cyan")
"""In place of a hit, for a formula has no condition to hold: it gives a value or it does not."""
_HOLDS: Final = {
    "hit": ("✓ ", "green"),
    "no_hit": ("✗ ", "red"),
    "missing": ("? ", "magenta"),
    "not_evaluated": ("", ""),
}
_DEFINITION: Final = "definitions."
_STAGE: Final = {
    "eligibility": "Eligibility",
    "knock_outs": "Knock-outs",
    "grade": "Grade",
    "matrix": "Matrix",
    "terms": "Terms",
    "conditions": "Conditions",
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


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the table behind its stage."""

    status: str
    rule: Text
    effect: str
    is_formula: bool = False

    def cells(self) -> tuple[Text, Text, Text]:
        is_hit = self.status == "hit"
        words, style = _COMPUTED if is_hit and self.is_formula else _STATUS[self.status]
        return Text(words, style), self.rule, Text(self.effect, "bold" if is_hit else "bright_black")


def rules_view(catalogue: Catalogue, trace: Iterable[dict[str, Any]]) -> Table:
    """Return every rule of a decision's trace. A rule hits when all its conditions hold (✓)."""
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column("Stage", no_wrap=True)
    table.add_column("Result", no_wrap=True)
    table.add_column("Rule", max_width=_RULE_WIDTH)
    table.add_column("Leads to", max_width=26)
    before = ""
    for entry in trace:
        stage = _stage(entry["table"])
        for line in _lines(catalogue, entry):
            table.add_row("" if stage == before else stage, *line.cells())
            before = stage
    return table


def _stage(table: str) -> str:
    return "Definitions" if table.startswith(_DEFINITION) else _STAGE.get(table, table)


def _lines(catalogue: Catalogue, entry: dict[str, Any]) -> Iterator[_Line]:
    if entry["table"].startswith(_DEFINITION):
        yield from _definition(catalogue, entry, entry["table"].removeprefix(_DEFINITION))
        return
    for row in entry["rows"]:
        if "formula" in row:
            yield from _term(catalogue, row)
        else:
            yield _Line(row["status"], _rule(catalogue, row), _effect(row))


def _definition(catalogue: Catalogue, entry: dict[str, Any], name: str) -> Iterator[_Line]:
    value = shown(catalogue.product, name, entry["value"])
    if entry.get("kind") == "formula":
        row = entry["rows"][0]
        yield _Line(row["status"], _formula(catalogue, catalogue.label(name), row), value, is_formula=True)
        return
    status = "missing" if entry["value"] is None else "hit"
    yield _Line(status, Text(catalogue.label(name), "bold"), value, is_formula=True)
    for row in entry["rows"]:
        yield _Line(row["status"], _rule(catalogue, row), row["output"]["value"])


def _term(catalogue: Catalogue, row: dict[str, Any]) -> Iterator[_Line]:
    """Yield what an outcome grants; of one that was not reached, its limit only."""
    approved = row["output"]["approved_minor"]
    limit = "" if approved is None else f"limit {Money(approved, catalogue.product.currency)}"
    status, granting = row["status"], _VERB[row["output"]["outcome"]]
    yield _Line(status, _formula(catalogue, f"{granting}: limit", row), limit, is_formula=True)
    if status == "not_evaluated":
        return
    for term in row.get("terms", ()):
        value = shown(catalogue.product, term["term"], term["value"])
        if term["term"] == "rate" and term["value"] is not None:
            value = price(term["value"])
        yield _Line(status, _formula(catalogue, catalogue.label(term["term"]), term), value, is_formula=True)


def _formula(catalogue: Catalogue, name: str, row: dict[str, Any]) -> Text:
    return Text.assemble(f"{name} = {row['formula']}", _operands(catalogue, row))


def _rule(catalogue: Catalogue, row: dict[str, Any]) -> Text:
    if not row["conditions"]:
        return Text("otherwise")
    conditions = [_condition(catalogue, entry) for entry in row["conditions"]]
    line = Text("  ").join(conditions)
    return line if len(line) <= _RULE_WIDTH else Text("\n").join(conditions)


def _condition(catalogue: Catalogue, condition: dict[str, Any]) -> Text:
    return Text.assemble(_HOLDS[condition["status"]], _test(catalogue, condition), _operands(catalogue, condition))


def _test(catalogue: Catalogue, condition: dict[str, Any]) -> str:
    name, test = condition["fact"], str(condition["test"])
    if name == "if":
        return test
    label = catalogue.label(name)
    if name in catalogue.product.dictionary.facts:
        # What follows a comma in a fact's label explains its values; it stands with the facts already.
        label = label.partition(",")[0]
    # What is true or false needs no more than its name.
    return {"true": label, "false": f"not: {label}"}.get(test, f"{label} {test}")


def _operands(catalogue: Catalogue, read: dict[str, Any]) -> tuple[str, str]:
    known = [
        f"{catalogue.label(entry['fact'])} {shown(catalogue.product, entry['fact'], entry['value'])}"
        for entry in read.get("operands", ())
        if entry["value"] is not None
    ]
    return (f" ({', '.join(known)})" if known else "", "dim")


def _effect(row: dict[str, Any]) -> str:
    output = row["output"]
    words = [
        f"grade {output['grade']}" if "grade" in output else "",
        _verdict(output) if "outcome" in output else "",
        f"require: {_plain(output['condition'])}" if "condition" in output else "",
        f"queue {output['queue']}" if "queue" in output else "",
        f"(not known: {output['on_missing']})" if row["status"] == "missing" and "on_missing" in output else "",
    ]
    return " ".join(filter(None, words))


def _verdict(output: dict[str, str]) -> str:
    words = _VERB[output["outcome"]]
    if "share" in output:
        words = f"offer {percent(output['share'])} of it"
    if "rate" in output:
        words += f" at {price(output['rate'])}"
    reason = output.get("reason")
    if reason == "from_score":
        return f"{words}: reasons of the score"
    # The wording is for the applicant; here the code says it shorter.
    return words if reason is None else f"{words}: {_plain(reason)}"


def _plain(code: str) -> str:
    return code.replace("_", " ").lower()
