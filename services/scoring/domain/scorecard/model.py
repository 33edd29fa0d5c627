"""A loaded scorecard and the score it gives: integer points, no rounding and no floating point at run time."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum
from typing import Final

from services.scoring.domain.score import Failure, Reason, Score, ScoredBin, Unscorable
from shared.facts import FactValue

_CONTEXT: Final = Context(prec=34, rounding=ROUND_HALF_EVEN)
"""Stated here so that the thread's ambient decimal context can't change a PD."""

_PD_QUANTUM: Final = Decimal("0.000001")


class BinRole(StrEnum):
    """What brings a value into a bin: its size or category, a special code, no value, or a value never trained on."""

    REGULAR = "regular"
    SPECIAL = "special"
    MISSING = "missing"
    UNSEEN = "unseen"


class ReasonMethod(StrEnum):
    """What the points of a characteristic are held against (12 CFR 1002 supplement I, comment 9(b)(2)-5).

    The mean points of all training rows ("the average of all applicants"), or of those that scored at a cut-off or just
    above it ("applicants whose total score was at or slightly above the minimum passing score"). An imported scorecard
    may state other points, which `reasons.reference` names.
    """

    POPULATION_MEAN = "shortfall_against_population_mean"
    AT_CUTOFF = "shortfall_at_cutoff"
    STATED = "shortfall_against_stated_reference"


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin of a characteristic, with what it contributes to a score: its points, and its reason if it has one.

    `refusal` is there where a value in this bin leaves no score.
    """

    role: BinRole
    scored: ScoredBin
    reason: Reason | None
    refusal: Failure | None = None

    @property
    def label(self) -> str:
        """The bin's name in explanations and reports, unique within its characteristic."""
        return self.scored.bin

    @property
    def points(self) -> int:
        """Points that a value in this bin earns."""
        return self.scored.points


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One fact that the scorecard looks at, and its bins.

    A value listed in `by_value` goes to that bin. Any other number goes to the interval that holds it:
    `intervals[i]` covers `edges[i-1] <= value < edges[i]`, money in minor units; a categorical characteristic
    has no intervals. What is left, a category the model was not trained on, goes to `unseen`. Where numbers beyond
    the trained range count as missing or unseen, the first and the last interval are that bin.
    """

    name: str
    bins: tuple[Bin, ...]
    by_value: Mapping[FactValue, Bin]
    edges: tuple[int | Decimal, ...]
    intervals: tuple[Bin, ...]
    missing: Bin
    unseen: Bin

    def bin_of(self, value: FactValue | None) -> Bin:
        """Return the bin of a value as `FactDictionary.parse` gives it; None is missing."""
        if value is None:
            return self.missing
        found = self.by_value.get(value)
        if found is not None:
            return found
        if self.intervals and isinstance(value, int | Decimal):
            return self.intervals[bisect_right(self.edges, value)]
        return self.unseen


@dataclass(frozen=True, slots=True)
class Scaling:
    """How points relate to odds: `base_score` stands for `base_odds` goods to one bad, and every
    `points_to_double_odds` more points double those odds. A higher score is always the better one.
    """

    base_score: int
    base_odds: int
    points_to_double_odds: int

    def pd(self, score: int) -> Decimal:
        """Return the probability of default that `score` stands for, six places, half to even.

        PD = 1 / (1 + odds), odds = base_odds * 2 ^ ((score - base_score) / PDO) (Siddiqi, "Credit Risk
        Scorecards", 2006, chapter 6). `exp` and `ln` of the decimal module are correctly rounded, so the
        result is the same on every machine.
        """
        doublings = _CONTEXT.divide(Decimal(score - self.base_score), Decimal(self.points_to_double_odds))
        growth = _CONTEXT.exp(_CONTEXT.multiply(doublings, _CONTEXT.ln(Decimal(2))))
        odds = _CONTEXT.multiply(Decimal(self.base_odds), growth)
        pd = _CONTEXT.divide(Decimal(1), _CONTEXT.add(odds, Decimal(1)))
        return pd.quantize(_PD_QUANTUM, context=_CONTEXT)


def _shortfall(reason: Reason) -> int:
    return reason.shortfall_millipoints


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A scorecard that `load_scorecard` found sound.

    `pd_by_score[i]` and `grade_by_score[i]` are those of score `lowest_score + i`; they cover every score that the
    bins can add up to. A score of it may be used for `valid_days`, None for as long as nothing changes.
    """

    name: str
    version: int
    product: str
    content_hash: str
    scaling: Scaling
    reason_method: ReasonMethod
    reason_limit: int
    characteristics: tuple[Characteristic, ...]
    lowest_score: int
    pd_by_score: tuple[Decimal, ...]
    grade_by_score: tuple[str | None, ...]
    valid_days: int | None

    @property
    def reads(self) -> tuple[str, ...]:
        """The facts that it looks at."""
        return tuple(each.name for each in self.characteristics)

    @property
    def highest_score(self) -> int:
        """The best score that the bins can add up to."""
        return self.lowest_score + len(self.pd_by_score) - 1

    def score(self, facts: Mapping[str, FactValue]) -> Score:
        """Score exact fact values, as `FactDictionary.parse` gives them; facts without an entry are missing.

        Facts that no characteristic names are ignored. Reasons are the shortfalls against the reference points of
        `reason_method`: largest first, ties in the order of the characteristics, each reason code once.
        Raises `Unscorable` for the first value in a bin that leaves no score.
        """
        total = 0
        points: list[ScoredBin] = []
        shortfalls: list[Reason] = []
        for characteristic in self.characteristics:
            found = characteristic.bin_of(facts.get(characteristic.name))
            if found.refusal is not None:
                raise Unscorable(found.refusal, characteristic.name)
            total += found.scored.points
            points.append(found.scored)
            if found.reason is not None:
                shortfalls.append(found.reason)
        shortfalls.sort(key=_shortfall, reverse=True)
        place = total - self.lowest_score
        reasons = self._principal(shortfalls)
        return Score(total, self.pd_by_score[place], reasons, tuple(points), self.grade_by_score[place])

    def _principal(self, ranked: list[Reason]) -> tuple[Reason, ...]:
        first_of_code: dict[str, Reason] = {}
        for reason in ranked:
            if reason.code not in first_of_code:
                first_of_code[reason.code] = reason
                if len(first_of_code) == self.reason_limit:
                    break
        return tuple(first_of_code.values())


def attainable_scores(characteristics: tuple[Characteristic, ...]) -> range:
    """Return every score between the sums of the lowest and of the highest points."""
    lowest = sum(min(found.points for found in each.bins) for each in characteristics)
    highest = sum(max(found.points for found in each.bins) for each in characteristics)
    return range(lowest, highest + 1)
