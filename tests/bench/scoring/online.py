"""One score with its reasons, as the service computes it between the request and the store."""

import gc
import json
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from services.migrate import PROJECT
from services.scoring.domain.result import Model, score_facts
from services.scoring.domain.scorecard import load_scorecard
from shared.facts import FactType
from shared.products import Product, parse_product
from shared.yaml import load_yaml
from tests.bench.report import Level

ROWS: Final = 2_000
ROUNDS: Final = 15
_CATALOGUE: Final = PROJECT / "deploy" / "catalogue"


def measure(_folder: Path) -> tuple[list[Level], dict[str, object]]:
    """Time facts to a score by the scorecard of the catalogue, in the wire form of an API and parsed before."""
    product = parse_product(load_yaml((_CATALOGUE / "products" / "consumer-loan.yaml").read_text()))
    document = json.loads((_CATALOGUE / "scorecards" / "consumer-loan.json").read_text())
    scorecard = load_scorecard(document, product)
    wire = [_wire(product, scorecard.reads, at) for at in range(ROWS)]
    parsed = []
    for each in wire:
        values, faults = product.dictionary.parse(each)
        assert not faults
        parsed.append(values)
    model = Model(product, scorecard)
    # As in the services: what lives for ever is not looked through again and again.
    gc.collect()
    gc.freeze()

    def parse_and_score(each: Mapping[str, Any]) -> None:
        scorecard.score(product.dictionary.parse(each)[0])

    whole = _micros(parse_and_score, wire)
    alone = _micros(scorecard.score, parsed)
    handled = _micros(lambda each: score_facts(model, each), wire)
    figures: dict[str, object] = {
        f"one score of {len(scorecard.characteristics)} characteristics with reasons, facts parsed before, us": alone,
        "facts parsed and scored, us": whole,
        "facts parsed, hashed and scored, as a request has it, us": handled,
    }
    return [Level("one online score with reasons, facts parsed and scored, us", whole, at_most=20)], figures


def _micros(run: Callable[[Any], object], arguments: list[Any]) -> float:
    timed = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for each in arguments:
            run(each)
        timed.append((time.perf_counter() - begun) / len(arguments) * 1e6)
    return statistics.median(timed)


def _wire(product: Product, names: tuple[str, ...], at: int) -> dict[str, Any]:
    """Return the facts of an application that the scorecard reads, all there but one in twenty that may be missing."""
    facts: dict[str, Any] = {}
    for place, name in enumerate(names):
        fact, draw = product.dictionary.facts[name], (at * 7919 + place * 104_729) % 100_003
        if draw % 20 == 0 and not fact.required:
            continue
        if fact.type is FactType.ENUM:
            facts[name] = fact.values[draw % len(fact.values)]
        elif fact.type is FactType.MONEY:
            facts[name] = {"amount_minor": 10_000 + draw * 20, "currency": fact.currency}
        else:
            facts[name] = draw % 2 == 0 if fact.type is FactType.BOOLEAN else 1 + draw % 60
    return facts
