"""Decisions as the service makes them, without the service."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from services.decision.domain.decision import ScoreOutcome, decide
from services.decision.domain.policy import ENGINE_VERSION, Policy
from services.decision.domain.record import Decision, Provenance, Question, fallbacks_of, hash_of, inputs_of
from services.decision.domain.replay import Document, Grounds
from shared.ids import new_id
from shared.money import Money
from shared.products import Product
from tests.decision.domain.catalogue.books import AS_OF

REVISIONS: Final = (1, 1, 1, 1)


def score_of(points: int, *reasons: str) -> ScoreOutcome:
    """Return a score; its probability of default falls as points rise."""
    pd = (Decimal(max(1, 700 - points)) / 1000).quantize(Decimal("0.000001"))
    return ScoreOutcome(points, min(pd, Decimal("0.999999")), reasons, "card", "1", "0" * 64)


def made(
    product: Product,
    policy: Policy,
    wire: Mapping[str, Any],
    score: ScoreOutcome | None = None,
    as_of: datetime = AS_OF,
) -> Decision:
    """Return the decision of `policy` on facts in wire form, as it is kept."""
    facts, faults = product.dictionary.parse(wire)
    inputs = inputs_of(facts, score, as_of)
    return Decision(
        decision_id=new_id("dec"),
        question=Question(
            application_id=None,
            reference=None,
            party_id="party-1",
            product=product.name,
            requested=Money(wire["requested_amount"]["amount_minor"], product.currency),
            facts=dict(wire),
            submitted_at=as_of,
        ),
        score=score,
        policy_name=policy.name,
        policy_version=str(policy.version),
        policy_hash=policy.content_hash,
        revisions=REVISIONS,
        evaluation=decide(product, policy, facts, score, as_of),
        decided_at=as_of,
        provenance=Provenance(
            inputs=inputs,
            inputs_hash=hash_of(inputs),
            engine_version=ENGINE_VERSION,
            software_version="0.1.0",
            fallbacks=fallbacks_of(product, policy, score, faults),
            actor="client:los",
            latency_microseconds=17,
        ),
    )


def grounds(product: Product, policy: Policy) -> Grounds:
    """Return what such decisions rest on, nothing of it changed."""
    hashes = {"product": "1" * 64, "reasons": "2" * 64, "policy": policy.content_hash}
    documents = [Document(kind, product.name, 1, digest, digest) for kind, digest in hashes.items()]
    return Grounds(tuple(documents), product, policy)
