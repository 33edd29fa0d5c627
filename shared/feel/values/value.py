"""All values of FEEL (DMN 1.5, 10.3.2), and the values that are about other values: ranges and functions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from shared.feel.values.calendar import Date
from shared.feel.values.duration import DaysTimeDuration, YearsMonthsDuration
from shared.feel.values.moment import DateTime, Time


@dataclass(frozen=True, slots=True)
class Range:
    """Values between two ends of one ordered kind (DMN 1.5, 10.3.2.7). An end that is None is unbounded: `(< 10)`.

    With `null_ends`, None stands for null instead: what `(null..10]` holds is unknown, below 10.
    With `complement`, the range is everything else: `(!= 10)` is what lies outside 10..10, the ends excluded.
    A `single` one was written as `(= 10)`: it holds what `[10..10]` holds, and is another range all the same.
    """

    low: "Value"
    high: "Value"
    low_included: bool = True
    high_included: bool = True
    null_ends: bool = False
    complement: bool = False
    single: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """Something that can be called, with the names of its parameters. Equal to itself only."""

    parameters: tuple[str, ...]
    invoke: "Callable[[Sequence[Value]], Value]"


Value = (
    None
    | bool
    | Decimal
    | str
    | Date
    | Time
    | DateTime
    | DaysTimeDuration
    | YearsMonthsDuration
    | Range
    | Function
    | list["Value"]
    | dict[str, "Value"]
)
"""A FEEL value. Lists and contexts (dicts) are never changed once made."""

_KINDS: Final[dict[type, str]] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    list: "list",
    dict: "context",
    Date: "date",
    Time: "time",
    DateTime: "date and time",
    DaysTimeDuration: "days and time duration",
    YearsMonthsDuration: "years and months duration",
    Range: "range",
}


def kind_of(value: Value) -> str:
    """Return the name of the kind of `value`, as FEEL's types are called: `number`, `date and time`, `null`, ...

    A function may know more than `Function` does: its subclasses are functions too.
    """
    return _KINDS.get(type(value), "function")
