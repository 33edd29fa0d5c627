"""The same party written down again: with the errors and habits of people and of scanners.

A duplicate keeps enough for a clerk to tell: two or more of birth date, address, telephone and number of a person whose
name is damaged, one or more of telephone, address and number of a company. Its number is left out more often than not,
so that most have to be found by what is written.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Final

from anyascii import anyascii
from opencc import OpenCC

from services.intake.domain.party import Address, ContactKind, Name, PartyKind, Profile
from tests.bench.intake import lists
from tests.bench.intake.generator import Made, Maker

_NUMBER_LEFT_OUT: Final = 0.7
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_SCANNED: Final = {"o": "0", "l": "1", "s": "5", "b": "8", "m": "rn", "e": "c", "i": "l", "h": "b", "O": "0", "I": "l"}
_ABBREVIATED: Final = {
    "Street": "St.", "Avenue": "Ave", "Road": "Rd", "Drive": "Dr.", "Boulevard": "Blvd", "Lane": "Ln", "straße": "str.",
    "boulevard": "bd", "avenue": "av.",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Probe:
    """A party that comes in; `same_as` is the party that it is, None for one that is new."""

    party_id: str
    kind: PartyKind
    profile: Profile
    same_as: str | None
    dirt: tuple[str, ...]
    is_chinese: bool


@cache
def _traditional() -> OpenCC:
    return OpenCC("s2t")


def duplicate(of: Made, party_id: str, chance: random.Random) -> Probe:
    """Return a party written down again."""
    profile, dirt = _renamed(of, chance)
    profile, more = _misremembered(of, profile, chance)
    return Probe(party_id, of.kind, profile, of.party_id, (*dirt, *more), of.country == "CN")


def stranger(like: Made | None, party_id: str, chance: random.Random) -> Probe:
    """Return a party that is new: one that is easily taken for another, or any."""
    maker = Maker(chance)
    made = maker.party(party_id) if like is None else maker.relative(like, party_id)
    profile = made.profile
    if chance.random() < _NUMBER_LEFT_OUT and like is None:
        profile = replace(profile, identifiers=())
    return Probe(party_id, made.kind, profile, None, ("relative" if like else "stranger",), made.country == "CN")


def _renamed(of: Made, chance: random.Random) -> tuple[Profile, list[str]]:
    name = of.profile.names[0].text
    dirt: list[str] = []
    ways = _ways(of)
    for way in sorted(chance.sample(list(ways), k=chance.choice((0, 1, 1, 2))), key=list(ways).index):
        changed = ways[way](name, chance)
        if changed != name:
            name, dirt = changed, [*dirt, way]
    return replace(of.profile, names=(Name(name),)), dirt


def _ways(of: Made) -> dict[str, Callable[[str, random.Random], str]]:
    """Return how a name may be written otherwise."""
    is_person = of.kind is PartyKind.PERSON
    if of.country == "CN":
        own = _transliterated_person if is_person else _transliterated_company
        written = {"transliterated": own, "traditional": lambda name, _: str(_traditional().convert(name))}
        return written if is_person else {"suffix": _other_han_form, **written}
    common = {"typo": _typo, "scanned": _scan, "case": _case, "accents": lambda name, _: anyascii(name)}
    if is_person:
        return {**common, "order": _reordered, "initial": _initial}
    return {**common, "suffix": _other_form, "ampersand": lambda name, _: name.replace(" ", "  ").strip() + "\u200b"}


def _misremembered(of: Made, profile: Profile, chance: random.Random) -> tuple[Profile, list[str]]:
    """Return the rest of a profile with up to two parts changed or missing, and mostly without its number."""
    dirt = []
    if chance.random() < _NUMBER_LEFT_OUT:
        profile = replace(profile, identifiers=())
        dirt.append("number_missing")
    parts = ["address", "contact", "day"]
    for part in chance.sample(parts, k=chance.choice((0, 1, 1, 1, 2) if of.kind is PartyKind.COMPANY else (0, 1, 1))):
        if part == "address":
            profile, what = _other_address(of, profile, chance)
        elif part == "contact":
            profile, what = _other_contact(of, profile, chance)
        else:
            profile, what = _other_day(profile, chance)
        dirt.append(what)
    if of.kind is PartyKind.COMPANY and not _is_told(profile, of.profile):
        profile = replace(profile, contacts=of.profile.contacts)
    if of.kind is PartyKind.PERSON and profile.born_on is None and not _is_told(profile, of.profile):
        profile = replace(profile, addresses=of.profile.addresses)
    return replace(profile, addresses=tuple(_abbreviated(each, chance) for each in profile.addresses)), dirt


def _is_told(profile: Profile, own: Profile) -> bool:
    return (
        profile.addresses == own.addresses
        or bool(profile.identifiers)
        or bool(set(profile.contacts) & set(own.contacts))
    )


def _other_address(of: Made, profile: Profile, chance: random.Random) -> tuple[Profile, str]:
    if chance.random() < 0.5:
        return replace(profile, addresses=()), "address_missing"
    return replace(profile, addresses=(Maker(chance).address(of.country),)), "moved"


def _other_contact(of: Made, profile: Profile, chance: random.Random) -> tuple[Profile, str]:
    if chance.random() < 0.5:
        return replace(profile, contacts=()), "contact_missing"
    phone = [each for each in Maker(chance).contacts(of.country) if each.kind is ContactKind.PHONE]
    kept = [each for each in profile.contacts if each.kind is ContactKind.EMAIL]
    return replace(profile, contacts=(*phone, *kept)), "phone_changed"


def _other_day(profile: Profile, chance: random.Random) -> tuple[Profile, str]:
    day = profile.born_on
    if day is None or chance.random() < 0.5:
        return replace(profile, born_on=None), "day_missing"
    if day.day <= 12 and day.day != day.month:
        return replace(profile, born_on=date(day.year, day.day, day.month)), "day_swapped"
    year = day.year - day.year % 10 + (day.year + 1) % 10
    return replace(profile, born_on=date(year, day.month, min(day.day, 28))), "day_mistyped"


def _abbreviated(address: Address, chance: random.Random) -> Address:
    if chance.random() < 0.5:
        return address
    line = address.lines[0]
    if address.country == "CN":
        return replace(address, lines=(str(_traditional().convert(line)),))
    for long, short in _ABBREVIATED.items():
        line = line.replace(long, short)
    return replace(address, lines=(line.upper(),))


def _typo(name: str, chance: random.Random) -> str:
    """One slip in one of the longer words: a letter lost, doubled, changed, or swapped with the next."""
    words = name.split()
    long = [place for place, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
    if not long:
        return name
    place = chance.choice(long)
    word = words[place]
    at = chance.randrange(1, len(word) - 1)
    words[place] = chance.choice((
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + chance.choice(_LETTERS) + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    ))  # fmt: skip
    return " ".join(words)


def _scan(name: str, chance: random.Random) -> str:
    """One letter that a scanner read as another."""
    places = [place for place, letter in enumerate(name) if letter in _SCANNED and place > 0]
    if not places:
        return name
    at = chance.choice(places)
    return name[:at] + _SCANNED[name[at]] + name[at + 1 :]


def _case(name: str, chance: random.Random) -> str:
    return chance.choice((name.upper(), name.lower()))


def _reordered(name: str, chance: random.Random) -> str:
    words = name.split()
    return f"{words[-1]}{chance.choice((', ', ' '))}{' '.join(words[:-1])}"


def _initial(name: str, chance: random.Random) -> str:
    first, *rest = name.split()
    return " ".join([f"{first[0]}.", *rest])


def _transliterated_person(name: str, chance: random.Random) -> str:
    family, given = anyascii(name[0]), anyascii(name[1:]).capitalize()
    spaced = " ".join(anyascii(each) for each in name[1:])
    return chance.choice(
        (f"{family} {given}", f"{given} {family}", f"{family.upper()}, {spaced}", f"{family} {spaced}")
    )


def _transliterated_company(name: str, chance: random.Random) -> str:
    core = name.removesuffix(_han_form(name))
    city = next(city for city, _ in lists.HAN_CITIES if core.startswith(city[:2]))[:2]
    trade = next((each for each in (*lists.HAN_TRADES, *lists.HAN_SISTERS) if core.endswith(each)), "")
    middle = core.removeprefix(city).removesuffix(trade)
    said = [anyascii(part).capitalize() for part in (city, middle, trade) if part]
    if chance.random() < 0.5:
        said = [anyascii(each) for each in core]
    return " ".join([*said, chance.choice(("Co., Ltd.", "Youxian Gongsi", "Co Ltd", "Company Limited"))])


def _other_han_form(name: str, chance: random.Random) -> str:
    return name.removesuffix(_han_form(name)) + chance.choice(("", *lists.HAN_FORMS))


def _han_form(name: str) -> str:
    return next((form for form in sorted(lists.HAN_FORMS, key=len, reverse=True) if name.endswith(form)), "")


def _other_form(name: str, chance: random.Random) -> str:
    for forms in lists.FORMS.values():
        for form in sorted(forms, key=len, reverse=True):
            if name.endswith(f" {form}"):
                return f"{name.removesuffix(form)}{chance.choice(('', *forms))}".strip()
    return name
