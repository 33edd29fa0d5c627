"""Decisions as stages: decision tables whose outputs are those of the stage."""

from typing import Any, Final

from services.policies.interchange.read.definitions import Reading, rows_of
from services.policies.interchange.read.names import policy_name
from services.policies.interchange.read.source import expression_of
from services.policies.interchange.read.tables import (
    Column,
    ReadTable,
    is_nothing,
    read_table,
    text_value,
    text_values,
)
from services.policies.interchange.vocabulary import GRAVEST_FIRST, NUMBERS, ON_MISSING, STAGES
from shared.dmn.xml import Element

_NEEDED: Final = {
    "eligibility": ("outcome", "reason", "on_missing"),
    "knock_outs": ("outcome", "reason", "on_missing"),
    "matrix": ("outcome",),
    "conditions": ("condition", "on_missing"),
}
_WORDS: Final = {"outcome": tuple(GRAVEST_FIRST), "on_missing": ON_MISSING}


def read_stage(decision: Element, stage: str, reading: Reading) -> dict[str, Any] | None:
    """Return the table of a stage, None, with a note, where the decision is none."""
    source = reading.source
    logic = expression_of(decision)
    if decision.first("description") is not None:
        source.note(decision, f"the description of {stage} is left out; rows of a policy have notes")
    if logic is None or logic.name != "decisionTable":
        source.note(decision, f"the stage {stage} is no decision table and is left out")
        return None
    table = read_table(logic, reading.names, source)
    if table is None:
        return None
    columns = _columns(table, stage, reading)
    for key in _NEEDED.get(stage, ()):
        if key not in columns and table.rows:
            source.note(logic, f"the model does not tell the `{key}` of what {stage} finds: state it in every row")
    outputs: list[dict[str, Any]] = [{} for _ in table.rows]
    default: dict[str, Any] = {}
    for key, column in columns.items():
        for number, cell in enumerate(column.cells):
            _put(outputs[number], key, cell, column, f"rule {number + 1} of {stage}", reading)
        if column.default is not None:
            _put(default, key, column.default, column, f"the default of {stage}", reading)
    # In lists, the order of rules is the order of rows in any case.
    hit_policy = "COLLECT" if table.hit_policy == "RULE ORDER" else table.hit_policy
    read: dict[str, Any] = {"hit_policy": hit_policy}
    if table.aggregation:
        source.note(logic, f"the aggregation of {stage} is left out: all rows that hit count")
    read.update(_values(table, stage, columns, reading))
    return {**read, **rows_of(table, outputs, default or None)}


def _columns(table: ReadTable, stage: str, reading: Reading) -> dict[str, Column]:
    keys = STAGES[stage]
    found: dict[str, Column] = {}
    for column in table.outputs:
        key = policy_name(column.name)
        if key not in keys and len(table.outputs) == 1:
            key = keys[0]
        if key not in keys or key in found:
            reading.source.note(column.element, f"{stage} has no output `{column.name}`; the column is left out")
        else:
            found[key] = column
    return found


def _put(row: dict[str, Any], key: str, cell: str, column: Column, where: str, reading: Reading) -> None:
    """Put the value of a cell into a row, where it has one."""
    if is_nothing(cell):
        return
    if key in NUMBERS:
        row[key] = cell.strip()
        return
    text = text_value(cell)
    if text is None:
        reading.source.note(column.element, f"{where}: the {key} `{cell.strip()[:80]}` is no text and is left out")
    else:
        word = policy_name(text)
        row[key] = word if word in _WORDS.get(key, ()) else text


def _values(table: ReadTable, stage: str, columns: dict[str, Column], reading: Reading) -> dict[str, Any]:
    """The order of priority that the outputs state, where the stage has one of its own."""
    for key, column in columns.items():
        listed = text_values(column.values) if column.values is not None else None
        if stage == "grade" and listed is not None:
            return {"values": listed}
        if column.values is None or (not reading.source.own and table.hit_policy != "PRIORITY"):
            continue
        if not (stage == "matrix" and key == "outcome" and listed == list(GRAVEST_FIRST)):
            reading.source.note(column.element, f"the listed values of {key} in {stage} are left out")
    return {}
