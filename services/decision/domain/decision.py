"""One decision: policy and score brought together. Where either is not there, a person decides, never the default."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from services.decision.domain.outcome import Outcome
from services.decision.domain.policy import Evaluation, Policy
from services.decision.domain.reasons import POLICY_UNAVAILABLE, SCORE_UNAVAILABLE, SOURCE_UNAVAILABLE
from shared.facts import SoundFacts, Source
from shared.products import Product

SCORED: Final = ("score", "pd")
"""Facts that scoring supplies."""

__all__ = ["Engine", "Evaluation", "Outcome", "ScoreOutcome", "decide", "is_scored", "scored_facts"]


class Engine(StrEnum):
    """Which way a policy is evaluated: as it decides, or by the interpreter, which defines what it means."""

    ONLINE = "online"
    INTERPRETER = "interpreter"


@dataclass(frozen=True, slots=True)
class ScoreOutcome:
    """What scoring says: `score` in points, `pd` the probability of default, `reasons` codes in order."""

    score: int
    pd: Decimal
    reasons: tuple[str, ...]
    model: str
    model_version: str
    model_hash: str


def decide(
    product: Product | None,
    policy: Policy | None,
    facts: SoundFacts,
    score: ScoreOutcome | None,
    as_of: datetime,
    engine: Engine = Engine.ONLINE,
    fallbacks: Sequence[str] = (),
) -> Evaluation:
    """Return the answer of `policy` at `as_of` to `facts` and `score`, which become the facts `score` and `pd`.

    Without a policy for this product the application is referred, and so it is without a score where the product has
    facts that scoring supplies; the policy is then still evaluated, so that the trace shows what is known. And so it is
    where credit would be granted although intake had to do without something (`fallbacks`), which is also the first of
    the reasons where the policy refers by itself.
    """
    if product is None or policy is None or policy.product != product.name:
        return _referred(POLICY_UNAVAILABLE)
    evaluate = policy.evaluate if engine is Engine.ONLINE else policy.evaluate_step_by_step
    if score is None:
        evaluation = evaluate(facts.without(SCORED), (), as_of)
        if is_scored(product):
            return _referred(SCORE_UNAVAILABLE)._replace(trace=evaluation.trace)
    else:
        evaluation = evaluate(scored_facts(facts, score), score.reasons, as_of)
    if fallbacks and evaluation.outcome.grants_credit:
        return _referred(SOURCE_UNAVAILABLE)._replace(trace=evaluation.trace)
    if fallbacks and evaluation.outcome is Outcome.REFER:
        return evaluation._replace(reasons=(SOURCE_UNAVAILABLE, *evaluation.reasons))
    return evaluation


def is_scored(product: Product) -> bool:
    """Tell whether a product has facts that scoring supplies."""
    return Source.SCORING in product.dictionary.sources


def scored_facts(facts: SoundFacts, score: ScoreOutcome) -> SoundFacts:
    """Return `facts` with what the score adds to them."""
    return facts.with_values({"score": score.score, "pd": score.pd})


def _referred(reason: str) -> Evaluation:
    return Evaluation(
        outcome=Outcome.REFER,
        grade=None,
        approved_minor=None,
        rate=None,
        reasons=(reason,),
        trace={"tables": {}, "outputs": {}, "reasons": [reason]},
    )
