"""Making a decision again on what is stored of it, and finding the first thing that is not as it was."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from services.decision.domain.decision import Engine, Evaluation, decide
from services.decision.domain.policy import Difference, Policy, PolicyError, first_difference, recall_policy
from services.decision.domain.record import Decision, fallbacks_of, hash_of, inputs_of
from shared.facts import FactDictionary, SoundFacts
from shared.products import Product, parse_product

_NO_FACTS: Final = SoundFacts({}, FactDictionary({}))


class Verdict(StrEnum):
    """What came of a replay."""

    IDENTICAL = "identical"
    DIFFERENT = "different"
    NOT_REPLAYABLE = "not_replayable"


class Check(StrEnum):
    """What a replay can't look at where a decision does not have it."""

    INPUTS = "inputs"
    """That facts, score and moment are those that the decision was made on: older decisions have no hash of them."""
    FALLBACKS = "fallbacks"
    """What the decision had to do without."""
    FACTS = "facts"
    """That the inputs follow from the facts: where no policy decided, no revision of the product was noted."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the catalogue that a decision rests on; `stored_hash` is None when it is not there any more.

    `stored_hash` was noted when the document was published; `hash` is that of the text that is there now.
    """

    kind: str
    name: str
    revision: int
    stored_hash: str | None
    hash: str | None


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a decision rests on, as the catalogue has it: product and policy, or, in words, why there is no policy."""

    documents: tuple[Document, ...] = ()
    product: Product | None = None
    policy: Policy | None = None
    fault: str | None = None


NO_GROUNDS: Final = Grounds()
"""Those of a decision that no policy made."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A verdict: with the first node that differs if one does, or with the reason why nothing could be compared.

    `unchecked` are the checks that could not be made.
    """

    verdict: Verdict
    first_difference: Difference | None = None
    reason: str | None = None
    unchecked: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay of one decision, which is None where what is stored is none any more."""

    decision_id: str
    decision: Decision | None
    replayed: Replayed
    engine: Engine


def grounds_of(documents: Sequence[Document], product: Mapping[str, Any], policy: Mapping[str, Any]) -> Grounds:
    """Return what is left of the documents that a decision rests on: with the reason where they no longer load."""
    try:
        found = parse_product(product)
        return Grounds(tuple(documents), found, recall_policy(policy, found))
    except PolicyError as error:
        first = error.faults[0]
        return Grounds(tuple(documents), fault=f"the policy no longer loads: {first.pointer}: {first.detail}")
    except ValueError as error:
        return Grounds(tuple(documents), fault=f"the product no longer loads: {error}")


def replay(decision: Decision, grounds: Grounds, engine: Engine = Engine.ONLINE) -> Replayed:
    """Make `decision` again on its stored facts, score, moment and `grounds`, and compare everything with the record.

    What was changed in the database is found first: inputs and documents that do not have the hash that was stored
    with them. Then comes the evaluation, in its own order, and the answer at last.
    """
    unchecked = _unchecked(decision)
    difference = next(_changed(decision, grounds), None)
    if difference is None and grounds.fault is not None:
        return Replayed(Verdict.NOT_REPLAYABLE, reason=grounds.fault, unchecked=unchecked)
    if difference is None:
        difference = next(_evaluated(decision, grounds, engine), None)
    if difference is None:
        return Replayed(Verdict.IDENTICAL, unchecked=unchecked)
    return Replayed(Verdict.DIFFERENT, difference, unchecked=unchecked)


def _unchecked(decision: Decision) -> tuple[Check, ...]:
    if decision.provenance is None:
        return (Check.INPUTS, Check.FALLBACKS)
    return () if decision.revisions else (Check.FACTS, Check.FALLBACKS)


def _changed(decision: Decision, grounds: Grounds) -> Iterator[Difference]:
    """Inputs and documents that are not what was stored, by their hashes."""
    provenance = decision.provenance
    if provenance is not None:
        yield from _of("hash of the inputs", provenance.inputs_hash, hash_of(provenance.inputs))
    for document in grounds.documents:
        node = f"{document.kind} {document.name}, revision {document.revision}"
        if document.stored_hash is None:
            yield Difference(node, "a document", None)
        else:
            yield from _of(f"hash of {node}", document.stored_hash, document.hash)
            if document.kind == "policy":
                yield from _of(f"hash of {node}", decision.policy_hash, document.hash)


def _evaluated(decision: Decision, grounds: Grounds, engine: Engine) -> Iterator[Difference]:
    product, policy, score, as_of = grounds.product, grounds.policy, decision.score, decision.decided_at
    facts, without = _NO_FACTS, decision.question.fallbacks
    if policy is not None:
        yield from _of("policy name", decision.policy_name, policy.name)
        yield from _of("policy version", decision.policy_version, str(policy.version))
    if product is not None:
        if not isinstance(decision.question.facts, dict):
            yield Difference("facts", "no facts", None)
            return
        facts, faults = product.dictionary.parse(decision.question.facts)
        if decision.provenance is not None:
            yield from _inputs(decision.provenance.inputs, inputs_of(facts, score, as_of, without))
            found = (*fallbacks_of(product, policy, score, faults), *without)
            yield from _of("fallbacks", list(decision.provenance.fallbacks), list(found))
    now = decide(product, policy, facts, score, as_of, engine, without)
    trace = first_difference(decision.evaluation.trace, now.trace)
    if trace is not None:
        yield trace
    yield from _answer(decision.evaluation, now)


def _inputs(stored: str, now: str) -> Iterator[Difference]:
    """Where the inputs that were stored do not follow from facts, score and moment as they are stored beside them."""
    if stored == now:
        return
    before, after = json.loads(stored or "null"), json.loads(now)
    if isinstance(before, dict) and before.keys() == after.keys():
        yield from _of_each("fact", _mapping(before["facts"]), after["facts"])
        yield from _of_each("score:", _mapping(before["score"]), _mapping(after["score"]))
        yield from _of("moment", before["as_of"], after["as_of"])
    yield Difference("inputs", stored, now)


def _answer(stored: Evaluation, now: Evaluation) -> Iterator[Difference]:
    yield from _of("outcome", stored.outcome.value, now.outcome.value)
    yield from _of("grade", stored.grade, now.grade)
    yield from _of("limit", stored.approved_minor, now.approved_minor)
    yield from _of("rate", _rate(stored), _rate(now))
    yield from _of_each("term", stored.other_terms, now.other_terms)
    yield from _of("conditions", list(stored.conditions), list(now.conditions))
    yield from _of("queue", stored.queue, now.queue)
    yield from _of("reasons", list(stored.reasons), list(now.reasons))


def _rate(evaluation: Evaluation) -> str | None:
    return None if evaluation.rate is None else format(evaluation.rate, "f")


def _of_each(kind: str, stored: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    for name in dict.fromkeys((*now, *stored)):
        yield from _of(f"{kind} {name}", stored.get(name), now.get(name))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _of(node: str, stored: object, now: object) -> Iterator[Difference]:
    if stored != now:
        yield Difference(node, stored, now)
