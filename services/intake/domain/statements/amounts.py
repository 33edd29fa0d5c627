"""Amounts as statements write them, turned into minor units without a loss."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from shared.money import MAX_MINOR, exponent

_EXACT: Final = Context(prec=60)
_NIL: Final = frozenset({"-", "–", "—", "－", "nil"})
_MOST_CHARACTERS: Final = 40


class Scale(StrEnum):
    """In what the amounts of a statement are stated; 万元 is `ten_thousands`, 亿元 `hundred_millions`."""

    UNITS = "units"
    THOUSANDS = "thousands"
    TEN_THOUSANDS = "ten_thousands"
    MILLIONS = "millions"
    HUNDRED_MILLIONS = "hundred_millions"


FACTORS: Final[Mapping[Scale, int]] = {
    Scale.UNITS: 1,
    Scale.THOUSANDS: 10**3,
    Scale.TEN_THOUSANDS: 10**4,
    Scale.MILLIONS: 10**6,
    Scale.HUNDRED_MILLIONS: 10**8,
}


class DecimalMark(StrEnum):
    """What separates the fraction: `1,234.5` has a point, `1.234,5` a comma. The other one groups digits."""

    POINT = "point"
    COMMA = "comma"


_FORMS: Final[Mapping[DecimalMark, re.Pattern[str]]] = {
    DecimalMark.POINT: re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,3}(?:[ ’']\d{3})+|\d+)(?:\.(\d+))?|\.(\d+)"),
    DecimalMark.COMMA: re.compile(r"(\d{1,3}(?:\.\d{3})+|\d{1,3}(?:[ ’']\d{3})+|\d+)(?:,(\d+))?|,(\d+)"),
}


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in minor units, and `step_minor`: the least that the statement could have written."""

    minor: int
    step_minor: int


def number_of(text: str, mark: DecimalMark = DecimalMark.POINT) -> Decimal | None:
    """Return the number that a cell states, None for an empty one.

    Parentheses or a minus on either side make it negative; a lone dash is zero, as accountants write it. Digits may be
    grouped by threes. Raises `ValueError`, worded without the text, for anything else.
    """
    stated = unicodedata.normalize("NFKC", text).replace("−", "-").replace(" ", " ").strip()
    if not stated:
        return None
    if stated.lower() in _NIL:
        return Decimal(0)
    if len(stated) > _MOST_CHARACTERS:
        raise ValueError("is no amount")
    negative = False
    if stated.startswith("(") and stated.endswith(")"):
        negative, stated = True, stated[1:-1].strip()
    elif stated.startswith("-") or stated.endswith("-"):
        negative, stated = True, stated.removeprefix("-").removesuffix("-").strip()
    found = _FORMS[mark].fullmatch(stated)
    if found is None or not stated.isascii():
        raise ValueError("is no amount; see the decimal mark")
    whole = re.sub(r"[^0-9]", "", found[1] or "0")
    number = Decimal(f"{whole}.{found[2] or found[3] or '0'}")
    # A sign of the usual kind would round.
    return number.copy_negate() if negative else number


def exact_number(cell: float, currency: str, scale: Scale) -> Decimal:
    """Return a spreadsheet's number as the decimal that it shows, rounded half even to the minor unit of `currency`.

    A spreadsheet keeps binary fractions; the shortest decimal that reads back as the same fraction is what was typed,
    but for the dust of its own arithmetic, which is far below a minor unit. Raises `ValueError` for no finite number.
    """
    try:
        shown = Decimal(repr(cell))
        step = Decimal(1).scaleb(-exponent(currency)) / FACTORS[scale]
        return shown.quantize(step, context=_EXACT).normalize(_EXACT)
    except InvalidOperation:
        raise ValueError("is no amount") from None


def in_minor_units(number: Decimal, currency: str, scale: Scale) -> Amount:
    """Return a stated number in minor units.

    The step is the value of the last digit that was written, and 1 where amounts are in units: those are taken as
    exact. Raises `ValueError` for what is finer than a minor unit, or too large to be kept.
    """
    places = exponent(currency)
    minor = _EXACT.multiply(number, FACTORS[scale]).scaleb(places, context=_EXACT)
    if minor != minor.to_integral_value():
        raise ValueError(f"is finer than a minor unit of {currency}")
    if abs(minor) > MAX_MINOR:
        raise ValueError("is too large")
    if scale is Scale.UNITS:
        return Amount(int(minor), 1)
    digits = number.as_tuple().exponent
    written = -digits if isinstance(digits, int) and digits < 0 else 0
    return Amount(int(minor), max(1, int(Decimal(FACTORS[scale]).scaleb(places - written, context=_EXACT))))


def usual_step(amounts: Iterable[Amount]) -> int:
    """Return the step that most of the amounts of a statement have, the finest of those; a zero has none of its own."""
    steps = Counter(amount.step_minor for amount in amounts if amount.minor)
    most = max(steps.values(), default=0)
    return min((step for step, count in steps.items() if count == most), default=1)
