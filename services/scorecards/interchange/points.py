"""Whole points from exact ones: the intercept spread over the characteristics, what rounding changes stated."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.scorecards.interchange.card import Card, CardCharacteristic


@dataclass(frozen=True, slots=True)
class Rounded:
    """The whole points of each piece, characteristic by characteristic.

    `references` are those that the source states, in the same points, None where it states none.
    `largest_difference` is how far a score can be from the source's, in points of the source.
    """

    points: tuple[tuple[int, ...], ...]
    references: tuple[Fraction | None, ...]
    largest_difference: Fraction


def whole_points(card: Card, scale: int, *, negated: bool) -> Rounded:
    """Multiply by `scale`, change the sign if `negated`, spread the intercept and round half to even.

    The whole part of the intercept goes to the characteristics in equal whole shares, one more to each of the first
    until nothing is left; its fraction goes to the first. A share is added to all bins of a characteristic and to its
    reference, so it moves no reason. The largest difference is attained: each characteristic can be in the bin that
    rounds farthest.
    """
    factor = Fraction(-scale if negated else scale)
    shares = _shares(card.intercept * factor, len(card.characteristics))
    points: list[tuple[int, ...]] = []
    references: list[Fraction | None] = []
    above, below = Fraction(0), Fraction(0)
    for characteristic, share in zip(card.characteristics, shares, strict=True):
        exact = [piece.points * factor + share for piece in characteristic.pieces]
        whole = tuple(round(each) for each in exact)
        errors = [rounded - each for rounded, each in zip(whole, exact, strict=True)]
        above, below = above + max(errors), below - min(errors)
        points.append(whole)
        references.append(_reference(characteristic, factor, share))
    return Rounded(tuple(points), tuple(references), max(above, below, Fraction(0)) / scale)


def _reference(characteristic: CardCharacteristic, factor: Fraction, share: Fraction) -> Fraction | None:
    return None if characteristic.reference is None else characteristic.reference * factor + share


def _shares(intercept: Fraction, parts: int) -> Sequence[Fraction]:
    whole = intercept.numerator // intercept.denominator
    each, left = divmod(whole, parts)
    shares = [Fraction(each + (place < left)) for place in range(parts)]
    shares[0] += intercept - whole
    return shares
