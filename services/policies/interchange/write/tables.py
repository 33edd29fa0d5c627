"""Decision tables: a column for each name in `when`, one for `if`, the outputs, and the notes (DMN 1.5, 8.3)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.policies.interchange.markup import Tag, text_tag
from services.policies.interchange.vocabulary import ANYTHING, CONDITION
from services.policies.interchange.write.decisions import Scope

IF = "if"
NOTE = "note"


@dataclass(frozen=True, slots=True)
class Output:
    """An output column: the key of the rows that it holds, and how a value of theirs is written in FEEL.

    Camunda finds the value of a table by the name of its only output, though DMN (8.3.3) does without one there.
    `absent` is written where a row has no value; `implied` is what the policy gives by itself where no row hits.
    """

    key: str
    name: str
    feel: Callable[[Any], str]
    type_ref: str | None = None
    values: str | None = None
    absent: str = "null"
    implied: str | None = None


def decision_table(table: Mapping[str, Any], outputs: Sequence[Output], types: Mapping[str, str], stem: str) -> Tag:
    """Return the table; its ids begin with `stem`."""
    rows: Sequence[Mapping[str, Any]] = table["rows"]
    names = tuple(dict.fromkeys(name for row in rows for name in row.get("when", {})))
    conditions = any(IF in row for row in rows) or not names
    inputs = [_input(f"{stem}_i{at}", name, types.get(name), name) for at, name in enumerate(names, 1)]
    if conditions:
        inputs.append(_input(f"{stem}_if", CONDITION, "boolean", IF))
    noted = any(NOTE in row for row in rows)
    return Tag(
        "decisionTable",
        {"id": stem, "hitPolicy": table["hit_policy"], "aggregation": table.get("aggregation")},
        (
            *inputs,
            *(_output(f"{stem}_o{at}", output, table.get("default")) for at, output in enumerate(outputs, 1)),
            *([Tag("annotation", {"name": NOTE})] if noted else []),
            *(_rule(f"{stem}_r{number}", row, names, conditions, outputs, noted) for number, row in enumerate(rows, 1)),
        ),
    )


def names_of_table(table: Mapping[str, Any], scope: Scope) -> frozenset[str]:
    """Return the known names that the columns, cells and conditions of a table use."""
    found: set[str] = set()
    for row in table["rows"]:
        for name, cell in row.get("when", {}).items():
            found |= {name} & scope.names | scope.in_cell(cell)
        if IF in row:
            found |= scope.in_expression(row[IF])
    return frozenset(found)


def _input(identity: str, expression: str, type_ref: str | None, label: str) -> Tag:
    given = text_tag("inputExpression", expression, {"id": f"{identity}_e", "typeRef": type_ref})
    return Tag("input", {"id": identity, "label": label}, (given,))


def _output(identity: str, output: Output, default: Mapping[str, Any] | None) -> Tag:
    children = []
    if output.values is not None:
        children.append(text_tag("outputValues", output.values, {"id": f"{identity}_v"}))
    if default is not None and output.key in default:
        children.append(text_tag("defaultOutputEntry", output.feel(default[output.key]), {"id": f"{identity}_d"}))
    elif default is None and output.implied is not None:
        marks = {"id": f"{identity}_d", "assay:implied": "true"}
        children.append(text_tag("defaultOutputEntry", output.implied, marks))
    return Tag("output", {"id": identity, "name": output.name, "typeRef": output.type_ref}, children)


def _rule(
    identity: str,
    row: Mapping[str, Any],
    names: Sequence[str],
    conditions: bool,
    outputs: Sequence[Output],
    noted: bool,
) -> Tag:
    cells = [row.get("when", {}).get(name) for name in names]
    if conditions:
        cells.append(row.get(IF))
    children = [_cell(f"{identity}_i{at}", cell) for at, cell in enumerate(cells, 1)]
    for at, output in enumerate(outputs, 1):
        value = output.feel(row[output.key]) if output.key in row else output.absent
        children.append(text_tag("outputEntry", value, {"id": f"{identity}_o{at}"}))
    if noted:
        children.append(text_tag("annotationEntry", row.get(NOTE, "")))
    return Tag("rule", {"id": identity}, children)


def _cell(identity: str, cell: str | None) -> Tag:
    # A cell that the policy leaves out and one in which it writes `-` mean the same, but are not the same document.
    stated = "true" if cell == ANYTHING else None
    return text_tag("inputEntry", ANYTHING if cell is None else cell, {"id": identity, "assay:stated": stated})
