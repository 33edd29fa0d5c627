"""A decision as it is kept: what was asked, what was known, what was answered, and exactly by which rules."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from services.decision.domain.decision import Evaluation, ScoreOutcome, is_scored, scored_facts
from services.decision.domain.policy import Policy
from shared.canonical import canonical_json
from shared.errors import Fault
from shared.facts import SoundFacts
from shared.money import Money
from shared.products import Product

MISSING_FACT: Final = "missing_fact"
"""The code of the fault that a required fact is missing: it is then missing for the policy too, which says so."""


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
    """What is to be decided. `facts` are in wire form; `application_id` is intake's, if intake asks.

    `fallbacks` are what intake had to do without (`source_unavailable:<source>`, ...), none of them a `Fallback`.
    """

    application_id: str | None
    reference: str | None
    party_id: str
    product: str
    requested: Money
    facts: Mapping[str, Any]
    submitted_at: datetime
    fallbacks: tuple[str, ...] = ()


class Fallback(StrEnum):
    """What a decision had to do without, so that something else stepped in: a person, or a missing fact."""

    POLICY_UNAVAILABLE = "policy_unavailable"
    SCORE_UNAVAILABLE = "score_unavailable"
    FACTS_UNFIT = "facts_unfit"
    """A fact that does not fit the product, any more or at all, counted as missing."""


_OURS: Final = frozenset(fallback.value for fallback in Fallback)


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a decision came to be, kept with it so that it can be made again.

    `inputs` are exactly what was decided on, as canonical JSON (`inputs_of`), and `inputs_hash` is their SHA-256 in
    hexadecimal. `engine_version` says what policies meant, `software_version` which release it was. `fallbacks` has
    those of the question at its end. `actor` is the API client that asked (`client:los`) or the event consumer
    (`consumer:decision`). `latency_microseconds` is the time that evaluating took, without scoring and storing.
    `as_stated` says that the facts came in their normal form, so that the question has the same facts as the inputs.
    """

    inputs: str
    inputs_hash: str
    engine_version: str
    software_version: str
    fallbacks: tuple[str, ...]
    actor: str
    latency_microseconds: int
    as_stated: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision, never changed afterwards.

    `provenance` is None for decisions that were made before it was kept. `arm` is the side of a test that the
    application was on, None where no test was running; `pinned` says whether the caller chose the policy version.
    """

    decision_id: str
    question: Question
    score: ScoreOutcome | None
    policy_name: str | None
    policy_version: str | None
    policy_hash: str | None
    revisions: tuple[int, ...]
    evaluation: Evaluation
    decided_at: datetime
    provenance: Provenance | None = None
    arm: str | None = None
    pinned: bool | None = None

    @property
    def limit(self) -> Money | None:
        """The amount granted, on outcomes that grant credit."""
        if self.evaluation.approved_minor is None:
            return None
        return Money(self.evaluation.approved_minor, self.question.requested.currency)


def inputs_of(facts: SoundFacts, score: ScoreOutcome | None, as_of: datetime, fallbacks: Sequence[str] = ()) -> str:
    """Return what a decision is made on as canonical JSON: `{as_of, facts, score}`.

    `facts` are those of the application in the normal wire form of their product, `score` is null without one. Where
    intake had to do without something, `fallbacks` stands between them.
    """
    return _inputs(facts.dictionary.canonical(facts), score, as_of, fallbacks)


def inputs_as_stated(
    facts: Mapping[str, Any], score: ScoreOutcome | None, as_of: datetime, fallbacks: Sequence[str] = ()
) -> str:
    """Return the same of facts in normal wire form."""
    return _inputs(canonical_json(facts), score, as_of, fallbacks)


def _inputs(facts: str, score: ScoreOutcome | None, as_of: datetime, fallbacks: Sequence[str]) -> str:
    # Written by hand, in the order of the names: this is part of every decision. A test holds it to `canonical_json`.
    moment = as_of.astimezone(UTC).isoformat(timespec="microseconds")
    without = f',"fallbacks":[{",".join(map(_text, fallbacks))}]' if fallbacks else ""
    return f'{{"as_of":"{moment}","facts":{facts}{without},"score":{"null" if score is None else _score(score)}}}'


def _score(score: ScoreOutcome) -> str:
    return (
        f'{{"model":{_text(score.model)},"model_hash":{_text(score.model_hash)},'
        f'"model_version":{_text(score.model_version)},"pd":"{score.pd:f}",'
        f'"reasons":[{",".join(map(_text, score.reasons))}],"score":{score.score}}}'
    )


@lru_cache(maxsize=4096)
def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def hash_of(inputs: str) -> str:
    """Return the SHA-256 of inputs, in hexadecimal."""
    return hashlib.sha256(inputs.encode()).hexdigest()


def fallbacks_of(
    product: Product | None, policy: Policy | None, score: ScoreOutcome | None, faults: Sequence[Fault]
) -> tuple[Fallback, ...]:
    """Return what a decision had to do without; `faults` are those of the application's facts."""
    found = []
    if product is None or policy is None or policy.product != product.name:
        found.append(Fallback.POLICY_UNAVAILABLE)
    if score is None and product is not None and is_scored(product):
        found.append(Fallback.SCORE_UNAVAILABLE)
    if any(fault.code != MISSING_FACT for fault in faults):
        found.append(Fallback.FACTS_UNFIT)
    return tuple(found)


def fallbacks_of_question(fallbacks: Sequence[str]) -> tuple[str, ...]:
    """Return those fallbacks of a decision that intake stated."""
    return tuple(fallback for fallback in fallbacks if fallback not in _OURS)


def known_facts(decision: Decision, product: Product) -> SoundFacts:
    """Return the exact facts that a decision was made on, score included."""
    values, _ = product.dictionary.parse(decision.question.facts)
    return values if decision.score is None else scored_facts(values, decision.score)
