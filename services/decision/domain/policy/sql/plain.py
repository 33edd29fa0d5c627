"""Tests that are missing only where a name is: nothing in them divides by zero, overflows or leaves the calendar."""

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
    return all(test.names <= known and is_plain(test.typed) for test in rule.tests)


def is_plain(typed: Typed) -> bool:
    """Tell whether an expression can only be missing because one of its names is."""
    return all(isinstance(node, _SAFE) or _is_leaf(node) for node in walk(typed))


def _is_leaf(node: Typed) -> bool:
    return isinstance(node, Variable) or (isinstance(node, Constant) and node.value is not None)
