"""What a comparison with those who may be the same comes to."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.intake.domain.matching.likeness import Comparison, most_alike
from services.intake.domain.party import PartyKind

POSSIBLE: Final = 700
"""From so many points on a person looks at it."""
EXACT: Final = 950
"""From so many points on, with the same name, it is the same party without anybody looking."""
SAME_NAME: Final = 900
CONFLICTING_NAME: Final = 600
MOST_CANDIDATES: Final = 10
_DOUBTS: Final = frozenset({"identifier_similar", "identifier_differs", "founded_differs", "born_differs"})


class Verdict(StrEnum):
    """Whether a party is known: not at all, beyond doubt, or a person has to say."""

    UNIQUE = "unique"
    EXACT_DUPLICATE = "exact_duplicate"
    POSSIBLE_DUPLICATE = "possible_duplicate"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A party that may be the same: `likeness` from 0 to 1000, and what it rests on, as codes."""

    party_id: str
    likeness: int
    grounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """Whether a party is known, and who it may be, the most alike first; an exact duplicate has one candidate."""

    verdict: Verdict
    candidates: tuple[Candidate, ...] = ()


UNIQUE: Final = Match(Verdict.UNIQUE)


def judge(comparisons: Iterable[tuple[str, Comparison]]) -> Match:
    """Return what comparisons with parties, by their ids, come to.

    Two exact duplicates of one party are two records that nobody has merged: a person looks at that too.
    """
    found = most_alike(((party_id, each) for party_id, each in comparisons if _is_possible(each)), MOST_CANDIDATES)
    if not found:
        return UNIQUE
    exact = [entry for entry in found if _is_exact(entry[1])]
    verdict = Verdict.EXACT_DUPLICATE if len(exact) == 1 else Verdict.POSSIBLE_DUPLICATE
    chosen = exact if len(exact) == 1 else found
    return Match(verdict, tuple(Candidate(party_id, each.likeness, each.grounds) for party_id, each in chosen))


def _is_possible(comparison: Comparison) -> bool:
    return comparison.likeness >= POSSIBLE or "identifier_same" in comparison.grounds


def _is_exact(comparison: Comparison) -> bool:
    """The same strong identifier is the same party, unless the names speak against it (a mistyped number).

    Without one, nothing that tells parties apart may differ, and a person's date of birth has to agree: father and son
    have one name, one address and one telephone.
    """
    grounds = set(comparison.grounds)
    if "identifier_same" in grounds:
        return comparison.name is None or comparison.name >= CONFLICTING_NAME
    if grounds & _DOUBTS or comparison.name is None:
        return False
    if comparison.kind is PartyKind.PERSON and "born_same" not in grounds:
        return False
    return comparison.likeness >= EXACT and comparison.name >= SAME_NAME
