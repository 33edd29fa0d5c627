"""A scorecard of another tool in one neutral form: facts of the product, pieces of their values, exact points."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from services.scoring.domain.scorecard import BinRole
from shared.facts import Fact


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows of the development sample that fell into a bin, and how many of them were bad."""

    count: int
    bads: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Values of a fact that earn the same points.

    `start` (included) and `end` (not included) are in quanta of the fact, see `Binding`; `values` are in the form of
    the artefact. `tally` is None where the source counts no rows, `reason_code` where the characteristic's holds.
    Values of a `refused` piece, missing or unseen ones, leave no score.
    """

    role: BinRole
    points: Fraction
    start: int | None = None
    end: int | None = None
    values: tuple[str | int | bool, ...] = ()
    tally: Tally | None = None
    reason_code: str | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class CardCharacteristic:
    """One characteristic: regular and special pieces in order, then exactly one missing and one unseen.

    `reference` are the points that reasons are shortfalls against, None where the source states none. `coefficient`
    is that of the regression on weights of evidence.
    """

    fact: Fact
    reason_code: str
    pieces: tuple[Piece, ...]
    reference: Fraction | None = None
    coefficient: str | None = None


class Reference(StrEnum):
    """Where the points that reasons are shortfalls against come from."""

    COUNTED = "mean points of the rows that the source counts, per characteristic"
    STATED = "baseline scores of the source, per characteristic"
    HIGHEST = "highest points of each characteristic; the source counts no rows and states no baseline"


@dataclass(frozen=True, slots=True)
class Card:
    """A scorecard as its source states it. `intercept` are points that every application gets.

    `notes` say, in sentences for people, what the source left open and how it was closed.
    """

    characteristics: tuple[CardCharacteristic, ...]
    intercept: Fraction
    notes: tuple[str, ...] = ()


def lowest_points(pieces: Sequence[Piece]) -> Fraction:
    """Return the fewest points that any of `pieces` earns."""
    return min(piece.points for piece in pieces)
