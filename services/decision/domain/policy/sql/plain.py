"""Tests that cannot be told only where a fact is missing: nothing in them divides, overflows or leaves the calendar."""

from typing import Any

from services.decision.domain.policy.bind import Rule
from services.decision.domain.policy.layout import Layout
from shared.feel.typed.nodes import (
    TODAY,
    Choice,
    Comparison,
    Conjunction,
    Constant,
    Disjunction,
    IsMissing,
    Membership,
    Not,
    Typed,
    Variable,
    Within,
    walk,
)

_SAFE = (Choice, Comparison, Conjunction, Disjunction, IsMissing, Membership, Not, Within)


def only_facts_are_missing(rule: Rule[Any], layout: Layout) -> bool:
    """Tell whether a row can only be missing because a fact is."""
    known = {*(fact.name for fact in layout.facts), TODAY}
    return all(_is_plain(node, known) for test in rule.tests for node in walk(test.typed))


def _is_plain(node: Typed, known: set[str]) -> bool:
    match node:
        case Constant(value=value):
            return value is not None
        case Variable(name=name):
            return name in known
    return isinstance(node, _SAFE)
