"""Stored decisions as the applications of a backtest, on a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from services.backtests.engines import Cancelled
from services.backtests.inputs import Grouping, InputError, read_decisions
from services.decision.domain.decision import Evaluation, Outcome, ScoreOutcome
from services.decision.domain.record import Decision, Question
from services.decision.store import decisions
from services.embedded.postgres import Address
from shared.db import Database
from shared.ids import new_id
from shared.money import Money
from shared.products import Product
from tests.kit.service import migrated

Rows = Callable[[str], list[Any]]
NOW = datetime.now(UTC)
AMOUNT = {"amount_minor": 125_050, "currency": "USD"}
SCORE = ScoreOutcome(612, Decimal("0.012345"), ("TERM_TOO_LONG", "SAVINGS_LOW"), "card", "1", "0" * 64)


@pytest.fixture(scope="module")
async def url(postgres: Address) -> str:
    return (await migrated(postgres, "decision", "backtest_inputs")).app


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = Database(url)
    yield opened
    await opened.close()


async def _decided(database: Database, product: str, *known: tuple[dict[str, Any], ScoreOutcome | None]) -> list[str]:
    made = [_decision(product, facts, score) for facts, score in known]
    async with database.transaction() as tx:
        await decisions.add(tx, made)
    return [each.decision_id for each in made]


def _decision(
    product: str, facts: dict[str, Any], score: ScoreOutcome | None, application_id: str | None = None
) -> Decision:
    reasons = ("AFFORDABILITY",)
    evaluation = Evaluation(
        Outcome.DECLINE, None, None, None, reasons, {"tables": {}, "outputs": {}, "reasons": list(reasons)}
    )
    return Decision(
        decision_id=new_id("dec"),
        question=Question(
            application_id, "their reference", "pty_1", product, Money(125_050, "USD"), facts, datetime.now(UTC)
        ),
        score=score,
        policy_name="p",
        policy_version="1",
        policy_hash="0" * 64,
        revisions=(),
        evaluation=evaluation,
        decided_at=datetime.now(UTC),
    )


async def _read(db: duckdb.DuckDBPyConnection, database: Database, product: Product, **options: Any) -> Any:
    since, until = NOW - timedelta(days=1), NOW + timedelta(days=1)
    return await read_decisions(db, database, product, since, until, **options)


async def test_a_decision_becomes_the_application_that_it_was_made_on(
    db: duckdb.DuckDBPyConnection, database: Database, product: Product, rows: Rows
) -> None:
    facts = {
        "requested_amount": AMOUNT,
        "share": "0.3500",
        "purpose": "car",
        "existing": False,
        "since": "2020-02-29",
        "sex": "female",
    }
    (found,) = await _decided(database, "small-loan", (facts, SCORE))
    await _decided(database, "another-loan", (facts, SCORE))

    received = await _read(db, database, product, segments={"purpose": Grouping(fact="purpose")})

    assert (received.rows, received.source, received.needs_score) == (1, "decisions", False)
    asked = "row_id, reference, party_id, decided, bad, requested_amount, term_months, share, purpose, existing, since"
    assert rows(f"SELECT {asked} FROM application") == [
        (1, found, "pty_1", "decline", None, 125_050, None, 3_500, "car", False, date(2020, 2, 29))
    ]
    scored = 'score, pd, has_score_reasons, score_reasons, "segment:purpose", "protected:sex"'
    assert rows(f"SELECT {scored} FROM application") == [
        (612, 12_345, True, ["TERM_TOO_LONG", "SAVINGS_LOW"], "car", "female")
    ]
    assert rows("SELECT as_of_day FROM application") == [NOW.date()]


async def test_what_no_longer_fits_the_product_is_missing_and_said(
    db: duckdb.DuckDBPyConnection, database: Database, product: Product, rows: Rows
) -> None:
    hostile = "car'; DROP TABLE application; --\n\\N"
    renamed = Product("renamed-loan", product.title, product.currency, product.dictionary)
    await _decided(
        database,
        "renamed-loan",
        ({"requested_amount": AMOUNT, "term_months": 500, "purpose": hostile}, None),
        ({"requested_amount": {"amount_minor": 5, "currency": "EUR"}, "gone": 1}, None),
    )

    received = await _read(db, database, renamed)

    assert rows("SELECT requested_amount, term_months, purpose, score FROM application ORDER BY row_id") == [
        (125_050, None, None, None),
        (None, None, None, None),
    ]
    assert [warning for warning in received.warnings if "no longer fit" in warning] == [
        "requested_amount: 1 values no longer fit the product and count as missing",
        "term_months: 1 values no longer fit the product and count as missing",
        "purpose: 1 values no longer fit the product and count as missing",
    ]
    assert received.needs_score


async def test_of_several_decisions_on_an_amended_application_the_last_one_counts_and_that_is_said(
    db: duckdb.DuckDBPyConnection, database: Database, product: Product, rows: Rows
) -> None:
    amended = Product("amended-loan", product.title, product.currency, product.dictionary)
    application_id = new_id("app")
    made = [_decision("amended-loan", {"term_months": months}, SCORE, application_id) for months in (12, 24, 36)]
    async with database.transaction() as tx:
        await decisions.add(tx, made)
    await _decided(database, "amended-loan", ({"term_months": 48}, None), ({"term_months": 48}, None))

    received = await _read(db, database, amended)

    assert rows("SELECT row_id, term_months FROM application ORDER BY row_id") == [(1, 36), (2, 48), (3, 48)]
    assert received.warnings[0] == (
        "2 decisions were followed by a later one on the same application: an amended one counts once, by its last"
    )


async def test_a_decision_after_the_period_takes_the_place_of_none_in_it(
    db: duckdb.DuckDBPyConnection, database: Database, product: Product, rows: Rows
) -> None:
    amended = Product("amended-later-loan", product.title, product.currency, product.dictionary)
    application_id = new_id("app")
    first, second = [
        _decision("amended-later-loan", {"term_months": months}, SCORE, application_id) for months in (12, 24)
    ]
    async with database.transaction() as tx:
        await decisions.add(tx, [first, second])

    received = await read_decisions(db, database, amended, NOW - timedelta(days=1), second.decided_at)

    assert rows("SELECT row_id, term_months FROM application") == [(1, 12)]
    assert not [warning for warning in received.warnings if "followed" in warning]


async def test_pages_leave_no_decision_out(
    db: duckdb.DuckDBPyConnection, database: Database, product: Product, rows: Rows
) -> None:
    paged = Product("paged-loan", product.title, product.currency, product.dictionary)
    for start in range(0, 12_000, 2_000):
        batch = [({"term_months": 1 + at % 120}, None) for at in range(start, start + 2_000)]
        await asyncio.gather(_decided(database, "paged-loan", *batch), _decided(database, "other-loan", *batch[:500]))

    received = await _read(db, database, paged)

    assert received.rows == 12_000
    assert rows("SELECT count(DISTINCT reference), min(row_id), max(row_id) FROM application") == [(12_000, 1, 12_000)]


async def test_a_product_without_decisions_has_nothing_to_test(
    db: duckdb.DuckDBPyConnection, database: Database, product: Product
) -> None:
    empty = Product("empty-loan", product.title, product.currency, product.dictionary)

    with pytest.raises(InputError, match="decisions: none of empty-loan between"):
        await _read(db, database, empty)


async def test_reading_stops_when_it_is_asked_to(
    db: duckdb.DuckDBPyConnection, database: Database, product: Product
) -> None:
    await _decided(database, "small-loan", ({"term_months": 12}, None))

    with pytest.raises(Cancelled):
        await _read(db, database, product, stopped=lambda: True)
