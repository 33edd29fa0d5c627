"""Scorecards and rows by chance, and files of them."""

import csv
import random
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from services.backtests.stored import bounds, is_number, store
from services.scorecards.batch.answers import Layout, Model
from services.scorecards.batch.reading import Wanted, open_rows
from services.scorecards.batch.score import How, score_rows
from services.scoring.domain.score import Unscorable
from shared.facts import Fact, FactType, FactValue
from shared.products import Product
from tests.scoring.domain import made_up

Facts = dict[str, FactValue]
Rows = list[dict[str, Any]]


def made_up_rows(dice: random.Random, count: int) -> list[Facts]:
    """Return rows of which each value is one that its fact can have, at and beside the edges of bins."""
    return [
        {name: value for name, value in row.items() if _fits(made_up.PRODUCT.dictionary.facts[name], value)}
        for row in made_up.applications(dice, count)
    ]


def _fits(fact: Fact, value: FactValue) -> bool:
    if not is_number(fact):
        return True
    low, high = bounds(fact)
    return low <= int(str(store(fact, value))) <= high


def write_csv(path: Path, rows: Sequence[Facts], names: Sequence[str], product: Product = made_up.PRODUCT) -> None:
    """Write rows as a lender would hand them over: amounts in minor units, empty cells for what is missing."""
    facts = product.dictionary.facts
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", *names])
        for at, row in enumerate(rows):
            writer.writerow([f"A{at}", *(_cell(facts[name], row.get(name)) for name in names)])


def _cell(fact: Fact, value: FactValue | None) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value).lower() if fact.type is FactType.BOOLEAN else str(value)


def expected(model: Model, rows: Sequence[Facts], layout: Layout) -> Rows:
    """Return what the service's code says of rows, in the columns of a file of scores."""
    said = []
    for at, row in enumerate(rows):
        told: dict[str, Any] = dict.fromkeys(layout.names())
        told["id"] = f"A{at}"
        try:
            score = model.score(row)
        except Unscorable as refused:
            said.append(told | {"failure": refused.failure.value})
            continue
        told |= {"score": score.score, "pd": score.pd}
        told |= {"grade": score.grade} if "grade" in told else {}
        for place, reason in enumerate(score.reasons, start=1):
            told[f"reason_{place}"] = reason.code
            told[f"shortfall_{place}"] = Decimal(reason.shortfall_millipoints) / 1000
        if layout.points:
            told |= {f"points_{each.characteristic}": each.points for each in score.points}
        said.append(told)
    return said


def scored(
    db: duckdb.DuckDBPyConnection, path: Path, layout: Layout, out: Path, how: How, product: Product = made_up.PRODUCT
) -> Rows:
    """Score a file of made-up rows and return what was written."""
    open_rows(db, path, Wanted(product, layout.model.reads, ("id",), money="minor"))
    score_rows(db, layout, product, out, how)
    return read(out)


def read(out: Path) -> Rows:
    """Return the rows of a file of scores."""
    with duckdb.connect() as fresh:
        found = fresh.execute(f"FROM '{out}'")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
