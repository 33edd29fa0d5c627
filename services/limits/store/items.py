"""The documents that make up exposure, read and written in sets."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import text

from services.limits.domain.document import Document
from services.limits.domain.items.item import Category, Item, LineKey, Standing, Statement
from shared import errors
from shared.db import Transaction, rows_json
from shared.money import Money

AccountName = tuple[str, str, str, str]
"""What an account is opened for: party, product, currency and segment (empty without one)."""

_SELECT: Final = """
    SELECT i.item_id, i.source, i.doc_type, i.doc_id, i.line, i.version, i.account_id, i.category, i.amount_minor,
    i.paid_minor, i.currency, i.due_on, i.ship_on, i.paid_on, i.disputed, i.statistical, i.dunning_level, i.follows,
    i.reservation_id, i.path, i.valued_minor, i.posted_minor, i.open_minor, i.standing, i.drawn_minor, i.counts_from,
    i.revision, i.actor
    FROM exposure_item i
"""
# From each line to the one it follows and to those that follow it, as far as they are of one account.
_CHAINS: Final = """
    WITH RECURSIVE near(item_id, account_id, follows_id) AS (
        SELECT item_id, account_id, follows_id FROM exposure_item WHERE item_id = ANY(CAST(:item_id AS text[]))
        UNION
        SELECT item_id, account_id, follows_id FROM exposure_item WHERE follows_id = ANY(CAST(:item_id AS text[]))
        UNION
        SELECT i.item_id, i.account_id, i.follows_id
        FROM near n CROSS JOIN LATERAL (
            SELECT item_id, account_id, follows_id FROM exposure_item
            WHERE item_id = n.follows_id AND account_id = n.account_id
            UNION ALL
            SELECT item_id, account_id, follows_id FROM exposure_item
            WHERE follows_id = n.item_id AND account_id = n.account_id
        ) i
    )
"""
_FOUND: Final = "JOIN (SELECT item_id FROM near LIMIT :limit) n USING (item_id)"
_NEAR: Final = text(f"{_CHAINS} {_SELECT} {_FOUND}")
_SAVE: Final = text("""
    INSERT INTO exposure_item (item_id, source, doc_type, doc_id, line, version, account_id, category, amount_minor,
        paid_minor, currency, due_on, ship_on, paid_on, disputed, statistical, dunning_level, follows, follows_id,
        reservation_id, path, valued_minor, posted_minor, open_minor, own_open_minor, standing, drawn_minor,
        counts_from, revision, actor, created_at, changed_at)
    SELECT r.item_id, r.source, r.doc_type, r.doc_id, r.line, r.version, r.account_id, r.category, r.amount_minor,
        r.paid_minor, r.currency, r.due_on, r.ship_on, r.paid_on, r.disputed, r.statistical, r.dunning_level,
        r.follows, r.follows_id, r.reservation_id, r.path, r.valued_minor, r.posted_minor, r.open_minor,
        r.own_open_minor, r.standing, r.drawn_minor, r.counts_from, r.revision, r.actor, :now, :now
    FROM json_populate_recordset(CAST(NULL AS exposure_item), CAST(:rows AS json)) r
    ORDER BY r.item_id
    ON CONFLICT (item_id) DO UPDATE SET version = excluded.version, account_id = excluded.account_id,
        category = excluded.category, amount_minor = excluded.amount_minor, paid_minor = excluded.paid_minor,
        currency = excluded.currency, due_on = excluded.due_on, ship_on = excluded.ship_on,
        paid_on = excluded.paid_on, disputed = excluded.disputed, statistical = excluded.statistical,
        dunning_level = excluded.dunning_level, follows = excluded.follows, follows_id = excluded.follows_id,
        reservation_id = excluded.reservation_id, path = excluded.path, valued_minor = excluded.valued_minor,
        posted_minor = excluded.posted_minor, open_minor = excluded.open_minor,
        own_open_minor = excluded.own_open_minor, standing = excluded.standing, drawn_minor = excluded.drawn_minor,
        counts_from = excluded.counts_from, revision = excluded.revision, actor = excluded.actor,
        changed_at = excluded.changed_at
    WHERE exposure_item.revision = excluded.revision - 1
""")
_ACCOUNTS: Final = text("""
    SELECT a.account_id, a.party_id, a.product, a.currency, a.segment
    FROM json_to_recordset(CAST(:rows AS json)) AS r(party_id text, product text, currency text, segment text)
    JOIN account a USING (party_id, product, currency, segment)
""")
_DUE: Final = text("""
    SELECT item_id FROM exposure_item WHERE counts_from <= CAST(:today AS date) ORDER BY counts_from, item_id
    LIMIT :limit
""")
_IDS: Final = text("""
    SELECT item_id FROM exposure_item WHERE account_id = :account_id AND item_id > :after ORDER BY item_id LIMIT :limit
