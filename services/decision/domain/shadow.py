"""Shadow runs: what another version would have answered to an application that was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from services.decision.domain.decision import Evaluation, decide
from services.decision.domain.record import Decision, Rulebook

_COMPARED: Final = ("outcome", "grade", "approved_minor", "rate", "reasons", "queue", "conditions", "other_terms")
_EVALUATION_FAULTS: Final = (ArithmeticError, AssertionError, LookupError, RecursionError, TypeError, ValueError)
"""What a policy could fail with on facts that nobody tried it on; a shadow's failure is a result like any other."""

POLICY_UNUSABLE: Final = "policy_unusable"

FAILED: Final = "failed"
"""Stands for the outcome of a shadow that could not answer."""


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


def shadowed(decision: Decision, book: Rulebook | None) -> ShadowResult:
    """Return what `book` makes of the same facts, score and moment that `decision` was made on.

    A fact that does not fit the product of `book` counts as missing. Without a policy that loads there is no answer.
    """
    live = decision.evaluation
    answer, error = None, POLICY_UNUSABLE
    if book is not None and book.policy is not None:
        facts, _ = book.product.dictionary.parse(decision.question.facts)
        try:
            answer = decide(book.product, book.policy, facts, decision.score, decision.decided_at)
        except _EVALUATION_FAULTS as fault:
            error = type(fault).__name__
    common = (decision.decision_id, live.outcome.value, live.approved_minor)
    if answer is None:
        return ShadowResult(*common, None, error=error)
    return ShadowResult(*common, answer, differences(live, answer))


def differences(live: Evaluation, shadow: Evaluation) -> tuple[str, ...]:
    """Return the names of the parts of the answer that differ, the outcome first."""
    return tuple(name for name in _COMPARED if getattr(live, name) != getattr(shadow, name))
