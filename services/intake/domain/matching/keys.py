"""Keys that parties share which may be the same: only those are compared.

Each key joins two things that rarely are common to strangers, so that few parties have it, however many there are; each
error that people make leaves some of them whole. A key leaves this module as text, and is stored as a blind digest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from services.intake.domain.identifiers import is_strong
from services.intake.domain.matching import spelling
from services.intake.domain.matching.names import ComparedName
from services.intake.domain.matching.places import Place
from services.intake.domain.matching.traits import Traits
from services.intake.domain.party import PartyKind

_MOST: Final = 96
_MOST_WORDS: Final = 5
_END: Final = 5


@dataclass(frozen=True, slots=True)
class Key:
    """What two parties may share; `is_strong` if whoever shares it is the same party, unless somebody erred."""

    text: str
    is_strong: bool = False


def keys_of(traits: Traits) -> tuple[Key, ...]:
    """Return the keys of a party, the strong ones first, each once, and no more than a hundred."""
    found = dict.fromkeys(_keys(traits))
    return tuple(found)[:_MOST]


def _keys(traits: Traits) -> Iterator[Key]:
    kind = traits.kind.value
    identifiers = ((not is_strong(each.scheme), each.scheme, each.value) for each in traits.identifiers)
    for is_weak, scheme, value in sorted(identifiers):
        yield Key(f"{kind}|id|{scheme}|{value}", is_strong=not is_weak)
    for phone in sorted(traits.phones):
        yield Key(f"{kind}|phone|{phone}")
    for email in sorted(traits.emails):
        yield Key(f"{kind}|email|{email}")
    own = _of_person if traits.kind is PartyKind.PERSON else _of_company
    for name in traits.names:
        for text in own(name, traits):
            yield Key(f"{kind}|{text}")
    for place in traits.places:
        if place.postcode and place.number:
            yield Key(f"{kind}|house|{place.country}|{place.postcode}|{place.number}")


def _of_person(name: ComparedName, traits: Traits) -> Iterator[str]:
    whole = name.sorted_words
    for word in _marks(name):
        if traits.born_on is not None:
            yield f"born|{traits.born_on.isoformat()}|{word}"
        for place in traits.places:
            yield from _at(place, word)
    if traits.born_on is not None:
        yield f"year|{traits.born_on.year}|{whole}"
    yield from _in_town(traits, whole)


def _of_company(name: ComparedName, traits: Traits) -> Iterator[str]:
    yield f"name|{name.sorted_words}"
    yield f"sound|{spelling.skeleton(name.whole, 40)}"
    yield from _in_town(traits, name.sorted_words)
    for word in _marks(name):
        if traits.born_on is not None:
            yield f"born|{traits.born_on.isoformat()}|{word}"
        for place in traits.places:
            yield from _at(place, word)


def _in_town(traits: Traits, whole: str) -> Iterator[str]:
    for place in traits.places:
        if place.city:
            yield f"town|{place.country}|{place.city}|{whole}"


def _at(place: Place, word: str) -> Iterator[str]:
    if place.postcode:
        yield f"post|{place.country}|{place.postcode}|{word}"
    elif place.city:
        yield f"town|{place.country}|{place.city}|{word}"


def _marks(name: ComparedName) -> list[str]:
    """Return what single words of a name, and both ends of it, are recognised by, in either script."""
    bones = spelling.skeleton(name.sound, 60)
    marks = [spelling.skeleton(word) for word in name.words[:_MOST_WORDS] if len(word) > 1]
    return list(dict.fromkeys([*marks, f"<{bones[:_END]}", f"{bones[-_END:]}>"]))
