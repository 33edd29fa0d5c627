"""Evaluating a policy step by step in three-valued logic: what is exact whatever is missing."""

from services.decision.domain.policy.interpret.aggregate import aggregate
from services.decision.domain.policy.interpret.course import TERMS, Course, Interpreter
from services.decision.domain.policy.interpret.tables import (
    NO_ROW,
    Closure,
    CompiledTable,
    Slots,
    row_letter,
)

__all__ = [
    "NO_ROW",
    "TERMS",
    "Closure",
    "CompiledTable",
    "Course",
    "Interpreter",
    "Slots",
    "aggregate",
    "row_letter",
]
