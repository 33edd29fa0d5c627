"""Sine and cosine of decimal numbers, by their power series: no binary floating point takes part."""

from decimal import ROUND_HALF_EVEN, Context, Decimal

from shared.feel.values import NUMBERS, FeelError

_LARGEST = Decimal(10) ** 15
_WORKING = Context(prec=60, rounding=ROUND_HALF_EVEN, Emax=6144, Emin=-6143)
_PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803483")
_NEGLIGIBLE = Decimal(10) ** -45


def sine(angle: Decimal) -> Decimal:
    """The sine of an angle in radians, to 34 digits. Raises FeelError for angles beyond 10 ** 15."""
    return _series(angle, 1)


def cosine(angle: Decimal) -> Decimal:
    """The cosine of an angle in radians, to 34 digits. Raises FeelError for angles beyond 10 ** 15."""
    return _series(angle, 0)


def _series(angle: Decimal, first: int) -> Decimal:
    """The sum of (-1)**k * x**n / n! for n = first, first + 2, ... with x the angle between -pi and pi."""
    if abs(angle) > _LARGEST:
        raise FeelError("the angle is too large")
    x = _WORKING.remainder_near(angle, _WORKING.multiply(2, _PI))
    square = _WORKING.multiply(x, x)
    term = x if first else Decimal(1)
    total, n = term, first
    while abs(term) > _NEGLIGIBLE:
        term = _WORKING.divide(_WORKING.minus(_WORKING.multiply(term, square)), Decimal((n + 1) * (n + 2)))
        total, n = _WORKING.add(total, term), n + 2
    return NUMBERS.plus(total)
