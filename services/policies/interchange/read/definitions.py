"""Decisions as definitions: an expression, or a table with one output; a table with several is several definitions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from services.policies.interchange.read.boxed import NoTextError, feel_of
from services.policies.interchange.read.kinds import Kinds, kind_of_cells
from services.policies.interchange.read.names import Names, policy_name
from services.policies.interchange.read.source import Source, expression_of, own
from services.policies.interchange.read.tables import Column, ReadTable, read_table, text_values
from services.policies.interchange.vocabulary import ANYTHING
from services.policies.interchange.wrapping import unrounded
from shared.dmn.xml import Element


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a decision takes: the model, its names and types, and the minor digits of amounts."""

    source: Source
    names: Names
    kinds: Kinds
    minor_digits: int


def label_of(decision: Element) -> dict[str, Any]:
    """Return the label of a decision, its description where it has none, as the key of a definition."""
    described, chinese = decision.first("description"), own(decision, "label_zh")
    label = decision.attributes.get("label") or (described.text.strip() if described is not None else "")
    if chinese is not None:
        return {"label": {"en": label, "zh": chinese}}
    return {"label": label} if label else {}


def scale_of(kind: dict[str, Any], minor_digits: int) -> int | None:
    """Return the decimals that a value of a declared type is rounded to, None for what is no number."""
    return {"decimal": kind.get("scale", 0), "integer": 0, "money": minor_digits}.get(kind.get("type", ""))


def read_definitions(decision: Element, name: str, reading: Reading) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the definitions that a decision is, with their names."""
    logic = expression_of(decision)
    if logic is None:
        reading.source.note(decision, f"the decision `{name}` has no logic and is left out")
    elif logic.name == "decisionTable":
        table = read_table(logic, reading.names, reading.source)
        if table is not None:
            yield from _tables(decision, table, name, reading)
    else:
        try:
            text = reading.names.expression(feel_of(logic, reading.source))
        except NoTextError as error:
            reading.source.note(logic, f"the decision `{name}` {error}, and is left out")
            return
        type_ref = type_of(decision) or logic.attributes.get("typeRef")
        kind = _kind(decision, reading.kinds.declared(type_ref), name, reading)
        yield name, {**kind, **label_of(decision), "value": _exact(decision, text, kind, reading)}


def type_of(element: Element) -> str | None:
    """The name of the type of an element's variable."""
    variable = element.first("variable")
    return variable.attributes.get("typeRef") if variable is not None else None


def _tables(decision: Element, table: ReadTable, name: str, reading: Reading) -> Iterator[tuple[str, dict[str, Any]]]:
    several = len(table.outputs) > 1
    for column in table.outputs:
        called = f"{name}_{policy_name(column.name)}" if several else name
        stated, whole = column.element.attributes.get("typeRef"), None if several else type_of(decision)
        if stated and whole and reading.kinds.declared(stated) != reading.kinds.declared(whole):
            words = (
                f"the type of `{name}` is stated as `{whole}` and, for its output, as `{stated}`; the latter is read"
            )
            reading.source.note(column.element, words)
        entry = _table(decision, table, column, stated or whole, called, reading)
        if entry is not None:
            yield called, entry


def _kind(decision: Element, kind: dict[str, Any], name: str, reading: Reading) -> dict[str, Any]:
    if not kind:
        reading.source.note(decision, f"the model does not tell the type of `{name}`: state `type` (and `scale`)")
    return kind


def _exact(decision: Element, text: str, kind: dict[str, Any], reading: Reading) -> str:
    scale = scale_of(kind, reading.minor_digits)
    # Rounding that somebody else wrote is part of what was meant.
    return text if scale is None or own(decision, "role") is None else unrounded(text, scale)


def _table(
    decision: Element, table: ReadTable, column: Column, type_ref: str | None, name: str, reading: Reading
) -> dict[str, Any] | None:
    if table.hit_policy in ("RULE ORDER", "OUTPUT ORDER") or (table.hit_policy == "COLLECT" and not table.aggregation):
        reading.source.note(table.element, f"`{name}` is a list, which no definition can be; it is left out")
        return None
    kind = reading.kinds.declared(type_ref) or kind_of_cells(column)
    entry = {**_kind(decision, kind, name, reading), **label_of(decision), "hit_policy": table.hit_policy}
    if table.aggregation:
        entry["aggregation"] = table.aggregation
    listed = text_values(column.values) if column.values is not None else None
    if listed is not None and kind.get("type") == "enum":
        # What the table itself lists is in the order of priority.
        entry["values"] = listed
    counts = table.aggregation == "COUNT"
    worth = [
        {} if counts or cell.strip() in ("", ANYTHING) else {"value": _exact(decision, cell, kind, reading)}
        for cell in column.cells
    ]
    default = None
    if column.default is not None:
        default = {"value": _exact(decision, column.default, kind, reading)}
    return {**entry, **rows_of(table, worth, default)}


def rows_of(table: ReadTable, outputs: list[dict[str, Any]], default: dict[str, Any] | None) -> dict[str, Any]:
    """Return `rows` and `default` of a table. What always hits, as the last row of a FIRST table, is the default."""
    rows = [{**row, **output} for row, output in zip(table.rows, outputs, strict=True)]
    last = len(rows) - 1
    if table.hit_policy == "FIRST" and last in table.always and default is None:
        default = outputs[last]
        rows.pop()
    for number in table.always:
        if number < len(rows):
            rows[number] = {"if": "true", **rows[number]}
    return {"rows": rows, **({"default": default} if default is not None else {})}
