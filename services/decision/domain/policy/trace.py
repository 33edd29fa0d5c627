"""The readable trace: every rule with its operands and status, grown from the compact trace of a decision.

A list of tables in the order of evaluation, each

    {"table": "knock_outs", "hit_policy": "COLLECT", "rows": [
        {"row": 1, "status": "no_hit",
         "conditions": [{"fact": "score", "test": "< 480", "value": 512, "status": "no_hit"}],
         "output": {"outcome": "decline", "reason": "...", "on_missing": "refer"}}]}

Statuses are `hit`, `no_hit`, `missing`, `not_evaluated`. Values are in wire form, null when missing. The default
row of a table has `"row": "default"` and no conditions. The table `terms`, before routing, has rows with `formula` and
`operands` instead.
"""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Final

from services.decision.domain.policy.binding import GRADE, OUTCOME, RATE, SHARE
from services.decision.domain.policy.compile import HIT, MISSING, NO_HIT, NOT_EVALUATED, Slots, compile_row
from services.decision.domain.policy.document import Condition, Table
from services.decision.domain.policy.evaluate import CompactTrace
from services.decision.domain.policy.load import Policy
from services.decision.domain.policy.program import Program
from shared.facts import FactValue

STATUS: Final = {HIT: "hit", NO_HIT: "no_hit", MISSING: "missing", NOT_EVALUATED: "not_evaluated"}


class TraceMismatch(ValueError):
    """A recorded trace that these facts and this policy do not give; the message names the first rule that differs."""


def expand_trace(policy: Policy, facts: Mapping[str, FactValue], compact: CompactTrace) -> list[dict[str, Any]]:
    """Return the readable trace of a decision that `policy` took on `facts`; raises `TraceMismatch`."""
    program = policy.program
    slots = _slots(program, facts, compact)
    expanded = [_table(program, table, slots, compact) for table in program.document.tables]
    routing_at = len(expanded) if program.routing is None else len(expanded) - 1
    expanded.insert(routing_at, _terms(program, slots, compact))
    return expanded


def _slots(program: Program, facts: Mapping[str, FactValue], compact: CompactTrace) -> Slots:
    slots = program.reader.read(facts)
    outputs = compact["outputs"]
    for name in (GRADE, OUTCOME):
        slots[program.slot_of[name]] = outputs.get(name)
    for name in (SHARE, RATE):
        if name in outputs:
            slots[program.slot_of[name]] = Decimal(str(outputs[name]))
    return slots


def _table(program: Program, table: Table[Any], slots: Slots, compact: CompactTrace) -> dict[str, Any]:
    marks = compact["tables"].get(table.name, "")
    if len(marks) != len(table.rows) + (table.default is not None) or set(marks) - set(STATUS):
        raise TraceMismatch(f"table {table.name}: the recorded trace does not have its rows")
    rows = [_row(program, table, number, marks[number], slots) for number in range(len(table.rows))]
    if table.default is not None:
        output = _output(table.default)
        rows.append({"row": "default", "status": STATUS[marks[-1]], "conditions": [], "output": output})
    return {"table": table.name, "hit_policy": table.hit_policy.value, "rows": rows}


def _row(program: Program, table: Table[Any], number: int, mark: str, slots: Slots) -> dict[str, Any]:
    row = table.rows[number]
    if mark != NOT_EVALUATED:
        now = compile_row(row.conditions, program.slot_of)(slots)
        if now != mark:
            words = f"recorded {STATUS[mark]}, now {STATUS[now]}"
            raise TraceMismatch(f"table {table.name}, row {number + 1}: {words}")
    conditions = [
        _condition(program, table.name, condition, slots, evaluated=mark != NOT_EVALUATED)
        for condition in row.conditions
    ]
    return {"row": number + 1, "status": STATUS[mark], "conditions": conditions, "output": _output(row.output)}


def _condition(program: Program, table: str, condition: Condition, slots: Slots, *, evaluated: bool) -> dict[str, Any]:
    mark = compile_row((condition,), program.slot_of)(slots) if evaluated else NOT_EVALUATED
    return {
        "fact": condition.fact,
        "test": condition.text,
        "value": _value(program, table, condition.fact, slots),
        "status": STATUS[mark],
    }


def _terms(program: Program, slots: Slots, compact: CompactTrace) -> dict[str, Any]:
    marks = compact["tables"].get("terms", "")
    if len(marks) != len(program.limits):
        raise TraceMismatch("table terms: the recorded trace does not have its rows")
    rows = []
    for number, (outcome, limit) in enumerate(program.limits.items()):
        mark = marks[number]
        approved = limit.amount_minor(slots) if mark != NOT_EVALUATED else None
        if mark != NOT_EVALUATED and approved != compact["outputs"].get("approved_minor"):
            raise TraceMismatch(f"table terms, row {number + 1}: the limit differs")
        rows.append(
            {
                "row": number + 1,
                "status": STATUS[mark],
                "conditions": [],
                "formula": program.document.terms[outcome].text,
                "operands": [{"fact": name, "value": _value(program, "terms", name, slots)} for name in limit.operands],
                "output": {"outcome": outcome.value, "approved_minor": approved},
            }
        )
    return {"table": "terms", "hit_policy": "UNIQUE", "rows": rows}


def _value(program: Program, table: str, name: str, slots: Slots) -> object:
    value = slots[program.slot_of[name]]
    return None if value is None else program.names[table][name].to_wire(value)


def _output(output: Any) -> dict[str, object]:
    return {key: str(value) for key, value in asdict(output).items() if value is not None}
