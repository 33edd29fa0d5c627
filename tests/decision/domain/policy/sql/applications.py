"""Applications for a policy that has golden cases: those of the cases, with facts missing, swapped or on a boundary."""

import random
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from services.decision.domain.policy import Policy
from shared.facts import Fact, FactType
from shared.feel.typed import Type, domain
from shared.feel.typed.nodes import Comparison, Constant, Membership, Typed, Variable, Within, walk

Facts = Mapping[str, Any]


def like_the_cases(policy: Policy, count: int, seed: int = 20_261_122) -> list[Facts]:
    """Applications, the same in every run."""
    dice = random.Random(seed)
    dictionary = policy.bound.product.dictionary
    known = [_parsed(policy, case.facts) for case in policy.bound.written.cases]
    boundaries = _boundaries(policy)
    used = {fact.name: fact for fact in policy.interpreter.layout.facts}
    found: list[Facts] = []
    for _ in range(count):
        facts = dict(dice.choice(known))
        for name in dice.sample(sorted(used), dice.choice([0, 1, 1, 2, 3, 5])):
            values = [None, dice.choice(known).get(name), *boundaries.get(name, ()), *_ends(dictionary.facts[name])]
            facts[name] = dice.choice(values)
        found.append({name: value for name, value in facts.items() if value is not None})
    return found


def _parsed(policy: Policy, wire: Mapping[str, object]) -> dict[str, Any]:
    facts = policy.bound.product.dictionary.facts
    return {name: facts[name].parse(value) for name, value in wire.items() if value is not None}


def _boundaries(policy: Policy) -> dict[str, list[Any]]:
    """What the rows compare facts with, and the values beside it."""
    found: dict[str, list[Any]] = {}
    facts = policy.bound.product.dictionary.facts
    for table in policy.bound.tables:
        for typed in {id(test.typed): test.typed for rule in table.rules for test in rule.tests}.values():
            for name, value in _compared(typed):
                if name in facts:
                    found.setdefault(name, []).extend(_beside(facts[name], value))
    return found


def _compared(typed: Typed) -> Iterator[tuple[str, Any]]:
    for node in walk(typed):
        match node:
            case Comparison(_, Variable(name=name), Constant(value=value)) if value is not None:
                yield name, value
            case Within(Variable(name=name), Constant(value=low), Constant(value=high)):
                yield from ((name, low), (name, high))
            case Membership(Variable(name=name), members):
                yield from ((name, member) for member in members)


def _beside(fact: Fact, value: Any) -> list[Any]:
    if fact.type in (FactType.INTEGER, FactType.MONEY):
        values: list[Any] = [int(value) + step for step in (-1, 0, 1)]
    elif fact.type is FactType.DECIMAL:
        step = Decimal(1).scaleb(-fact.scale)
        exact = Decimal(value).quantize(step)
        values = [exact - step, exact, exact + step]
    else:
        return [value]
    ((low, high),) = domain(Type.of_fact(fact))
    return [each for each in values if low <= (each.scaleb(fact.scale) if isinstance(each, Decimal) else each) <= high]


def _ends(fact: Fact) -> list[Any]:
    match fact.type:
        case FactType.ENUM:
            return list(fact.values)
        case FactType.BOOLEAN:
            return [True, False]
        case FactType.DATE:
            return [date(1, 1, 1), date(2024, 2, 29), date(9999, 12, 31)]
    ((low, high),) = domain(Type.of_fact(fact))
    if fact.type is FactType.DECIMAL:
        return [Decimal(0).quantize(Decimal(1).scaleb(-fact.scale)), Decimal(high).scaleb(-fact.scale)]
    return [low, min(max(0, low), high), high]
