"""Records the corpus: `python -m tests.decision.replay.record`.

Where there is a corpus, its decisions are made again by today's engine and stored with what they are now, so that the
change to the files shows what has changed. That is refused unless `ENGINE_VERSION` was raised, or nothing differs.
Where there is none, applications are made up: golden cases of the catalogue's policies with facts changed by chance,
and generated policies with everything in them. No fact is anybody's.
"""

import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, seed, settings

from services.decision.domain.policy import ENGINE_VERSION, Policy, recall_policy
from services.decision.domain.record import Decision
from services.decision.domain.replay import Verdict, replay
from shared.facts import Fact, FactType
from tests.decision.domain.catalogue.books import NAMES, Book, book, read
from tests.decision.domain.policy.small import DOCUMENT, GOOD, PRODUCT, PRODUCT_DOCUMENT
from tests.decision.domain.policy.test_two_ways import APPLICATIONS, documents
from tests.decision.replay import corpus
from tests.decision.replay.made import made, score_of

_SEED: Final = 4
_PER_BOOK: Final = 80
_GENERATED: Final = 40
_SCORED: Final = ("score", "pd")


def main() -> int:
    """Record the corpus; return 1 when that would hide a change of what policies mean."""
    if not corpus.products():
        new()
        return 0
    differing = list(differences())
    recorded_with = {corpus.volume(product).engine_version for product in corpus.products()}
    if differing and recorded_with == {ENGINE_VERSION}:
        say(f"{len(differing)} decisions come out differently, the first: {differing[0]}")
        say("raise ENGINE_VERSION if that is meant, and record again")
        return 1
    again()
    say(f"recorded by engine version {ENGINE_VERSION}; {len(differing)} decisions came out differently")
    return 0


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def differences() -> Iterator[str]:
    """Yield what differs in each decision of the corpus that does."""
    for product in corpus.products():
        for number, entry in enumerate(corpus.volume(product).entries, start=1):
            found = replay(*corpus.stored(product, entry))
            if found.verdict is not Verdict.IDENTICAL:
                yield f"{product}, decision {number}: {found.first_difference or found.reason}"


def again() -> None:
    """Store every decision of the corpus with what it is now."""
    for product in corpus.products():
        volume = corpus.volume(product)
        lines = [corpus.entry_of(corpus.question(product, entry)) for entry in volume.entries]
        corpus.write(volume.product_document, ENGINE_VERSION, lines)


def new() -> None:
    """Make a corpus up."""
    chance = random.Random(_SEED)
    for name in NAMES:
        made_of = book(name)
        corpus.keep(made_of.document)
        lines = [corpus.entry_of(_by_chance(made_of, chance)) for _ in range(_PER_BOOK)]
        corpus.write(read(f"products/{name}.yaml"), ENGINE_VERSION, lines)
    lines = []
    for policy, applications in [_plain(chance), *generated()]:
        corpus.keep(policy.document)
        lines += [corpus.entry_of(_small(policy, facts, chance)) for facts in applications]
    corpus.write(PRODUCT_DOCUMENT, ENGINE_VERSION, lines)


def _by_chance(of: Book, chance: random.Random) -> Decision:
    """Return the decision on a golden case, or on what became of one by chance."""
    case = chance.choice(of.document["cases"])
    wire = {name: value for name, value in case["facts"].items() if name not in _SCORED}
    facts = [fact for fact in of.product.dictionary.facts.values() if fact.name not in _SCORED]
    for fact in chance.sample(facts, chance.choice([0, 0, 1, 1, 1, 2, 3])):
        value = _value(fact, of.document["cases"], chance)
        wire[fact.name] = value
        if value is None and (fact.name == "requested_amount" or chance.random() < 0.5):
            del wire[fact.name]
    wire.setdefault("requested_amount", case["facts"]["requested_amount"])
    score = None
    if of.product.name == "consumer-loan" and chance.random() < 0.92:
        codes = chance.sample(of.reasons.codes(of.product.name), chance.randint(1, 4))
        score = score_of(chance.randint(400, 650), *codes)
    day = date.fromisoformat(case["as_of"]) if "as_of" in case else date(2028, 2, 29)
    as_of = datetime.combine(day, time(tzinfo=UTC)) + timedelta(microseconds=chance.randrange(86_400_000_000))
    return made(of.product, of.policy, wire, score, as_of)


def _value(fact: Fact, cases: Sequence[Mapping[str, Any]], chance: random.Random) -> Any:
    """Return a value of a fact, near one that a golden case has where the fact has an order; or None."""
    if chance.random() < 0.3:
        return None
    if fact.type is FactType.ENUM:
        return chance.choice(fact.values)
    known = [case["facts"][fact.name] for case in cases if case["facts"].get(fact.name) is not None]
    if not known:
        return None
    value = fact.parse(chance.choice(known))
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        moved = chance.choice([value - 1, value + 1, value * 2, value // 3, 0])
        low, high = fact.minimum or 0, fact.maximum or 10**12
        return fact.to_wire(min(max(moved, low), high))
    if isinstance(value, date):
        return fact.to_wire(value + timedelta(days=chance.randint(-800, 800)))
    return fact.to_wire(value * chance.randint(0, 3) if isinstance(value, Decimal) else value)


def _plain(chance: random.Random) -> tuple[Policy, list[dict[str, Any]]]:
    """Return the small policy with applications around one that it approves."""
    applications = []
    for _ in range(_PER_BOOK):
        facts: dict[str, Any] = {**GOOD, "score": chance.randint(520, 660)}
        for name in chance.sample(sorted(GOOD), chance.choice([0, 0, 1])):
            del facts[name]
        facts["requested_amount"] = chance.randint(1, 900_000)
        applications.append(facts)
    return recall_policy(DOCUMENT, PRODUCT), applications


def generated() -> list[tuple[Policy, list[dict[str, Any]]]]:
    """Return policies with everything in them, each with some applications."""
    found: list[tuple[Policy, list[dict[str, Any]]]] = []

    @seed(_SEED)
    @settings(max_examples=_GENERATED, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck))
    @given(documents(), APPLICATIONS)
    def collect(document: dict[str, Any], applications: list[dict[str, Any]]) -> None:
        found.append((recall_policy(document, PRODUCT), applications))

    collect()
    return found


def _small(policy: Policy, facts: Mapping[str, Any], chance: random.Random) -> Decision:
    wire = PRODUCT.dictionary.to_wire({name: value for name, value in facts.items() if name not in _SCORED})
    wire.setdefault("requested_amount", {"amount_minor": 1, "currency": PRODUCT.currency})
    score = score_of(facts["score"], "HISTORY_SHORT", "DEBT_HIGH") if "score" in facts else None
    as_of = datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC) + timedelta(days=chance.randint(-40, 800))
    return made(PRODUCT, policy, wire, score, as_of)


if __name__ == "__main__":
    sys.exit(main())
