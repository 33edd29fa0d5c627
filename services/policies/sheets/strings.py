"""What the sheets of a workbook share: texts, and which styles show a number as a day."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from services.policies.sheets.package import Package, Relation
from shared.dmn.xml import Element

_ESCAPE: Final = re.compile("_x([0-9A-Fa-f]{4})_")
_UNSAFE: Final = re.compile("_(?=x[0-9A-Fa-f]{4})|[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_NUMBER: Final = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")
_SHOWN_DIGITS: Final = Context(prec=15, rounding=ROUND_HALF_EVEN)
"""Office programmes keep binary numbers and show 15 digits of them; what is shown is what was meant."""
_FIRST_INEXACT: Final = Decimal(10) ** 15
_SMALLEST_EXPONENT: Final = -30
_EAST_ASIAN_DAYS: Final = frozenset((*range(27, 32), 36, *range(50, 59)))
"""Formats of days that programmes in Chinese, Japanese and Korean use without declaring them (ECMA-376, 18.8.30)."""
_MAX_FORMAT: Final = 255
_EPOCH: Final = date(1899, 12, 30)
_EPOCH_1904: Final = date(1904, 1, 1)
_FIRST_SURE_DAY: Final = 61
"""The number of 1 March 1900. Programmes differ on the days before it, and on whether 1900 was a leap year."""


def escape(text: str) -> str:
    """Write the characters that XML has no place for as `_xHHHH_` (ECMA-376 part 1, 22.9.2.19, ST_Xstring)."""
    return _UNSAFE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def unescape(text: str) -> str:
    """Return the text that `escape` was given."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


@dataclass(frozen=True, slots=True)
class Strings:
    """The shared texts by their numbers, and by the number of a style whether it shows days."""

    texts: Sequence[str]
    shows_days: Sequence[bool]
    epoch: date

    @classmethod
    def of(cls, package: Package, relations: Mapping[str, Relation], *, dates_from_1904: bool) -> "Strings":
        """Return those of a workbook, whose relations are given."""
        targets = {relation.kind: relation.target for relation in relations.values()}
        texts = package.roots.get(targets.get("sharedStrings", ""))
        styles = package.roots.get(targets.get("styles", ""))
        return cls(
            [rich_text(item) for item in texts.all("si")] if texts is not None else [],
            list(_shows_days(styles)) if styles is not None else [],
            _EPOCH_1904 if dates_from_1904 else _EPOCH,
        )

    def number(self, text: str, style: int) -> Decimal | date:
        """Return the number, or the day, of a cell; raises `ValueError` with words for people."""
        if _NUMBER.fullmatch(text) is None:
            raise ValueError("is not a number that can be read; write it as text")
        value = _SHOWN_DIGITS.create_decimal(text)
        if abs(value) >= _FIRST_INEXACT or (value and value.adjusted() < _SMALLEST_EXPONENT):
            raise ValueError("is too large or too small for a number of a spreadsheet to be exact; write it as text")
        if not (0 <= style < len(self.shows_days) and self.shows_days[style]):
            return value.normalize(_SHOWN_DIGITS)
        if value != value.to_integral_value():
            raise ValueError("has a time of day; write a day, or FEEL as text")
        if not _FIRST_SURE_DAY <= value <= (date.max - self.epoch).days:
            raise ValueError("is a day before March 1900 or after the year 9999; write it as text")
        return self.epoch + timedelta(days=int(value))


def rich_text(item: Element) -> str:
    """Return the text of an element whose runs may differ in font; how a text is pronounced does not belong to it."""
    runs = [text for run in item.all("r") for text in run.all("t")]
    return unescape("".join(text.text for text in (*item.all("t"), *runs)))


def _shows_days(styles: Element) -> Iterator[bool]:
    declared = styles.first("numFmts")
    codes = {key: code for key, code in BUILTIN_FORMATS.items() if isinstance(code, str)}
    for each in declared.all("numFmt") if declared is not None else ():
        codes[_id(each)] = each.attributes.get("formatCode", "")[:_MAX_FORMAT]
    styled = styles.first("cellXfs")
    for each in styled.all("xf") if styled is not None else ():
        number = _id(each)
        yield is_date_format(codes.get(number)) or number in _EAST_ASIAN_DAYS


def _id(element: Element) -> int:
    text = element.attributes.get("numFmtId", "0")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def day_of(text: str) -> date:
    """Return the day of a cell that has it as text (ISO 8601); raises `ValueError`."""
    moment = datetime.fromisoformat(text)
    if moment - datetime.combine(moment.date(), datetime.min.time(), moment.tzinfo) != timedelta():
        raise ValueError("has a time of day; write a day, or FEEL as text")
    return moment.date()
