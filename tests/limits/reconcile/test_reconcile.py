"""`assay reconcile` finds what does not add up, to the minor unit, and nothing where everything does."""

from dataclasses import dataclass

import asyncpg
import pytest

from services.limits.domain.reconciliation import Difference
from services.limits.handlers.reconciling import reconcile_books
from shared.db import Database
from shared.errors import Refusal


@dataclass(frozen=True)
class Error:
    """One unit too much in the first row of a table that `where` finds; where two columns move, each has its sign."""

    table: str
    column: str
    where: str = "true"
    against: str | None = None

    @property
    def key(self) -> str:
        return {
            "account": "account_id",
            "entry": "account_id, version",
            "reservation": "reservation_id",
            "limit_term": "term_id",
            "exposure_item": "item_id",
        }[self.table]

    async def apply(self, owner: asyncpg.Connection, row: asyncpg.Record, units: int) -> None:
        changes = [f"{self.column} = {self.column} + {units}"]
        if self.against is not None:
            sign, column = self.against[0], self.against[1:]
            changes.append(f"{column} = {column} {sign} ({units})")
        keys = " AND ".join(f"{name} = ${place}" for place, name in enumerate(self.key.split(", "), 1))
        status = await owner.execute(f"UPDATE {self.table} SET {', '.join(changes)} WHERE {keys}", *row)
        assert status == "UPDATE 1"

    async def row(self, owner: asyncpg.Connection) -> asyncpg.Record:
        found = await owner.fetchrow(
            f"SELECT {self.key} FROM {self.table} WHERE {self.where} ORDER BY {self.key} LIMIT 1"
        )
        assert found is not None, "random traffic made no such row"
        return found


_BELOW = "account_id IN (SELECT account_id FROM account WHERE cardinality(path) > 1)"
_ABOVE = "account_id IN (SELECT path[1] FROM account WHERE cardinality(path) > 1)"
_ZERO = "entry_sums_to_zero"
_ROOM = "posted_minor + reserved_minor < commitment_cap_minor"
_WHOLE = "standing = 'counted' AND open_minor = amount_minor AND amount_minor > 0"
_KINDS = ("reserved", "adjusted", "captured", "released", "expired", "limit_granted", "attached", "detached")

