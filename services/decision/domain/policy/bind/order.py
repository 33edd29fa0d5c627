"""The order in which definitions can be computed, or the circle that they go in."""

from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from services.decision.domain.policy.bind.bound import BoundDefinition, Formula, Rule, RuleTable
from services.decision.domain.policy.faults import PolicyError, PolicyFault
from shared.feel.typed import names_in


def names_of_rule(rule: Rule[Any]) -> frozenset[str]:
    """Return every name that the tests of a rule read, and, in a definition, its value."""
    texts = [test.typed for test in rule.tests]
    if isinstance(rule.output, Formula):
        texts.append(rule.output.typed)
    return _names(texts)


def names_of_table(table: RuleTable[Any]) -> frozenset[str]:
    """Return every name that a table reads."""
    default = [table.default.typed] if isinstance(table.default, Formula) else []
    return _names(default).union(*(names_of_rule(rule) for rule in table.rules))


def names_of_definition(definition: BoundDefinition) -> frozenset[str]:
    """Return every name that a definition reads itself."""
    source = definition.source
    return names_in(source.typed) if isinstance(source, Formula) else names_of_table(source)


def in_order(definitions: Sequence[BoundDefinition]) -> tuple[BoundDefinition, ...]:
    """Return the definitions, each behind those that it uses; raises `PolicyError` naming a circle."""
    by_name = {definition.name: definition for definition in definitions}
    uses = {
        definition.name: [name for name in sorted(names_of_definition(definition)) if name in by_name]
        for definition in definitions
    }
    try:
        return tuple(by_name[name] for name in TopologicalSorter(uses).static_order())
    except CycleError as error:
        # Each name in the list is used by the next one; people read it the other way round.
        circle = list(reversed(error.args[1]))
        words = f"definitions go in a circle: {' -> '.join(circle)}"
        raise PolicyError([PolicyFault(by_name[circle[0]].pointer, "circle", words, of_key=True)]) from None


def _names(texts: Iterable[Any]) -> frozenset[str]:
    return frozenset().union(*(names_in(typed) for typed in texts))
