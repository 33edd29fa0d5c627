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
from services.decision.domain.reasons import PLATFORM_REASONS
from shared.facts import FactValue

STATUS: Final = {HIT: "hit", NO_HIT: "no_hit", MISSING: "missing", NOT_EVALUATED: "not_evaluated"}


class TraceMismatch(ValueError):
    """A recorded trace that these facts and this policy do not give; the message names the first rule that differs."""


def expand_trace(policy: Policy, facts: Mapping[str, FactValue], compact: CompactTrace) -> list[dict[str, Any]]:
    """Return the readable trace of a decision that `policy` took on `facts`.

    The policy is evaluated again on the way; raises `TraceMismatch` when it does not come out as recorded.
    """
    program = policy.program
    # The score's reasons are not facts. Of the recorded ones they are all that matters: whether there were any.
    reasons = [code for code in compact["reasons"] if code not in PLATFORM_REASONS]
    _compare(compact, policy.evaluate(facts, reasons).trace)
    slots = _slots(program, facts, compact)
    expanded = [_table(program, table, slots, compact["tables"][table.name]) for table in program.document.tables]
    expanded.insert(len(program.document.tables) - (program.routing is not None), _terms(program, slots, compact))
    return expanded


def _compare(recorded: CompactTrace, now: CompactTrace) -> None:
    for table, marks in now["tables"].items():
        before = recorded["tables"].get(table, "")
        if len(before) != len(marks):
            raise TraceMismatch(f"table {table}: the recorded trace does not have its rows")
        for number, (was, is_now) in enumerate(zip(before, marks, strict=True), start=1):
            if was != is_now:
                words = f"recorded {STATUS.get(was, was)}, now {STATUS[is_now]}"
                raise TraceMismatch(f"table {table}, row {number}: {words}")
    for name in dict.fromkeys((*now["outputs"], *recorded["outputs"])):
        if recorded["outputs"].get(name) != now["outputs"].get(name):
            raise TraceMismatch(f"output {name} differs")


def _slots(program: Program, facts: Mapping[str, FactValue], compact: CompactTrace) -> Slots:
    slots = program.reader.read(facts)
    outputs = compact["outputs"]
    for name in (GRADE, OUTCOME):
        slots[program.slot_of[name]] = outputs.get(name)
    for name in (SHARE, RATE):
        if name in outputs:
            slots[program.slot_of[name]] = Decimal(str(outputs[name]))
    return slots


def _table(program: Program, table: Table[Any], slots: Slots, marks: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [
        {
            "row": number,
            "status": STATUS[mark],
            "conditions": [
                _condition(program, table.name, condition, slots, evaluated=mark != NOT_EVALUATED)
                for condition in row.conditions
            ],
            "output": _output(row.output),
        }
        for number, (row, mark) in enumerate(zip(table.rows, marks, strict=False), start=1)
    ]
    if table.default is not None:
        output = _output(table.default)
        rows.append({"row": "default", "status": STATUS[marks[-1]], "conditions": [], "output": output})
    return {"table": table.name, "hit_policy": table.hit_policy.value, "rows": rows}


def _condition(program: Program, table: str, condition: Condition, slots: Slots, *, evaluated: bool) -> dict[str, Any]:
    mark = compile_row((condition,), program.slot_of)(slots) if evaluated else NOT_EVALUATED
    return {
        "fact": condition.fact,
        "test": condition.text,
        "value": _value(program, table, condition.fact, slots),
        "status": STATUS[mark],
    }


def _terms(program: Program, slots: Slots, compact: CompactTrace) -> dict[str, Any]:
    rows = [
        {
            "row": number,
            "status": STATUS[mark],
            "conditions": [],
            "formula": program.document.terms[outcome].text,
            "operands": [{"fact": name, "value": _value(program, "terms", name, slots)} for name in limit.operands],
            "output": {
                "outcome": outcome.value,
                "approved_minor": compact["outputs"].get("approved_minor") if mark == HIT else None,
            },
        }
        for number, ((outcome, limit), mark) in enumerate(
            zip(program.limits.items(), compact["tables"]["terms"], strict=True), start=1
        )
    ]
    return {"table": "terms", "hit_policy": "UNIQUE", "rows": rows}


def _value(program: Program, table: str, name: str, slots: Slots) -> object:
    value = slots[program.slot_of[name]]
    return None if value is None else program.names[table][name].to_wire(value)


def _output(output: Any) -> dict[str, object]:
    return {key: str(value) for key, value in asdict(output).items() if value is not None}
