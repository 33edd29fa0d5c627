"""Which of many values are equal to one another, in about as many steps as there are values."""

from collections.abc import Hashable
from decimal import Decimal

from shared.feel.operators import equal
from shared.feel.values import Date, DateTime, DaysTimeDuration, FeelError, Time, Value, YearsMonthsDuration

_EXACT = (bool, Decimal, str, Date, DaysTimeDuration, YearsMonthsDuration)
_DEPTH = 3
_MAX_COMPARISONS = 1_000_000


class Classes:
    """Values that were met, each kind of equal values once, in the order in which they were met first.

    Only values with the same key are compared. Contexts and lists that differ in their depths alone share one; so
    there is a bound on the comparisons, beyond which `place` raises FeelError.
    """

    def __init__(self) -> None:
        self.firsts: list[Value] = []
        self._by_key: dict[Hashable, list[int]] = {}
        self._comparisons = 0

    def place(self, value: Value) -> tuple[int, bool]:
        """The index of the value's class in `firsts`, and whether the value is the first of its class."""
        rivals = self._by_key.setdefault(_key(value, _DEPTH), [])
        for index in rivals:
            self._comparisons += 1
            if equal(self.firsts[index], value):
                return index, False
        if self._comparisons > _MAX_COMPARISONS:
            raise FeelError("the list has too many items that are hard to tell apart")
        self.firsts.append(value)
        rivals.append(len(self.firsts) - 1)
        return rivals[-1], True


def _key(value: Value, depth: int) -> Hashable:
    """Something that equal values have in common."""
    if isinstance(value, _EXACT):
        return type(value), value
    if isinstance(value, Time | DateTime):
        return type(value), value.is_local, value.instant
    if isinstance(value, list):
        return list, len(value), *(_key(item, depth - 1) for item in value[:_DEPTH] if depth)
    if isinstance(value, dict):
        scalars = ((name, _key(entry, depth - 1)) for name, entry in value.items() if depth)
        return dict, frozenset(value), frozenset(scalars)
    return (type(value),)
