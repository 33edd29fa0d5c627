"""A loaded ensemble of trees and the score it gives, with reasons found by substitution."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from services.scoring.domain.boosted.answers import AnswerError, Answers
from services.scoring.domain.boosted.graph import Graph
from services.scoring.domain.boosted.inputs import Input
from services.scoring.domain.score import Failure, Reason, Score, ScoredBin, Unscorable
from shared.facts import FactValue

Run = Callable[[Sequence[Sequence[float]]], Sequence[float]]
"""Answers rows of numbers, one number a row; raises `AnswerError` when it can't."""

OpenSession = Callable[[bytes, Graph, int], Run]
"""Makes a `Run` of an ONNX file that was found sound, reading the column of the answer; raises `ModelError`."""


@dataclass(frozen=True, slots=True)
class Substitution:
    """The facts that one reason code stands for, and the columns of the row that the reference applicant has there."""

    code: str
    facts: tuple[str, ...]
    columns: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class BoostedModel:
    """A model that `load_boosted` found sound.

    `pd_by_score[i]` and `grade_by_score[i]` are those of score `lowest_score + i`; no other scores are given.
    `reference` are the facts of the applicant that reasons compare with; what has no entry is missing there.
    """

    name: str
    version: int
    product: str
    content_hash: str
    inputs: tuple[Input, ...]
    run: Run
    answers: Answers
    substitutions: tuple[Substitution, ...]
    reference: Mapping[str, FactValue]
    reason_limit: int
    pd_by_score: tuple[Decimal, ...]
    grade_by_score: tuple[str | None, ...]
    valid_days: int | None

    @property
    def reads(self) -> tuple[str, ...]:
        """The facts that it looks at."""
        return tuple(each.fact.name for each in self.inputs)

    @property
    def lowest_score(self) -> int:
        """The lowest score that is given."""
        return self.answers.scores.start

    @property
    def highest_score(self) -> int:
        """The highest score that is given."""
        return self.answers.scores.stop - 1

    def row(self, facts: Mapping[str, FactValue]) -> list[float]:
        """Return the row that the trees look at."""
        return [number for columns, _ in self._read(facts) for number in columns]

    def score(self, facts: Mapping[str, FactValue]) -> Score:
        """Score exact fact values, as `FactDictionary.parse` gives them; facts without an entry are missing.

        Reasons are found by substitution against the reference applicant: for each reason code all of its facts take
        the reference's values at once, everything else staying as it is, and the points that the integer score gains
        by that are the shortfall of the code. Largest first, ties in the order of the codes, none that gains nothing;
        the characteristic is the first fact of the code that differs from the reference.

        Exact: each shortfall is the difference of two scores of this very model. Its limits: shortfalls do not add up
        to the distance from the reference's score, what only two codes together would better has no reason, and an
        applicant whose every part is at least as good as the reference has none at all.

        Raises `Unscorable` when the runtime fails or answers with what is no answer.
        """
        read = self._read(facts)
        row = [number for columns, _ in read for number in columns]
        rows = [row, *(self._substituted(row, each) for each in self.substitutions)]
        try:
            first, *others = (self.answers.score(answer) for answer in self.run(rows))
        except AnswerError:
            raise Unscorable(Failure.MODEL_UNAVAILABLE) from None
        gains = [(other - first, each) for other, each in zip(others, self.substitutions, strict=True) if other > first]
        gains.sort(key=lambda gain: gain[0], reverse=True)
        reasons = tuple(
            Reason(each.code, self._differing(each, facts), 1000 * points)
            for points, each in gains[: self.reason_limit]
        )
        place = first - self.lowest_score
        return Score(
            first, self.pd_by_score[place], reasons, tuple(band for _, band in read), self.grade_by_score[place]
        )

    def bare_score(self, facts: Mapping[str, FactValue]) -> Score:
        """Return the score of facts as golden vectors state it: without the bands, on which nothing depends."""
        return replace(self.score(facts), points=())

    def _read(self, facts: Mapping[str, FactValue]) -> list[tuple[tuple[float, ...], ScoredBin]]:
        return [each.read(facts.get(each.fact.name)) for each in self.inputs]

    def _substituted(self, row: list[float], substitution: Substitution) -> list[float]:
        other = row.copy()
        for column, number in substitution.columns:
            other[column] = number
        return other

    def _differing(self, substitution: Substitution, facts: Mapping[str, FactValue]) -> str:
        differing = (name for name in substitution.facts if facts.get(name) != self.reference.get(name))
        return next(differing, substitution.facts[0])


@dataclass(frozen=True, slots=True)
class UnavailableModel:
    """A live model that can't be run on this machine: it gives no scores and says so, and what asks goes on."""

    name: str
    version: int
    product: str
    content_hash: str
    reads: tuple[str, ...] = ()
    valid_days: int | None = None

    def score(self, _facts: Mapping[str, FactValue]) -> Score:
        """Raise `Unscorable`."""
        raise Unscorable(Failure.MODEL_UNAVAILABLE)