""")
_CURRENCIES: Final = text(
    "SELECT DISTINCT currency FROM exposure_item WHERE account_id = ANY(CAST(:account_id AS text[]))"
)
_OF_ACCOUNT: Final = "WHERE i.account_id = :account_id AND i.item_id > :after"
_PAGE: Final = text(f"{_SELECT} {_OF_ACCOUNT} ORDER BY i.item_id LIMIT :limit")
_PAGE_OPEN: Final = text(f"{_SELECT} {_OF_ACCOUNT} AND i.own_open_minor > 0 ORDER BY i.item_id LIMIT :limit")


class ItemsChangedError(errors.Refusal):
    """A rival has written one of the items, or put it on another account, meanwhile; to be tried again."""

    def __init__(self) -> None:
        super().__init__(errors.Kind.UNAVAILABLE, "items_changed", "the same documents changed meanwhile; try again")


async def near(tx: Transaction, item_ids: Collection[str], limit: int) -> list[Item]:
    """Return those of the items that exist with all that follow them and all of their chains, up to `limit`."""
    rows = await tx.execute(_NEAR, {"item_id": sorted(item_ids), "limit": limit})
    return [_item(row) for row in rows]


async def save(tx: Transaction, items: Sequence[Item], now: datetime) -> None:
    """Store items of locked accounts; raises `ItemsChangedError`."""
    if not items:
        return
    rows = [_row(item) for item in items]
    if (await tx.execute(_SAVE, {"rows": rows_json(rows), "now": now})).rowcount != len(items):
        raise ItemsChangedError


async def account_ids(tx: Transaction, names: Collection[AccountName]) -> dict[AccountName, str]:
    """Return the accounts that are there by these names."""
    rows = [
        {"party_id": party_id, "product": product, "currency": currency, "segment": segment}
        for party_id, product, currency, segment in sorted(names)
    ]
    found = await tx.execute(_ACCOUNTS, {"rows": rows_json(rows)})
    return {(row.party_id, row.product, row.currency, row.segment): row.account_id for row in found}


async def due(tx: Transaction, today: date, limit: int) -> list[str]:
    """Return up to `limit` orders that did not count because they ship late, and count from today or before."""
    return list((await tx.execute(_DUE, {"today": today, "limit": limit})).scalars())


async def page(tx: Transaction, account_id: str, *, is_open: bool, after: str, limit: int) -> list[Item]:
    """Return items of an account behind one, in the order of their ids; all or those that are open."""
    statement = _PAGE_OPEN if is_open else _PAGE
    rows = await tx.execute(statement, {"account_id": account_id, "after": after, "limit": limit})
    return [_item(row) for row in rows]


async def ids(tx: Transaction, account_id: str, after: str, limit: int) -> list[str]:
    """Return the ids of an account's items behind one, in order."""
    values = {"account_id": account_id, "after": after, "limit": limit}
    return list((await tx.execute(_IDS, values)).scalars())


async def currencies(tx: Transaction, account_ids: Collection[str]) -> set[str]:
    """Return the currencies that the items of accounts are in."""
    return set((await tx.execute(_CURRENCIES, {"account_id": sorted(account_ids)})).scalars())


def _row(item: Item) -> dict[str, Any]:
    stated = item.stated
    document = stated.key.document
    return {
        "item_id": item.item_id,
        "source": document.source,
        "doc_type": document.doc_type,
        "doc_id": document.doc_id,
        "line": stated.key.line,
        "version": stated.version,
        "account_id": stated.account_id,
        "category": stated.category,
        "amount_minor": stated.amount.amount_minor,
        "paid_minor": stated.paid_minor,
        "currency": stated.amount.currency,
        "due_on": stated.due_on,
        "ship_on": stated.ship_on,
        "paid_on": stated.paid_on,
        "disputed": stated.disputed,
        "statistical": stated.statistical,
        "dunning_level": stated.dunning_level,
        "follows": None if stated.follows is None else _names(stated.follows),
        "follows_id": None if stated.follows is None else stated.follows.item_id,
        "reservation_id": stated.reservation_id,
        "path": item.path,
        "valued_minor": item.valued_minor,
        "posted_minor": item.posted_minor,
        "open_minor": item.open_minor,
        "own_open_minor": item.own_open_minor,
        "standing": item.standing,
        "drawn_minor": item.drawn_minor,
        "counts_from": item.counts_from,
        "revision": item.revision + 1,
        "actor": item.actor,
    }


def _item(row: Any) -> Item:
    stated = Statement(
        key=LineKey(Document(row.source, row.doc_type, row.doc_id), row.line),
        version=row.version,
        account_id=row.account_id,
        category=Category(row.category),
        amount=Money(row.amount_minor, row.currency),
        paid_minor=row.paid_minor,
        due_on=row.due_on,
        ship_on=row.ship_on,
        paid_on=row.paid_on,
        disputed=row.disputed,
        statistical=row.statistical,
        dunning_level=row.dunning_level,
        follows=None if row.follows is None else _key(row.follows),
        reservation_id=row.reservation_id,
    )
    return Item(
        stated=stated,
        path=tuple(row.path),
        valued_minor=tuple(row.valued_minor),
        posted_minor=tuple(row.posted_minor),
        open_minor=row.open_minor,
        standing=Standing(row.standing),
        drawn_minor=row.drawn_minor,
        counts_from=row.counts_from,
        revision=row.revision,
        actor=row.actor,
    )


def _names(key: LineKey) -> list[str]:
    return [key.document.source, key.document.doc_type, key.document.doc_id, key.line]


def _key(names: Sequence[str]) -> LineKey:
    source, doc_type, doc_id, line = names
    return LineKey(Document(source, doc_type, doc_id), line)
