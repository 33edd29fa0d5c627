"""Pieces of SQL text: conditions, sums and choices, kept shallow because engines bound how deep an expression may be.

Conditions may be NULL, which is "it cannot be told": `AND`, `OR` and `NOT` of SQL are the logic of policies.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

TRUE: Final = "TRUE"
FALSE: Final = "FALSE"

_WIDTH: Final = 50
"""Operands that stand side by side; more of them are taken in groups, as parsers nest `a + b + c`."""


def quoted(name: str) -> str:
    """Return a reference to a column."""
    return f'"{name}"'


def text_literal(text: str) -> str:
    """Return a text as a literal."""
    return "'" + text.replace("'", "''") + "'"


def all_of(conditions: Sequence[str]) -> str:
    """Return the conjunction, in parentheses where it needs them."""
    kept = [each for each in dict.fromkeys(conditions) if each != TRUE]
    return FALSE if FALSE in kept else _joined(kept, "AND") if kept else TRUE


def any_of(conditions: Sequence[str]) -> str:
    """Return the disjunction, in parentheses where it needs them."""
    kept = [each for each in dict.fromkeys(conditions) if each != FALSE]
    return TRUE if TRUE in kept else _joined(kept, "OR") if kept else FALSE


def negated(condition: str) -> str:
    """Return the negation."""
    return {TRUE: FALSE, FALSE: TRUE}.get(condition) or f"NOT {condition}"


def total(terms: Sequence[str]) -> str:
    """Return the sum."""
    return _joined(list(terms), "+") if terms else "0"


def put_together(texts: Sequence[str]) -> str:
    """Return one text after the other."""
    return _joined(list(texts), "||") if texts else "''"


def is_missing(condition: str) -> str:
    """Return a condition for one that cannot be told."""
    return FALSE if condition in (TRUE, FALSE) else f"({condition} IS NULL)"


def chosen(cases: Sequence[tuple[str, str]], otherwise: str) -> str:
    """Return the value of the first of `cases`, (condition, value), that holds."""
    possible = [(condition, value) for condition, value in cases if condition != FALSE]
    if not possible:
        return otherwise
    if possible[0][0] == TRUE:
        return possible[0][1]
    return f"CASE {' '.join(f'WHEN {when} THEN {then}' for when, then in possible)} ELSE {otherwise} END"


def bits(conditions: Sequence[str], first: int = 0) -> str:
    """Return the sum of two to the power of the place of each condition that holds, places counted from `first`."""
    return total(
        [f"CASE WHEN {each} THEN {1 << at} ELSE 0 END" for at, each in enumerate(conditions, first) if each != FALSE]
    )


def picked(index: str, values: Sequence[str], first: int = 0) -> str:
    """Return the value at `index`, counted from `first`; below, it is the first one, and above the last."""
    runs: list[tuple[int, str]] = []
    at = first
    for value, run in groupby(values):
        runs.append((at, value))
        at += len(list(run))
    return _searched(index, runs)


def _searched(index: str, runs: Sequence[tuple[int, str]]) -> str:
    if len(runs) == 1:
        return runs[0][1]
    middle = len(runs) // 2
    below, above = _searched(index, runs[:middle]), _searched(index, runs[middle:])
    return f"CASE WHEN {index} < {runs[middle][0]} THEN {below} ELSE {above} END"


def _joined(parts: Sequence[str], sign: str) -> str:
    while len(parts) > 1:
        parts = [_side_by_side(parts[at : at + _WIDTH], sign) for at in range(0, len(parts), _WIDTH)]
    return parts[0]


def _side_by_side(parts: Sequence[str], sign: str) -> str:
    return parts[0] if len(parts) == 1 else f"({f' {sign} '.join(parts)})"
