"""Applications as rows of a table that a compiled policy reads, and what engines make of them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from services.decision.domain.policy import Policy
from services.decision.domain.policy.result import Result
from services.decision.domain.policy.sql import CompiledPolicy
from shared.facts import Fact

SCORE_REASONS: Final = ("S1", "S2")


def reasons_of(number: int) -> tuple[str, ...]:
    """The reasons of the score of an application: every other one has some."""
    return SCORE_REASONS if number % 2 else ()


def columns(compiled: CompiledPolicy, huge: str = "HUGEINT") -> str:
    """The columns of a table that the policy can read, with their types."""
    types = {"row_id": "BIGINT", **compiled.facts}
    return ", ".join(f'"{name}" {of.replace("HUGEINT", huge)}' for name, of in types.items())


def row_of(compiled: CompiledPolicy, number: int, facts: Mapping[str, Any], as_of: datetime) -> list[Any]:
    """An application as a row of that table."""
    dictionary = compiled.policy.bound.product.dictionary.facts
    known = {"as_of_day": as_of.date(), "has_score_reasons": bool(reasons_of(number))}
    return [number, *(known[name] if name in known else _stored(dictionary[name], facts) for name in compiled.facts)]


def _stored(fact: Fact, facts: Mapping[str, Any]) -> Any:
    value = facts.get(fact.name)
    return int(value.scaleb(fact.scale)) if isinstance(value, Decimal) else value


def literals(row: Sequence[Any]) -> str:
    """A row as SQL literals."""
    return f"({', '.join(map(_literal, row))})"


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool | int):
        return str(value)
    return f"DATE '{value}'" if isinstance(value, date) else "'" + value.replace("'", "''") + "'"


def decoded(compiled: CompiledPolicy, rows: Sequence[Mapping[str, Any]]) -> list[Result]:
    """The results of what came out, in the order of the applications."""
    ordered = sorted(rows, key=lambda row: int(row["row_id"]))
    return [compiled.decode(row, reasons_of(int(row["row_id"]))) for row in ordered]


def interpreted(policy: Policy, applications: Sequence[Mapping[str, Any]], as_of: datetime) -> list[Result]:
    """What the interpreter says."""
    return [policy.interpret(facts, reasons_of(number), as_of) for number, facts in enumerate(applications)]


def require_same(found: Sequence[Result], expected: Sequence[Result], applications: Sequence[Any]) -> None:
    """Every result is the same to the last digit, decimals with as many places."""
    for one, other, facts in zip(found, expected, applications, strict=True):
        differences = {
            name: (mine, theirs)
            for name, mine, theirs in zip(Result._fields, map(repr, one), map(repr, other), strict=True)
            if mine != theirs
        }
        assert not differences, facts
