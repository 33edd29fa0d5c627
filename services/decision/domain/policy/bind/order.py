"""The order in which definitions can be computed, or the circle that they go in."""

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from services.decision.domain.policy.bind.bound import BoundDefinition, Formula, Rule, RuleTable
from services.decision.domain.policy.faults import PolicyError, PolicyFault


def names_of_rule(rule: Rule[Any]) -> frozenset[str]:
    """Return every name that the tests of a rule read, and, in a definition, its value."""
    own = [rule.output.names] if isinstance(rule.output, Formula) else []
    return frozenset().union(*own, *(test.names for test in rule.tests))


def names_of_table(table: RuleTable[Any]) -> frozenset[str]:
    """Return every name that a table reads."""
    # Rows of a table repeat one another's cells: there are far fewer sets of names than cells.
    read = {test.names for rule in table.rules for test in rule.tests}
    read |= {output.names for output in table.outputs if isinstance(output, Formula)}
    return frozenset().union(*read)


def names_of_definition(definition: BoundDefinition) -> frozenset[str]:
    """Return every name that a definition reads itself."""
    source = definition.source
    return source.names if isinstance(source, Formula) else names_of_table(source)


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
        # Each name in the list is used by the next one, and people read it the other way round; a circle may begin
        # anywhere, so it begins with the definition that stands first.
        names = list(reversed(error.args[1]))[1:]
        start = min(range(len(names)), key=lambda at: list(by_name).index(names[at]))
        circle = [*names[start:], *names[: start + 1]]
        words = f"definitions go in a circle: {' -> '.join(circle)}"
        raise PolicyError([PolicyFault(by_name[circle[0]].pointer, "circle", words, of_key=True)]) from None
