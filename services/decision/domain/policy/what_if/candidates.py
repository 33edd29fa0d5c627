"""Which values of a fact are worth asking the policy about: those around its own literals, and a grid for formulas."""

from collections.abc import Iterable, Iterator
from typing import Final

from services.decision.domain.policy.bind import BoundPolicy, Formula, Vocabulary
from services.decision.domain.policy.what_if.scale import Scale
from shared.feel.typed import Typed, region
from shared.feel.typed.nodes import Comparison, Membership, Within, walk

MAX_BREAKPOINTS: Final = 100
"""At most so many literals of the policy are tried for a fact: the nearest."""

_PARTS: Final = 20
_DOUBLINGS: Final = 60


def candidates(scale: Scale, key: int, breakpoints: Iterable[int]) -> list[list[int]]:
    """Return the ways to go from `key`: the keys to try on each, the nearest first.

    An ordered fact has two at most, up and down; of another one, every value is a way of its own.
    """
    low, high = scale.reach(key)
    if not scale.is_ordered:
        return [[each] for each in range(low, high + 1) if each != key]
    near = sorted({each for each in breakpoints if low <= each <= high}, key=lambda at: abs(at - key))
    found = sorted({*near[:MAX_BREAKPOINTS], *_grid(scale.size(key), key, low, high)})
    ways = [[each for each in reversed(found) if each < key], [each for each in found if each > key]]
    return [way for way in ways if way]


def _grid(size: int, key: int, low: int, high: int) -> Iterator[int]:
    """Yield keys ever farther from `key`, in twentieths of its size and then in doublings, and both ends."""
    size = max(size, _PARTS)
    steps = [size * part // _PARTS for part in range(1, _PARTS)]
    steps += [size << doubling for doubling in range(_DOUBLINGS)]
    for at in (low, high, *(key - step for step in steps), *(key + step for step in steps)):
        if low <= at <= high:
            yield at


def breakpoints_by_fact(policy: BoundPolicy, names: Iterable[str]) -> dict[str, set[int]]:
    """Return, by fact, the keys next to which a test against a literal, anywhere in the policy, changes its mind."""
    found: dict[str, set[int]] = {name: set() for name in names}
    seen: set[int] = set()
    for typed, vocabulary in _expressions(policy):
        # Rows of a table share what they have in common: each tree is looked at once.
        if id(typed) not in seen:
            seen.add(id(typed))
            for node in walk(typed):
                _note(node, vocabulary, found)
    return found


def _note(node: Typed, vocabulary: Vocabulary, found: dict[str, set[int]]) -> None:
    match node:
        case Comparison(_, subject) | Within(subject) | Membership(subject):
            name = getattr(subject, "name", None)
        case _:
            return
    if name not in found:
        return
    for low, high in region(node, name, vocabulary.types[name]) or ():
        found[name] |= {low - 1, low, high, high + 1}


def _expressions(policy: BoundPolicy) -> Iterator[tuple[Typed, Vocabulary]]:
    for table in policy.tables:
        for rule in table.rules:
            for test in rule.tests:
                yield test.typed, table.vocabulary
        for output in table.outputs:
            if isinstance(output, Formula):
                yield output.typed, output.vocabulary
    formulas = [each.source for each in policy.definitions if isinstance(each.source, Formula)]
    for term in policy.terms.values():
        formulas.extend(term.formulas)
    for formula in formulas:
        yield formula.typed, formula.vocabulary
