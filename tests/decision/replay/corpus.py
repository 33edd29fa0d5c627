"""The stored corpus: decisions of an engine that was accepted, each with everything that it was made on.

`corpus/documents/` has products and policies by their hash. Beside it, a file for each product has its decisions, one
to a line: policy by hash, moment, facts in wire form, score, hash of the inputs, and the whole evaluation.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from services.decision.domain.decision import Evaluation, Outcome, ScoreOutcome
from services.decision.domain.policy import Policy, recall_policy
from services.decision.domain.record import Decision, hash_of
from services.decision.domain.replay import Grounds
from shared.canonical import canonical_json, content_hash
from shared.products import Product, parse_product
from tests.decision.replay.made import grounds, made

CORPUS: Final = Path(__file__).with_name("corpus")

Entry = dict[str, Any]
"""A line of the corpus."""


def products() -> list[str]:
    """Return the names of the products that the corpus has decisions of."""
    return sorted(path.stem for path in CORPUS.glob("*.json"))


@dataclass(frozen=True)
class Volume:
    """The decisions of a product, and the version of the engine that made them."""

    engine_version: str
    product_document: dict[str, Any]
    product: Product
    entries: list[Entry]


@cache
def volume(product: str) -> Volume:
    """Return the file of a product."""
    found = json.loads((CORPUS / f"{product}.json").read_text(encoding="utf-8"))
    stated = document(found["product"])
    return Volume(found["engine_version"], stated, parse_product(stated), found["decisions"])


def document(digest: str) -> Any:
    """Return a stored product or policy; one that is not what its name says must not decide."""
    found = json.loads((CORPUS / "documents" / f"{digest}.json").read_text(encoding="utf-8"))
    assert content_hash(found) == digest
    return found


@cache
def policy(product: str, digest: str) -> Policy:
    """Return a policy of the corpus."""
    return recall_policy(document(digest), volume(product).product)


def question(product: str, entry: Entry) -> Decision:
    """Return what today's engine decides on the inputs of an entry."""
    score = entry["score"]
    given = None
    if score is not None:
        given = ScoreOutcome(**{**score, "pd": Decimal(score["pd"]), "reasons": tuple(score["reasons"])})
    moment = datetime.fromisoformat(entry["as_of"])
    return made(volume(product).product, policy(product, entry["policy"]), entry["facts"], given, moment)


def stored(product: str, entry: Entry) -> tuple[Decision, Grounds]:
    """Return the decision of an entry as it was recorded, and what it rests on."""
    decision = question(product, entry)
    assert decision.provenance is not None
    evaluation = entry["evaluation"]
    rate = evaluation["rate"]
    as_recorded = Evaluation(
        outcome=Outcome(evaluation["outcome"]),
        grade=evaluation["grade"],
        approved_minor=evaluation["approved_minor"],
        rate=None if rate is None else Decimal(rate),
        reasons=tuple(evaluation["reasons"]),
        trace=evaluation["trace"],
        queue=evaluation["queue"],
        conditions=tuple(evaluation["conditions"]),
        other_terms=evaluation["other_terms"],
    )
    recorded = replace(decision.provenance, inputs_hash=entry["inputs_hash"], fallbacks=tuple(entry["fallbacks"]))
    found = grounds(volume(product).product, policy(product, entry["policy"]))
    return replace(decision, evaluation=as_recorded, provenance=recorded), found


def entry_of(decision: Decision) -> Entry:
    """Return the line of a decision."""
    evaluation, score = decision.evaluation, decision.score
    assert decision.provenance is not None
    assert hash_of(decision.provenance.inputs) == decision.provenance.inputs_hash
    given = None
    if score is not None:
        given = {
            "score": score.score,
            "pd": str(score.pd),
            "reasons": list(score.reasons),
            "model": score.model,
            "model_version": score.model_version,
            "model_hash": score.model_hash,
        }
    return {
        "policy": decision.policy_hash,
        "as_of": decision.decided_at.isoformat(),
        "facts": decision.question.facts,
        "score": given,
        "inputs_hash": decision.provenance.inputs_hash,
        "fallbacks": list(decision.provenance.fallbacks),
        "evaluation": {
            "outcome": evaluation.outcome.value,
            "grade": evaluation.grade,
            "approved_minor": evaluation.approved_minor,
            "rate": None if evaluation.rate is None else format(evaluation.rate, "f"),
            "reasons": list(evaluation.reasons),
            "queue": evaluation.queue,
            "conditions": list(evaluation.conditions),
            "other_terms": dict(evaluation.other_terms),
            "trace": evaluation.trace,
        },
    }


def write(product_document: Mapping[str, Any], engine_version: str, lines: Iterable[Entry]) -> None:
    """Write the file of a product."""
    body = ",\n".join(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in lines)
    digest = keep(product_document)
    text = f'{{"engine_version":"{engine_version}","product":"{digest}","decisions":[\n{body}\n]}}\n'
    (CORPUS / f"{product_document['name']}.json").write_text(text, encoding="utf-8")


def keep(of: Mapping[str, Any]) -> str:
    """Store a document under its hash, and return that."""
    digest = content_hash(of)
    path = CORPUS / "documents" / f"{digest}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(canonical_json(of) + "\n", encoding="utf-8")
    return digest
