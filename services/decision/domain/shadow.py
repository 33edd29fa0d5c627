"""Shadow runs: what another version would have answered to an application that was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from services.decision.domain.decision import Evaluation, ScoreOutcome, decide
from services.decision.domain.policy.result import Answer
from services.decision.domain.record import Rulebook

_COMPARED: Final = Answer._fields
_EVALUATION_FAULTS: Final = (ArithmeticError, AssertionError, LookupError, RecursionError, TypeError, ValueError)
"""What a policy could fail with on facts that nobody tried it on; a shadow's failure is a result like any other."""

POLICY_UNUSABLE: Final = "policy_unusable"

FAILED: Final = "failed"
"""Stands for the outcome of a shadow that could not answer."""

UNREADABLE: Final = "unreadable"
"""The outcome, and the error, of a decision that can't be read: somebody changed it."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered at `decided_at`, and the facts (in wire form) and the score that it was answered on."""

    decision_id: str
    facts: Mapping[str, Any]
    score: ScoreOutcome | None
    decided_at: datetime
    live: Answer
    fallbacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """How often the live policy answered one thing and the shadow another; sums of limits in minor units."""

    live_outcome: str
    shadow_outcome: str
    decided: int
    differing: int
    live_minor: int
    shadow_minor: int

    @property
    def has_failed(self) -> bool:
        """Whether the shadow gave no answer."""
        return self.shadow_outcome == FAILED


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """The parts of an answer that are kept of shadows."""

    outcome: str
    grade: str | None
    approved_minor: int | None
    rate: Decimal | None
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class Example:
    """A decision and what the shadow answered; None with an `error` where it could not."""

    decision_id: str
    currency: str
    live: ShownAnswer
    shadow: ShownAnswer | None
    differs: Sequence[str]
    error: str | None


@dataclass(frozen=True, slots=True)
class ShadowResult:
    """What a shadow made of a decision: its answer and the parts that differ, or the `error` that kept it from one."""

    decision_id: str
    live_outcome: str
    live_minor: int | None
    answer: Evaluation | None
    differs: tuple[str, ...] = ()
    error: str | None = None

    @property
    def shadow_outcome(self) -> str:
        """The outcome of the shadow, or `FAILED`."""
        return FAILED if self.answer is None else self.answer.outcome.value

    @property
    def shadow_minor(self) -> int | None:
        """The limit that the shadow would have given."""
        return None if self.answer is None else self.answer.approved_minor

    @property
    def has_different_answer(self) -> bool:
        """Whether the shadow did not answer the same; none at all is not the same."""
        return self.answer is None or bool(self.differs)


def shadowed(answered: Answered, book: Rulebook | None) -> ShadowResult:
    """Return what `book` makes of the same facts, score and moment that was answered on.

    A fact that does not fit the product of `book` counts as missing. Without a policy that loads there is no answer.
    """
    answer, error = None, POLICY_UNUSABLE
    if book is not None and book.policy is not None:
        facts, _ = book.product.dictionary.parse(answered.facts)
        try:
            answer = decide(
                book.product,
                book.policy,
                facts,
                answered.score,
                answered.decided_at,
                fallbacks=answered.fallbacks,
            )
        except _EVALUATION_FAULTS as fault:
            error = type(fault).__name__
    common = (answered.decision_id, answered.live.outcome.value, answered.live.approved_minor)
    if answer is None:
        return ShadowResult(*common, None, error=error)
    return ShadowResult(*common, answer, differences(answered.live, answer))


def unreadable(decision_id: str) -> ShadowResult:
    """Return what becomes of a decision that can't be read."""
    return ShadowResult(decision_id, UNREADABLE, None, None, error=UNREADABLE)


def differences(live: Answer, shadow: Evaluation) -> tuple[str, ...]:
    """Return the names of the parts of the answer that differ, the outcome first."""
    return tuple(name for name in _COMPARED if getattr(live, name) != getattr(shadow, name))


def tallied(results: Sequence[ShadowResult]) -> list[Tally]:
    """Return the tallies of some results, in the order of their outcomes."""
    cells: dict[tuple[str, str], list[ShadowResult]] = {}
    for result in results:
        cells.setdefault((result.live_outcome, result.shadow_outcome), []).append(result)
    return [
        Tally(
            *outcomes,
            decided=len(cell),
            differing=sum(result.has_different_answer for result in cell),
            live_minor=sum(result.live_minor or 0 for result in cell),
            shadow_minor=sum(result.shadow_minor or 0 for result in cell),
        )
        for outcomes, cell in sorted(cells.items())
    ]
