"""Applications of a product with everything that is awkward: missing facts, bounds, and what policies compare with."""

import csv
import random
import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from shared.facts import Fact, FactType, Source
from shared.products import Product

DAY = date(2026, 11, 22)


def write_csv(path: Path, product: Product, policy: Mapping[str, Any], rows: int, seed: int = 4) -> None:
    """Write `rows` applications as a file that needs no data map; amounts are in minor units.

    Half are golden cases of the policy with some facts changed, half are made up. Numbers lie at and beside those that
    the policy names, at the bounds of their facts, or anywhere.
    """
    dice = random.Random(seed)
    named = sorted({int(Decimal(number)) for number in re.findall(r"\d+(?:\.\d+)?", str(policy))})
    facts = list(product.dictionary.facts.values())
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["reference", "as_of", *(fact.name for fact in facts), "score_reasons"])
        for number in range(rows):
            golden: dict[str, Any] = dice.choice(policy["cases"])["facts"] if dice.random() < 0.5 else {}
            unscored = dice.random() < 0.1
            cells = [
                "" if unscored and fact.source is Source.SCORING else _fact(fact, golden, named, dice) for fact in facts
            ]
            reasons = dice.sample(["AMOUNT_TOO_HIGH", "TERM_TOO_LONG", "SAVINGS_LOW"], dice.randint(0, 3))
            day = DAY - timedelta(days=dice.choice((0, dice.randint(0, 800))))
            writer.writerow([f"A{number}", day.isoformat(), *cells, ";".join(reasons)])


def _fact(fact: Fact, golden: dict[str, Any], named: list[int], dice: random.Random) -> str:
    if dice.random() < 0.03:
        return ""
    if golden and dice.random() < 0.93:
        return _written(golden.get(fact.name))
    return _made_up(fact, named, dice)


def _written(wire: Any) -> str:
    if wire is None:
        return ""
    if isinstance(wire, dict):
        return str(wire["amount_minor"])
    return str(wire).lower() if isinstance(wire, bool) else str(wire)


def _made_up(fact: Fact, named: list[int], dice: random.Random) -> str:
    match fact.type:
        case FactType.ENUM:
            return dice.choice(fact.values)
        case FactType.BOOLEAN:
            return dice.choice(("true", "false"))
        case FactType.DATE:
            return (DAY - timedelta(days=dice.choice((0, 1, 364, 365, 366, 730, dice.randint(-50, 4000))))).isoformat()
        case FactType.DECIMAL:
            unit = Decimal(1).scaleb(-fact.scale)
            return str(dice.choice((dice.randint(0, 10**fact.scale) * unit, dice.choice(named) * unit, Decimal(1))))
        case _:
            low, high = fact.minimum or 0, fact.maximum or 10_000_000
            unit = 100 if fact.type is FactType.MONEY else 1
            near = dice.choice(named) * unit + dice.choice((-1, 0, 0, 1))
            return str(
                min(max(dice.choice((near, low, high, dice.randint(low, min(high, low + 5_000_000)))), low), high)
            )
