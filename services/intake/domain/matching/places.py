"""Addresses in the form in which they are compared."""

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from rapidfuzz import fuzz

from services.intake.domain.matching import spelling
from services.intake.domain.party import Address

_COMMON: Final = (
    "street st str strasse road rd avenue ave av boulevard blvd lane ln drive dr court ct square sq platz place pl weg "
    "way allee gasse rue calle via ulica ul straat laan no nr number suite ste floor fl unit apt apartment building "
    "bldg block room rm po box north south east west n s e w lu jie dadao hao dajie xiang nong"
)
_STREET_WORDS: Final = frozenset(spelling.words(_COMMON))
_TAIL: Final = re.compile(r"(strasse|str|straat)$")
_NUMBER: Final = re.compile(r"[0-9]+[a-z]?")
_HAN_COMMON: Final = re.compile("[省市县区镇乡村路街道巷弄号室楼层栋幢座单元大]")
_CITY_TAIL: Final = re.compile(r"[市縣县區区]$")
_ALIKE: Final = 75


class Nearness(IntEnum):
    """How near two addresses are."""

    ELSEWHERE = 0
    SAME_TOWN = 1
    SAME_POSTCODE = 2
    SAME = 3


@dataclass(frozen=True, slots=True)
class Place:
    """An address as it is compared: the words of its street in ASCII, its numbers, its city and its postcode."""

    country: str
    postcode: str
    city: str
    street: str
    numbers: frozenset[str]
    is_han: bool

    @property
    def number(self) -> str:
        """The number that tells houses apart: the shortest, as flats and rooms mostly have longer ones."""
        return min(self.numbers, key=lambda number: (len(number), number), default="")


def place(address: Address) -> Place:
    """Return the compared form of an address."""
    lines = [spelling.folded(line) for line in address.lines]
    is_han = any(spelling.is_han(line) for line in lines)
    words = [word for line in lines for word in spelling.words(spelling.without_han(line) if is_han else line)]
    numbers = frozenset(word for word in words if _NUMBER.fullmatch(word))
    if is_han:
        characters = _HAN_COMMON.sub("", "".join(spelling.han(line) for line in lines))
        words = [spelling.sound(characters.replace(_town(address.city), ""))]
    street = (_TAIL.sub("", word) for word in words if word not in numbers and word not in _STREET_WORDS)
    return Place(
        country=address.country.casefold(),
        postcode="".join(spelling.words(spelling.folded(address.postal_code))),
        city="".join(spelling.words(_town(address.city))),
        street=" ".join(filter(None, street)),
        numbers=numbers,
        is_han=is_han,
    )


def nearness(one: Place, other: Place) -> Nearness:
    """Return how near two addresses are."""
    if one.country != other.country:
        return Nearness.ELSEWHERE
    same_postcode = bool(one.postcode) and one.postcode == other.postcode
    same_town = bool(one.city) and one.city == other.city
    if (same_postcode or same_town) and _same_house(one, other, same_postcode):
        return Nearness.SAME
    if same_postcode:
        return Nearness.SAME_POSTCODE
    return Nearness.SAME_TOWN if same_town else Nearness.ELSEWHERE


def _same_house(one: Place, other: Place, same_postcode: bool) -> bool:
    if one.numbers and other.numbers and not one.numbers & other.numbers:
        return False
    if one.is_han != other.is_han:
        # Street names are translated as often as they are transliterated: postcode and number have to do.
        return same_postcode and bool(one.numbers & other.numbers)
    if not one.street or not other.street:
        return same_postcode and bool(one.numbers & other.numbers)
    return fuzz.token_set_ratio(one.street, other.street) >= _ALIKE


def _town(text: str) -> str:
    folded = spelling.folded(text).strip()
    return _CITY_TAIL.sub("", folded) if len(folded) > 2 else folded
