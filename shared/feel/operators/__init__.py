"""What FEEL's operators do with values (DMN 1.5, 10.3.2). Pure functions; `FeelError` where FEEL defines no result."""

from shared.feel.operators.arithmetic import add, divide, multiply, negate, power, subtract
from shared.feel.operators.comparison import between, compare, equal, half_bounded, in_range, interval
from shared.feel.operators.properties import property_of

__all__ = [
    "add",
    "between",
    "compare",
    "divide",
    "equal",
    "half_bounded",
    "in_range",
    "interval",
    "multiply",
    "negate",
    "power",
    "property_of",
    "subtract",
]
