"""A decision as it is kept: what was asked, what was known, what was answered, and exactly by which rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.decision.domain.decision import Evaluation, ScoreOutcome, scored_facts
from services.decision.domain.policy import Policy
from shared.facts import SoundFacts
from shared.money import Money
from shared.products import Product


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A product with its live policy; `revisions` are those of product, product reasons, common reasons, policy.

    `policy` is None when there is none, or none that loads: applications are then referred.
    """

    product: Product
    policy: Policy | None
    revisions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be decided. `facts` are in wire form; `application_id` is intake's, if intake asks."""

    application_id: str | None
    reference: str | None
    party_id: str
    product: str
    requested: Money
    facts: Mapping[str, Any]
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision, never changed afterwards."""

    decision_id: str
    question: Question
    score: ScoreOutcome | None
    policy_name: str | None
    policy_version: str | None
    policy_hash: str | None
    revisions: tuple[int, ...]
    evaluation: Evaluation
    decided_at: datetime

    @property
    def limit(self) -> Money | None:
        """The amount granted, on outcomes that grant credit."""
        if self.evaluation.approved_minor is None:
            return None
        return Money(self.evaluation.approved_minor, self.question.requested.currency)


def known_facts(decision: Decision, product: Product) -> SoundFacts:
    """Return the exact facts that a decision was made on, score included."""
    values, _ = product.dictionary.parse(decision.question.facts)
    return values if decision.score is None else scored_facts(values, decision.score)
