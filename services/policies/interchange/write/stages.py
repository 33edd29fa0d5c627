"""Definitions and stages as decisions."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.policies.interchange.vocabulary import GRAVEST_FIRST, NUMBERS, STAGES, Role
from services.policies.interchange.wrapping import rounded
from services.policies.interchange.write.decisions import Decision, Scope, literal
from services.policies.interchange.write.tables import Output, decision_table, names_of_table
from services.policies.interchange.write.types import Types, listed
from shared.feel.syntax.strings import escape

COUNTED = "1"
"""What a row puts into a table that counts."""

ZERO = "0"
"""The sum, or number, of no rows: zero in a policy, null in DMN unless the model says otherwise."""


def definitions(
    document: Mapping[str, Any], types: Types, columns: Mapping[str, str], scope: Scope
) -> Iterator[Decision]:
    """Yield a decision for each definition: a literal expression or a decision table."""
    for name, entry in document.get("definitions", {}).items():
        type_ref = types.of_definition(name, entry)
        scale = types.scale_of(entry)
        if "rows" in entry:
            output = _worth(name, entry, type_ref, scale)
            logic = decision_table(entry, [output], columns, f"table_{name}")
            cells = [row["value"] for row in (*entry["rows"], entry.get("default", {})) if "value" in row]
            needs = names_of_table(entry, scope).union(*map(scope.in_expression, cells))
        else:
            logic = literal(_exact(entry["value"], scale), type_ref)
            needs = scope.in_expression(entry["value"])
        yield Decision(name, Role.DEFINITION, logic, needs - {name}, type_ref, entry.get("label"))


def _exact(text: str, scale: int | None) -> str:
    return text if scale is None else rounded(text, scale)


def _worth(name: str, entry: Mapping[str, Any], type_ref: str, scale: int | None) -> Output:
    adds_up = entry.get("aggregation") in ("SUM", "COUNT")
    return Output(
        key="value",
        name=name,
        feel=lambda text: _exact(text, scale),
        type_ref=type_ref,
        values=listed(entry["values"]) if entry["hit_policy"] == "PRIORITY" else None,
        absent=COUNTED,
        implied=ZERO if adds_up else None,
    )


def stages(document: Mapping[str, Any], types: Types, columns: Mapping[str, str], scope: Scope) -> Iterator[Decision]:
    """Yield a decision table for each stage that the policy has."""
    for stage, keys in STAGES.items():
        if stage in document:
            table = document[stage]
            name = stage if stage == "grade" else scope.free(stage)
            # `matrix.outcome` needs more outputs than one: the value of a table with one is not a context.
            used = [key for key in keys if key not in NUMBERS or says(table, key)]
            outputs = [_output(stage, key, table, name if len(used) == 1 else key, types) for key in used]
            logic = decision_table(table, outputs, columns, f"table_stage_{stage}")
            type_ref = types.of_stage(stage, used, table["hit_policy"] == "COLLECT")
            needs = names_of_table(table, scope) - {name}
            yield Decision(name, Role.STAGE, logic, needs, type_ref, marks={"assay:of": stage})


def says(table: Mapping[str, Any], key: str) -> bool:
    """Tell whether a row of a table, or its default, has an output."""
    return any(key in row for row in (*table["rows"], table.get("default", {})))


def _output(stage: str, key: str, table: Mapping[str, Any], name: str, types: Types) -> Output:
    values = None
    if stage == "matrix" and key == "outcome" and table["hit_policy"] == "PRIORITY":
        values = listed(GRAVEST_FIRST)
    elif stage == "grade" and table.get("values"):
        values = listed(table["values"])
    return Output(key, name, str if key in NUMBERS else escape, types.of_output(key), values)
