"""A query for people on top of the one for machines: codes in place of bits, decimals in place of scaled integers."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from services.decision.domain.policy.result import MAX_PRINCIPAL_REASONS
from services.decision.domain.policy.sql.grants import conditions_name
from services.decision.domain.policy.sql.layers import ROW_ID
from services.decision.domain.policy.sql.masks import BITS
from services.decision.domain.policy.sql.reasons import reasons_name
from services.decision.domain.policy.sql.text import all_of, put_together, quoted, text_literal

if TYPE_CHECKING:
    from services.decision.domain.policy.sql.compiled import CompiledPolicy

FROM_SCORE: Final = "from_score"
"""Stands for the reasons of the score, which are not columns of the source."""

_DIGITS: Final = 24
"""Digits of a decimal: twelve before the point and as many behind it."""

Place = tuple[str, int, str]
"""A column, a bit in it, and the code that it stands for."""


def query(compiled: "CompiledPolicy", inner: str) -> str:
    """Return the readable query over the text of the inner one."""
    numbers = {name: output.scale for name, output in compiled.outputs.items() if output.scale > 0}
    terms = [name for name in compiled.outputs if name.startswith("term_")]
    values = [_decimal(name, numbers[name]) if name in numbers else quoted(name) for name in ("rate", *terms)]
    plain = [quoted(name) for name in (ROW_ID, "outcome", "grade", "approved_minor", "queue")]
    reasons = f"{_codes(_reasons(compiled))} AS {quoted('reasons')}"
    conditions = f"SUBSTR({_codes(_conditions(compiled))}, 2) AS {quoted('conditions')}"
    told = ",\n  ".join([*plain, *values, reasons, conditions])
    parts = [f"SPLIT_PART({quoted('reasons')}, ',', {at + 2})" for at in range(MAX_PRINCIPAL_REASONS)]
    principal = put_together([f"CASE WHEN {part} = '' THEN '' ELSE ',' || {part} END" for part in parts])
    names = [quoted(name) for name in ("rate", *terms)]
    last = [*plain, *names, f"SUBSTR({principal}, 2) AS {quoted('reasons')}", quoted("conditions")]
    shown = ",\n  ".join(last)
    return f"WITH decided AS (\n{inner}\n), told AS (\nSELECT {told}\nFROM decided\n)\nSELECT {shown}\nFROM told"


def _decimal(name: str, scale: int) -> str:
    unit = f"0.{'0' * (scale - 1)}1"
    number = f"CAST({quoted(name)} AS DECIMAL({_DIGITS}, 0))"
    return f"{number} * CAST('{unit}' AS DECIMAL({scale + 1}, {scale})) AS {quoted(name)}"


def _reasons(compiled: "CompiledPolicy") -> Iterable[Place]:
    for slot in compiled.slots:
        yield reasons_name(slot.column), slot.bit, slot.code or FROM_SCORE


def _conditions(compiled: "CompiledPolicy") -> Iterable[Place]:
    table = compiled.policy.bound.conditions
    for row, rule in enumerate(table.rules if table is not None else ()):
        yield conditions_name(row // BITS), row % BITS, rule.output.condition


def _codes(places: Iterable[Place]) -> str:
    """Return the codes of the bits that are set, each once, in order, each behind a comma."""
    earlier: dict[str, dict[str, int]] = {}
    texts = []
    for column, bit, code in places:
        masks = earlier.setdefault(code, {})
        first = [f"({quoted(other)} & {mask}) = 0" for other, mask in masks.items()]
        told = all_of([f"({quoted(column)} & {1 << bit}) <> 0", *first])
        texts.append(f"CASE WHEN {told} THEN {text_literal(',' + code)} ELSE '' END")
        masks[column] = masks.get(column, 0) | 1 << bit
    return put_together(texts)
