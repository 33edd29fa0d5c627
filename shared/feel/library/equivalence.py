"""Which of many values are equal to one another, in about as many steps as there are values."""

from collections.abc import Hashable, Iterator
from decimal import Decimal
from typing import Final

from shared.feel.operators import equal
from shared.feel.values import Date, DateTime, DaysTimeDuration, FeelError, Time, Value, YearsMonthsDuration

MAX_WORK: Final = 5_000_000
"""The most parts of lists and contexts that one function compares; a part in many of them counts as often."""

_EXACT: Final = (bool, Decimal, str, Date, DaysTimeDuration, YearsMonthsDuration)
_DEPTH: Final = 3


def indices_of(value: Value, items: list[Value]) -> Iterator[int]:
    """Where a value stands among others, from 0. Raises FeelError where that would take more than MAX_WORK."""
    if isinstance(value, list | dict):
        _check(_parts(value) * sum(type(item) is type(value) for item in items))
    return (index for index, item in enumerate(items) if equal(item, value))


class Classes:
    """Values that were met, each kind of equal values once, in the order in which they were met first.

    Only values with the same key are compared. Contexts and lists that differ in their depths alone share one; so
    there is a bound on the comparisons, beyond which `place` raises FeelError.
    """

    def __init__(self) -> None:
        self.firsts: list[Value] = []
        self._by_key: dict[Hashable, list[int]] = {}
        self._work = 0

    def place(self, value: Value) -> tuple[int, bool]:
        """The index of the value's class in `firsts`, and whether the value is the first of its class."""
        rivals = self._by_key.setdefault(_key(value, _DEPTH), [])
        self._work += _parts(value) * len(rivals)
        _check(self._work)
        for index in rivals:
            if equal(self.firsts[index], value):
                return index, False
        self.firsts.append(value)
        rivals.append(len(self.firsts) - 1)
        return rivals[-1], True


def _check(work: int) -> None:
    if work > MAX_WORK:
        raise FeelError("the list has too many items that are hard to tell apart")


def _parts(value: Value) -> int:
    """The number of parts of a value, itself included, as far as MAX_WORK."""
    waiting = [value]
    count = 1
    while waiting and count <= MAX_WORK:
        part = waiting.pop()
        inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        count += len(inside)
        waiting.extend(inside)
    return count


def _key(value: Value, depth: int) -> Hashable:
    """Something that equal values have in common."""
    if isinstance(value, _EXACT):
        return type(value), value
    if isinstance(value, Time | DateTime):
        return type(value), value.is_local, value.instant
    if isinstance(value, list):
        return list, len(value), *(_key(item, depth - 1) for item in value[:_DEPTH] if depth)
    if isinstance(value, dict):
        entries = ((name, _key(entry, depth - 1)) for name, entry in value.items() if depth)
        return dict, frozenset(value), frozenset(entries)
    return (type(value),)
