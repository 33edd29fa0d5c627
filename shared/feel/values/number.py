"""FEEL numbers: decimals of 34 digits (DMN 1.5, 10.3.2.3.1: IEEE 754-2008 decimal128), never binary floats."""

from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow, Underflow
from typing import Final

NUMBERS: Final = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[InvalidOperation, DivisionByZero, Overflow, Underflow],
)
"""The context of all arithmetic. What is no number, or too large or too small for one, raises `ArithmeticError`.

Use its methods (`NUMBERS.add(a, b)`): the operators of `Decimal` follow the context of the running thread instead.
"""


def number_text(number: Decimal) -> str:
    """Return `number` without exponent and without trailing zeros of its fraction: `1E+2` is "100", `1.50` is "1.5"."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
