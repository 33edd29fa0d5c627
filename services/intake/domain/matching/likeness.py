"""How much speaks for two records being one party: points for what agrees, and against it for what doesn't.

Points are in the manner of Fellegi and Sunter (A Theory for Record Linkage, 1969): what strangers rarely share weighs
much where it agrees, what the same party often has in two forms weighs little where it differs. They are set by hand
and measured on the labelled set of `tests/bench/intake`; 1000 points or more are certainty.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from rapidfuzz.distance import OSA

from services.intake.domain.identifiers import is_strong
from services.intake.domain.matching.names import company_likeness, person_likeness
from services.intake.domain.matching.places import Nearness, nearness
from services.intake.domain.matching.traits import Traits
from services.intake.domain.party import Identifier, PartyKind

CERTAIN: Final = 1000

NAME_POINTS: Final[dict[PartyKind, tuple[tuple[int, int], ...]]] = {
    PartyKind.PERSON: ((1000, 450), (950, 445), (900, 400), (750, 250), (600, -150), (300, -300), (0, -500)),
    PartyKind.COMPANY: ((1000, 600), (950, 560), (850, 400), (750, 100), (600, -150), (400, -300), (0, -600)),
}
"""Points of a name by its likeness, the steps joined by straight lines."""
BORN_POINTS: Final = {
    PartyKind.PERSON: {"same": 350, "similar": 180, "differs": -400},
    PartyKind.COMPANY: {"same": 200, "similar": 100, "differs": -150},
}
PLACE_POINTS: Final = {
    PartyKind.PERSON: {
        Nearness.SAME: 300,
        Nearness.SAME_POSTCODE: 80,
        Nearness.SAME_TOWN: 40,
        Nearness.ELSEWHERE: -40,
    },
    PartyKind.COMPANY: {
        Nearness.SAME: 280,
        Nearness.SAME_POSTCODE: 120,
        Nearness.SAME_TOWN: 100,
        Nearness.ELSEWHERE: -100,
    },
}
CONTACT_POINTS: Final = {"same": 300, "differs": -30}
IDENTIFIER_POINTS: Final = {"same": 800, "similar": 150, "differs": -600}
SHARED_IDENTIFIER: Final = "shared_identifier_same"
SHARED_IDENTIFIER_POINTS: Final = 200
"""For an agreeing identifier that is not strong: sister companies have it in common too (the number of a VAT group)."""
SHARED_IDENTIFIER_MOST: Final = 900
"""Such an identifier lifts no likeness above this: with it alone nobody is taken for another without a person looking.
"""
NAME_ALONE_POINTS: Final = 150
"""For a company with the same name, where nothing else is known of both."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of comparing two parties: points (0..1000), and what they rest on, as codes (`name_same`, ...).

    `name` is the likeness of the names (0..1000), None where one of the two has none.
    """

    kind: PartyKind
    likeness: int
    grounds: tuple[str, ...]
    name: int | None


def compare(one: Traits, other: Traits) -> Comparison:
    """Return how much speaks for two parties being one; parties of different kinds never are."""
    if one.kind is not other.kind:
        return Comparison(one.kind, 0, ("kind_differs",), None)
    name = _best_name(one, other)
    told = [
        _identifiers(one.identifiers, other.identifiers),
        _told("born" if one.kind is PartyKind.PERSON else "founded", _dates(one.born_on, other.born_on),
              BORN_POINTS[one.kind]),
        _places(one, other),
        _contacts("phone", one.phones, other.phones),
        _contacts("email", one.emails, other.emails),
    ]  # fmt: skip
    points, grounds = 0, []
    for part in told:
        if part is not None:
            points += part[0]
            grounds.append(part[1])
    if name is not None:
        points += _name_points(one.kind, name)
        grounds.insert(0, _name_ground(name))
        if not any(part is not None for part in told) and one.kind is PartyKind.COMPANY and name == CERTAIN:
            points += NAME_ALONE_POINTS
    if SHARED_IDENTIFIER in grounds:
        points = max(points, min(points + SHARED_IDENTIFIER_POINTS, SHARED_IDENTIFIER_MOST))
    return Comparison(one.kind, max(0, min(CERTAIN, points)), tuple(grounds), name)


def _best_name(one: Traits, other: Traits) -> int | None:
    alike = person_likeness if one.kind is PartyKind.PERSON else company_likeness
    return max((alike(mine, theirs) for mine in one.names for theirs in other.names), default=None)


def _name_points(kind: PartyKind, likeness: int) -> int:
    steps = NAME_POINTS[kind]
    for (above, most), (below, least) in pairwise(steps):
        if likeness >= below:
            return least + (most - least) * (likeness - below) // (above - below)
    return steps[-1][1]


def _name_ground(likeness: int) -> str:
    return "name_same" if likeness >= 950 else "name_similar" if likeness >= 750 else "name_differs"


def _identifiers(one: frozenset[Identifier], other: frozenset[Identifier]) -> tuple[int, str] | None:
    """Identifiers of one scheme are compared; one that agrees outweighs one that doesn't (a renewed passport).

    Those that are not strong speak only where no strong ones can be compared.
    """
    told = _of_one_scheme(_strong(one), _strong(other))
    if told is not None:
        return _told("identifier", told, IDENTIFIER_POINTS)
    told = _of_one_scheme(one, other)
    return (0, SHARED_IDENTIFIER) if told == "same" else _told("identifier", told, IDENTIFIER_POINTS)


def _strong(identifiers: frozenset[Identifier]) -> frozenset[Identifier]:
    return frozenset(each for each in identifiers if is_strong(each.scheme))


def _of_one_scheme(one: frozenset[Identifier], other: frozenset[Identifier]) -> str | None:
    if one & other:
        return "same"
    pairs = [(mine.value, theirs.value) for mine in one for theirs in other if mine.scheme == theirs.scheme]
    if not pairs:
        return None
    return "similar" if any(OSA.distance(*pair, score_cutoff=1) <= 1 for pair in pairs) else "differs"


def _dates(one: date | None, other: date | None) -> str | None:
    """Dates are similar when one of their figures is wrong, or day and month are swapped."""
    if one is None or other is None:
        return None
    if one == other:
        return "same"
    swapped = (one.year, one.day, one.month) == (other.year, other.month, other.day)
    if swapped or OSA.distance(one.isoformat(), other.isoformat(), score_cutoff=1) <= 1:
        return "similar"
    return "differs"


def _places(one: Traits, other: Traits) -> tuple[int, str] | None:
    if not one.places or not other.places:
        return None
    best = max(nearness(mine, theirs) for mine in one.places for theirs in other.places)
    ground = "address_differs" if best is Nearness.ELSEWHERE else f"address_{best.name.lower()}"
    return PLACE_POINTS[one.kind][best], ground


def _contacts(name: str, one: frozenset[str], other: frozenset[str]) -> tuple[int, str] | None:
    if not one or not other:
        return None
    return _told(name, "same" if one & other else "differs", CONTACT_POINTS)


def _told(name: str, result: str | None, points: dict[str, int]) -> tuple[int, str] | None:
    return None if result is None else (points[result], f"{name}_{result}")


def most_alike(comparisons: Iterable[tuple[str, Comparison]], most: int) -> list[tuple[str, Comparison]]:
    """Return the comparisons with the most points, the best first; of equals, the one with the smaller id."""
    return sorted(comparisons, key=lambda each: (-each[1].likeness, each[0]))[:most]