ERRORS = [
    *(
        Error("account", column, f"{_ROOM} AND {place}")
        for column in ("limit_minor", "cover_minor", "posted_minor", "reserved_minor", "version")
        for place in (_ABOVE, _BELOW)
    ),
    *(
        Error("entry", column, f"kind = '{kind}' AND coalesce(available_minor, 1) > 0", "-available_delta")
        for kind in _KINDS
        for column in ("reserved_delta", "posted_delta")
    ),
    *(
        Error("entry", column, f"kind = '{kind}'", "+available_delta")
        for kind in ("limit_granted", "limit_changed")
        for column in ("limit_delta", "cover_delta")
    ),
    *(Error("entry", "available_minor", f"kind = '{kind}' AND available_minor > 0") for kind in _KINDS),
    *(
        Error("reservation", column, f"state = '{state}' AND captured_minor < amount_minor - 1 AND {place}")
        for state in ("reserved", "captured", "released", "expired")
        for column in ("amount_minor", "captured_minor")
        for place in (_BELOW, f"NOT {_BELOW}")
        if (state, place) != ("captured", f"NOT {_BELOW}")
    ),
    Error("reservation", "itemised_minor", "itemised_minor < captured_minor"),
    Error("entry", "posted_delta", "kind = 'item' AND coalesce(available_minor, 1) > 0", "-available_delta"),
    Error("entry", "posted_delta", "kind = 'itemised' AND coalesce(available_minor, 1) > 0", "-available_delta"),
    *(Error("reservation", f"held_minor[{level}]", "held_minor[3] > 0") for level in (1, 2, 3)),
    *(Error("reservation", f"unitemised_minor[{level}]", "unitemised_minor[3] > 0") for level in (1, 2, 3)),
    *(
        Error("exposure_item", f"{column}[{level}]", f"{_WHOLE} AND cardinality(path) >= {level}")
        for column in ("posted_minor", "valued_minor")
        for level in (1, 2)
    ),
    Error("exposure_item", "open_minor", "open_minor BETWEEN 1 AND amount_minor - 1 AND standing = 'counted'"),
    Error("exposure_item", "own_open_minor", "own_open_minor > 0"),
    Error("exposure_item", "drawn_minor", "drawn_minor > 0"),
    Error("exposure_item", "amount_minor", _WHOLE),
    Error("limit_term", "amount_minor", f"kind = 'base' AND {_ABOVE}"),
    Error("limit_term", "amount_minor", "kind = 'cover'"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: f"{error.table}.{error.column} {error.where[:60]}")
async def test_one_unit_too_much_is_found(db: Database, owner: asyncpg.Connection, error: Error) -> None:
    row = await error.row(owner)
    await error.apply(owner, row, 1)
    try:
        report = await reconcile_books(db)
    finally:
        await error.apply(owner, row, -1)
    assert report.differences
    assert {difference.account_id for difference in report.differences} != {None}
    assert (await reconcile_books(db)).differences == []


async def test_books_made_by_random_traffic_add_up(db: Database) -> None:
    report = await reconcile_books(db)
    assert [str(difference) for difference in report.differences] == []
    assert report.compared.accounts == 13
    assert report.compared.entries > 300
    assert report.compared.reservations > 100
    assert report.compared.items > 50


@pytest.mark.parametrize(
    "lost",
    [
        "entry WHERE (account_id, version) = (SELECT account_id, max(version) - 1 FROM entry GROUP BY 1 LIMIT 1)",
        "entry WHERE (account_id, version) = (SELECT account_id, max(version) FROM entry GROUP BY 1 LIMIT 1)",
        "reservation WHERE reservation_id = (SELECT max(reservation_id) FROM reservation WHERE state = 'captured')",
        "reservation WHERE reservation_id = (SELECT max(reservation_id) FROM reservation WHERE state = 'reserved')",
        "exposure_item WHERE item_id = (SELECT min(item_id) FROM exposure_item WHERE standing = 'counted')",
        "limit_term WHERE term_id = (SELECT max(term_id) FROM limit_term WHERE kind = 'cover')",
    ],
)
async def test_a_row_that_is_lost_is_missed(db: Database, owner: asyncpg.Connection, lost: str) -> None:
    table = lost.split(" ", 1)[0]
    await owner.execute(f"CREATE TEMPORARY TABLE kept AS SELECT * FROM {lost}")
    assert await owner.execute(f"DELETE FROM {lost}") == "DELETE 1"
    try:
        assert (await reconcile_books(db)).differences
    finally:
        await owner.execute(f"INSERT INTO {table} SELECT * FROM kept")


async def test_rows_of_an_account_that_is_not_there_are_found(db: Database, owner: asyncpg.Connection) -> None:
    await owner.execute("""
        INSERT INTO entry (account_id, version, transaction_id, kind, limit_delta, available_delta, reserved_delta,
                           posted_delta, created_at)
        VALUES ('acc_gone', 1, 'acc_gone/1', 'reserved', 0, 0, 0, 0, now())
    """)
    try:
        (found,) = (await reconcile_books(db)).differences
    finally:
        await owner.execute("DELETE FROM entry WHERE account_id = 'acc_gone'")
    assert str(found) == "account acc_gone: entry acc_gone/1 is on 0 accounts, it must be on 1"


async def test_an_entry_whose_parts_do_not_cancel_is_found(db: Database, owner: asyncpg.Connection) -> None:
    constraint = await owner.fetchval("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1", _ZERO)
    await owner.execute(f"ALTER TABLE entry DROP CONSTRAINT {_ZERO}")
    error = Error("entry", "posted_delta", "kind = 'captured'")
    row = await error.row(owner)
    await error.apply(owner, row, 1)
    try:
        kinds = {difference.kind for difference in (await reconcile_books(db)).differences}
    finally:
        await error.apply(owner, row, -1)
        await owner.execute(f"ALTER TABLE entry ADD CONSTRAINT {_ZERO} {constraint}")
    assert "unbalanced" in kinds


async def test_one_tree_can_be_compared_alone(db: Database, owner: asyncpg.Connection) -> None:
    error = Error("account", "reserved_minor", f"{_ROOM} AND {_BELOW}")
    row = await error.row(owner)
    other = await owner.fetchval(
        "SELECT account_id FROM account WHERE NOT path && (SELECT path FROM account "
        "WHERE account_id = $1) ORDER BY account_id LIMIT 1",
        row["account_id"],
    )
    await error.apply(owner, row, 1)
    try:
        found = (await reconcile_books(db, row["account_id"])).differences
        elsewhere = (await reconcile_books(db, other)).differences
    finally:
        await error.apply(owner, row, -1)
    assert {difference.account_id for difference in found} == {row["account_id"]}
    assert elsewhere == []


async def test_an_account_that_does_not_exist_is_refused(db: Database) -> None:
    with pytest.raises(Refusal, match="there is no such account"):
        await reconcile_books(db, "acc_none")


def test_differences_are_told_with_amounts_and_ids() -> None:
    found = Difference("reserved", "acc_1", "acc_1", 1_250_001, 1_250_000, "EUR")
    assert str(found) == (
        "account acc_1: the account states 12,500.01 EUR as reserved, its entries add up to 12,500.00 EUR"
    )
    beyond = Difference("posted", "acc_1", "acc_1", 2**62, 1, "EUR")
    assert "4,611,686,018,427,387,904 minor units of EUR" in str(beyond)
