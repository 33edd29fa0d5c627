"""Functions on points and ranges (DMN 1.5, 10.3.4.9): how they lie to each other, after Allen's interval algebra.

Each end of a range is a place: its value, and whether the range starts or stops right at, before or after it. Then
`(5` lies just after `5`, and `5)` just before, and all the functions are comparisons of places.
"""

from collections.abc import Callable
from dataclasses import dataclass

from shared.feel.library.signature import POINT, RANGE, Form, Parameter, builtin, form
from shared.feel.operators import compare
from shared.feel.values import FeelError, Range, Value, kind_of


@dataclass(frozen=True, slots=True)
class _Place:
    """A place among ordered values: `side` is -1 just before the value, 1 just after it, 0 at it.

    `beyond` is -1 or 1 for the place below or above all values.
    """

    value: Value
    side: int = 0
    beyond: int = 0


def _order(left: _Place, right: _Place) -> int:
    """Negative, zero or positive as `left` lies below, at or above `right`. Raises FeelError for other kinds."""
    if left.beyond or right.beyond:
        return left.beyond - right.beyond
    above = compare(">", left.value, right.value)
    if above is None:
        raise FeelError(f"a {kind_of(left.value)} and a {kind_of(right.value)} have no order")
    if above:
        return 1
    return -1 if compare("<", left.value, right.value) else left.side - right.side


Section = tuple[_Place, _Place]
"""The places where something starts and stops. Those of a point are the same."""


def _section(thing: Value) -> Section:
    if not isinstance(thing, Range):
        return _Place(thing), _Place(thing)
    if thing.complement or (thing.null_ends and (thing.low is None or thing.high is None)):
        raise FeelError("the ends of the range are not known")
    low = _Place(None, beyond=-1) if thing.low is None else _Place(thing.low, 0 if thing.low_included else 1)
    high = _Place(None, beyond=1) if thing.high is None else _Place(thing.high, 0 if thing.high_included else -1)
    return low, high


def _before(one: Section, other: Section) -> bool:
    return _order(one[1], other[0]) < 0


def _meets(one: Section, other: Section) -> bool:
    return _order(one[1], other[0]) == 0


def _overlaps(one: Section, other: Section) -> bool:
    return _order(one[1], other[0]) >= 0 and _order(one[0], other[1]) <= 0


def _overlaps_before(one: Section, other: Section) -> bool:
    return _order(one[0], other[0]) < 0 <= _order(one[1], other[0]) and _order(one[1], other[1]) <= 0


def _finishes(one: Section, other: Section) -> bool:
    return _order(one[1], other[1]) == 0 and _order(one[0], other[0]) >= 0


def _during(one: Section, other: Section) -> bool:
    return _order(one[0], other[0]) >= 0 and _order(one[1], other[1]) <= 0


def _starts(one: Section, other: Section) -> bool:
    return _order(one[0], other[0]) == 0 and _order(one[1], other[1]) <= 0


def _coincides(one: Section, other: Section) -> bool:
    return _order(one[0], other[0]) == 0 and _order(one[1], other[1]) == 0


Relation = Callable[[Section, Section], bool]


def _converse(relation: Relation) -> Relation:
    return lambda one, other: relation(other, one)


_POINTS = (Parameter("point1", POINT), Parameter("point2", POINT))
_RANGES = (Parameter("range1", RANGE), Parameter("range2", RANGE))
_POINT_RANGE = (Parameter("point", POINT), Parameter("range", RANGE))
_RANGE_POINT = (Parameter("range", RANGE), Parameter("point", POINT))


def _forms(relation: Relation, *parameters: tuple[Parameter, Parameter]) -> tuple[Form, ...]:
    def apply(one: Value, other: Value) -> Value:
        return relation(_section(one), _section(other))

    return tuple(form(apply, *pair) for pair in parameters)


def _relations() -> dict[str, tuple[Form, ...]]:
    return {
        "before": _forms(_before, _POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES),
        "after": _forms(_converse(_before), _POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES),
        "meets": _forms(_meets, _RANGES),
        "met by": _forms(_converse(_meets), _RANGES),
        "overlaps": _forms(_overlaps, _RANGES),
        "overlaps before": _forms(_overlaps_before, _RANGES),
        "overlaps after": _forms(_converse(_overlaps_before), _RANGES),
        "finishes": _forms(_finishes, _POINT_RANGE, _RANGES),
        "finished by": _forms(_converse(_finishes), _RANGE_POINT, _RANGES),
        "includes": _forms(_converse(_during), _RANGE_POINT, _RANGES),
        "during": _forms(_during, _POINT_RANGE, _RANGES),
        "starts": _forms(_starts, _POINT_RANGE, _RANGES),
        "started by": _forms(_converse(_starts), _RANGE_POINT, _RANGES),
        "coincides": _forms(_coincides, _POINTS, _RANGES),
    }


FUNCTIONS = tuple(builtin(name, "boolean", *forms) for name, forms in _relations().items())
