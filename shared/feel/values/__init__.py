"""The values of FEEL: exact, immutable, and independent of the machine they are computed on.

Numbers are `Decimal` (34 digits, see `NUMBERS`), strings `str`, booleans `bool`, null `None`, lists `list` and contexts
`dict`. Dates, times, durations, ranges and functions are the classes below.
"""

from shared.feel.values.calendar import Date
from shared.feel.values.duration import DaysTimeDuration, YearsMonthsDuration
from shared.feel.values.error import FeelError
from shared.feel.values.moment import MIDNIGHT, MIDNIGHT_UTC, DateTime, Time
from shared.feel.values.number import NUMBERS
from shared.feel.values.value import Function, Range, Value, kind_of

__all__ = [
    "MIDNIGHT",
    "MIDNIGHT_UTC",
    "NUMBERS",
    "Date",
    "DateTime",
    "DaysTimeDuration",
    "FeelError",
    "Function",
    "Range",
    "Time",
    "Value",
    "YearsMonthsDuration",
    "kind_of",
]
