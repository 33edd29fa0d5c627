"""A scorecard as a query: each engine gives each application the score, PD, bins and reasons that scoring gives."""

import json
import random
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import asyncpg
import duckdb
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

from services.embedded.postgres import Address
from services.migrate import PROJECT
from services.scoring.domain.scorecard import Scorecard, Unscorable, load_scorecard
from services.scoring.domain.scorecard.sql import decode_score, facts_read, score_query
from shared.facts import FactType, FactValue
from shared.feel.typed.sql.dialects import Dialect, in_dialect
from shared.products import Product, parse_product
from shared.yaml import load_yaml
from tests.scoring.domain import made_up

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Applications = Sequence[dict[str, FactValue]]

_CATALOGUE = PROJECT / "deploy" / "catalogue"
_TYPES = {FactType.ENUM: "VARCHAR", FactType.BOOLEAN: "BOOLEAN", FactType.DECIMAL: "HUGEINT"}


def _table(applications: Applications, product: Product) -> str:
    """Return a query of applications in the stored form of their facts."""
    facts = list(product.dictionary.facts.values())
    rows = ", ".join(
        f"({at}, {', '.join(_sql(facts_of.get(fact.name)) for fact in facts)})"
        for at, facts_of in enumerate(applications)
    )
    typed = ", ".join(f'CAST("{fact.name}" AS {_TYPES.get(fact.type, "BIGINT")}) AS "{fact.name}"' for fact in facts)
    names = ", ".join(f'"{fact.name}"' for fact in facts)
    return f"(SELECT CAST(row_id AS BIGINT) AS row_id, {typed} FROM (VALUES {rows}) AS made(row_id, {names}))"


def _sql(value: FactValue | None) -> str:
    match value:
        case None:
            return "NULL"
        case bool():
            return str(value).upper()
        case Decimal():
            return str(int(value.scaleb(-int(value.as_tuple().exponent))))
        case str():
            return "'" + value.replace("'", "''") + "'"
    return str(value)


def _agrees(scorecard: Scorecard, applications: Applications, rows: Sequence[dict[str, Any]]) -> None:
    by_id = {row["row_id"]: row for row in rows}
    assert len(rows) == len(by_id) == len(applications)
    for at, facts in enumerate(applications):
        try:
            expected = scorecard.score(facts)
        except Unscorable as refused:
            _is_refused(scorecard, by_id[at], refused)
            continue
        assert by_id[at].get("score_failure") is None
        assert decode_score(scorecard, by_id[at]) == expected
        codes = [by_id[at].get(f"reason_{place}") for place in range(1, 11)]
        assert tuple(code for code in codes if code is not None) == tuple(each.code for each in expected.reasons)


def _is_refused(scorecard: Scorecard, row: dict[str, Any], refused: Unscorable) -> None:
    with pytest.raises(Unscorable) as said:
        decode_score(scorecard, row)
    assert str(said.value) == str(refused)
    given = [row["score"], row["pd"], row.get("score_grade"), *(row.get(f"reason_{place}") for place in range(1, 11))]
    assert (row["score_failure"], [each for each in given if each is not None]) == (refused.failure, [])


def _asked(query: str) -> list[dict[str, Any]]:
    with duckdb.connect() as db:
        found = db.execute(query)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@settings(max_examples=100)
@given(st.integers(0, 2**32))
def test_any_scorecard_gives_any_application_the_same_score_in_duckdb(seed: int) -> None:
    dice = random.Random(seed)
    scorecard, applications = made_up.scorecard(dice), made_up.applications(dice, 25)

    _agrees(scorecard, applications, _asked(score_query(scorecard, _table(applications, made_up.PRODUCT))))


async def test_any_scorecard_gives_any_application_the_same_score_in_postgresql(postgres: Address) -> None:
    connection = await asyncpg.connect(postgres.url())
    try:
        for seed in range(40):
            dice = random.Random(seed)
            scorecard, applications = made_up.scorecard(dice), made_up.applications(dice, 40)
            query = score_query(scorecard, _table(applications, made_up.PRODUCT))
            rows = await connection.fetch(in_dialect(query, "postgres"))
            _agrees(scorecard, applications, [dict(row) for row in rows])
    finally:
        await connection.close()


def test_any_scorecard_gives_any_application_the_same_score_on_spark(spark_session: "SparkSession") -> None:
    for seed in range(6):
        dice = random.Random(seed)
        scorecard, applications = made_up.scorecard(dice), made_up.applications(dice, 40)
        query = score_query(scorecard, _table(applications, made_up.PRODUCT))
        rows = spark_session.sql(in_dialect(query, "spark")).collect()
        _agrees(scorecard, applications, [row.asDict() for row in rows])


@pytest.mark.parametrize("dialect", ["trino", "snowflake", "bigquery"])
def test_the_query_is_sound_sql_of_other_warehouses(dialect: Dialect) -> None:
    scorecard, _ = _catalogued()

    written = in_dialect(score_query(scorecard, "applications"), dialect)

    assert isinstance(sqlglot.parse_one(written, read=dialect), sqlglot.exp.Select)


def test_the_scorecard_of_the_catalogue_scores_many_applications_alike() -> None:
    scorecard, product = _catalogued()
    dice = random.Random(7)
    facts = [product.dictionary.facts[name] for name in facts_read(scorecard)]
    applications: list[dict[str, FactValue]] = []
    for _ in range(2_000):
        known = [fact for fact in facts if dice.random() > 0.1]
        applications.append({fact.name: _any(fact.type, fact.values, dice) for fact in known})

    _agrees(scorecard, applications, _asked(score_query(scorecard, _table(applications, product))))


def test_columns_that_are_carried_stand_beside_the_score() -> None:
    scorecard = made_up.scorecard(random.Random(1))
    source = _table(made_up.applications(random.Random(1), 3), made_up.PRODUCT)

    rows = _asked(score_query(scorecard, source, carry=("row_id", "purpose")))

    assert list(rows[0])[:4] == ["row_id", "purpose", "score", "pd"]


def _any(of: FactType, values: Sequence[str], dice: random.Random) -> FactValue:
    if of is FactType.ENUM:
        return dice.choice(values)
    return (
        dice.random() < 0.5
        if of is FactType.BOOLEAN
        else dice.choice((dice.randint(1, 60), dice.randint(1, 2_000_000)))
    )


def _catalogued() -> tuple[Scorecard, Product]:
    product = parse_product(load_yaml((_CATALOGUE / "products" / "consumer-loan.yaml").read_text()))
    document = json.loads((_CATALOGUE / "scorecards" / "consumer-loan.json").read_text())
    return load_scorecard(document, product), product
