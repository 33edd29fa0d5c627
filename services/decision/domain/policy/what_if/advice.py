"""What a search for a better answer found."""

from dataclasses import dataclass

from services.decision.domain.policy.result import Answer
from shared.facts import Fact, FactValue


@dataclass(frozen=True, slots=True)
class FactChange:
    """One fact that would have to be different, with its present value and the one that helps."""

    fact: Fact
    before: FactValue
    after: FactValue


@dataclass(frozen=True, slots=True)
class Advice:
    """The nearest change that leads to a better answer, and that answer, as the policy gave it to the changed facts.

    Without changes (`answer` is None then) nothing that the applicant can change was found to help; `complete` is False
    if the search had to stop before it had tried everything it tries. `score_may_change` reminds that the policy looks
    at a score, which was taken as it is although it may depend on the same facts.
    """

    changes: tuple[FactChange, ...]
    answer: Answer | None
    score_may_change: bool
    complete: bool
