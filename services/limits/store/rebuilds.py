"""Rebuilds of exposure and the differences they found."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import text

from services.limits.domain.items.item import Category
from services.limits.domain.items.rebuild import Difference, Rebuild, RebuildState
from shared.db import Transaction, rows_json

_SELECT: Final = """
    SELECT r.rebuild_id, r.account_id, r.product, r.state, r.actor, r.created_at, r.finished_at, r.applied_by,
           r.applied_at, r.reached, r.reached_item, r.accounts, r.items, r.failure
    FROM exposure_rebuild r
"""
_FIND: Final = text(f"{_SELECT} WHERE r.rebuild_id = :rebuild_id")
_LOCK: Final = text(f"{_SELECT} WHERE r.rebuild_id = :rebuild_id FOR UPDATE")
_PAGE: Final = text(f"{_SELECT} WHERE r.rebuild_id < :before ORDER BY r.rebuild_id DESC LIMIT :limit")
_UNDER_WAY: Final = text(f"""
    {_SELECT} WHERE r.state IN ('running', 'applying') ORDER BY r.rebuild_id LIMIT 1 FOR UPDATE SKIP LOCKED
""")
_COUNT_UNDER_WAY: Final = text("SELECT count(*) FROM exposure_rebuild WHERE state IN ('running', 'applying')")
_ADD: Final = text("""
    INSERT INTO exposure_rebuild (rebuild_id, account_id, product, state, actor, created_at)
    VALUES (:rebuild_id, :account_id, :product, :state, :actor, :created_at)
""")
_CHANGE: Final = text("""
    UPDATE exposure_rebuild SET state = :state, finished_at = :finished_at, applied_by = :applied_by,
           applied_at = :applied_at, reached = :reached, reached_item = :reached_item, accounts = :accounts,
           items = :items, failure = :failure
    WHERE rebuild_id = :rebuild_id
""")
_ACCOUNTS: Final = text("""
    SELECT a.account_id FROM account a
    WHERE a.account_id > :reached AND (CAST(:product AS text) IS NULL OR a.product = :product)
      AND EXISTS (SELECT FROM exposure_item i WHERE i.account_id = a.account_id)
    ORDER BY a.account_id LIMIT :limit
""")
_NEXT_THAT_DIFFERS: Final = text("""
    SELECT account_id FROM exposure_difference
    WHERE rebuild_id = :rebuild_id AND account_id > :reached ORDER BY account_id LIMIT 1
""")
_ADD_DIFFERENCES: Final = text("""
    INSERT INTO exposure_difference (rebuild_id, account_id, category, currency, stood_minor, should_minor)
    SELECT :rebuild_id, r.account_id, r.category, r.currency, r.stood_minor, r.should_minor
    FROM json_to_recordset(CAST(:rows AS json))
         AS r(account_id text, category text, currency text, stood_minor bigint, should_minor bigint)
""")
# What differs only by now, and was not reported, is kept with what was entered for it alone.
_ADD_ENTERED: Final = text("""
    INSERT INTO exposure_difference AS d (rebuild_id, account_id, category, currency, stood_minor, should_minor,
                                          entered_minor)
    SELECT :rebuild_id, a.account_id, r.category, a.currency, 0, 0, r.entered_minor
    FROM json_to_recordset(CAST(:rows AS json)) AS r(category text, entered_minor bigint)
    JOIN account a ON a.account_id = :account_id
    ON CONFLICT (rebuild_id, account_id, category)
    DO UPDATE SET entered_minor = coalesce(d.entered_minor, 0) + excluded.entered_minor
""")
_NOTHING_ENTERED: Final = text("""
    UPDATE exposure_difference SET entered_minor = 0
    WHERE rebuild_id = :rebuild_id AND account_id = :account_id AND entered_minor IS NULL
""")
_DIFFERENCES: Final = text("""
    SELECT account_id, category, currency, stood_minor, should_minor, entered_minor FROM exposure_difference
    WHERE rebuild_id = :rebuild_id AND (account_id, category) > (:account_id, :category)
    ORDER BY account_id, category LIMIT :limit
""")


async def add(tx: Transaction, rebuild: Rebuild) -> None:
    """Store a new rebuild."""
    await tx.execute(
        _ADD,
        {
            "rebuild_id": rebuild.rebuild_id,
            "account_id": rebuild.account_id,
            "product": rebuild.product,
            "state": rebuild.state,
            "actor": rebuild.actor,
            "created_at": rebuild.created_at,
        },
    )


async def change(tx: Transaction, rebuild: Rebuild) -> None:
    """Store how far a locked rebuild has come."""
    await tx.execute(
        _CHANGE,
        {
            "rebuild_id": rebuild.rebuild_id,
            "state": rebuild.state,
            "finished_at": rebuild.finished_at,
            "applied_by": rebuild.applied_by,
            "applied_at": rebuild.applied_at,
            "reached": rebuild.reached,
            "reached_item": rebuild.reached_item,
            "accounts": rebuild.accounts,
            "items": rebuild.items,
            "failure": rebuild.failure,
        },
    )


async def find(tx: Transaction, rebuild_id: str, *, lock: bool = False) -> Rebuild | None:
    """Return a rebuild, locked if asked."""
    row = (await tx.execute(_LOCK if lock else _FIND, {"rebuild_id": rebuild_id})).one_or_none()
    return None if row is None else _rebuild(row)


async def page(tx: Transaction, before: str, limit: int) -> list[Rebuild]:
    """Return rebuilds that began before one, latest first."""
    return [_rebuild(row) for row in await tx.execute(_PAGE, {"before": before, "limit": limit})]


async def take(tx: Transaction) -> Rebuild | None:
    """Lock and return the oldest rebuild that is under way and that nobody works on."""
    row = (await tx.execute(_UNDER_WAY)).one_or_none()
    return None if row is None else _rebuild(row)


async def count_under_way(tx: Transaction) -> int:
    """Return how many rebuilds are computed or applied now."""
    found: int = (await tx.execute(_COUNT_UNDER_WAY)).scalar_one()
    return found


async def accounts_to_compute(tx: Transaction, rebuild: Rebuild, limit: int) -> list[str]:
    """Return the next accounts with documents that a rebuild is to look at."""
    if rebuild.account_id is not None:
        return [rebuild.account_id] if rebuild.account_id > rebuild.reached else []
    values = {"reached": rebuild.reached, "product": rebuild.product, "limit": limit}
    return list((await tx.execute(_ACCOUNTS, values)).scalars())


async def account_to_apply(tx: Transaction, rebuild: Rebuild) -> str | None:
    """Return the next account on which a rebuild found differences."""
    values = {"rebuild_id": rebuild.rebuild_id, "reached": rebuild.reached}
    found: str | None = (await tx.execute(_NEXT_THAT_DIFFERS, values)).scalar_one_or_none()
    return found


async def add_differences(tx: Transaction, rebuild_id: str, found: Sequence[Difference]) -> None:
    """Store differences that a rebuild found."""
    if not found:
        return
    rows = [
        {
            "account_id": entry.account_id,
            "category": entry.category,
            "currency": entry.currency,
            "stood_minor": entry.stood_minor,
            "should_minor": entry.should_minor,
        }
        for entry in found
    ]
    await tx.execute(_ADD_DIFFERENCES, {"rebuild_id": rebuild_id, "rows": rows_json(rows)})


async def add_entered(tx: Transaction, rebuild_id: str, account_id: str, entered: Mapping[Category, int]) -> None:
    """Store what was entered for an account by category, in addition to what was before."""
    rows = [{"category": category, "entered_minor": minor} for category, minor in entered.items() if minor != 0]
    values = {"rebuild_id": rebuild_id, "account_id": account_id}
    await tx.execute(_ADD_ENTERED, {**values, "rows": rows_json(rows)})
    await tx.execute(_NOTHING_ENTERED, values)


async def differences(tx: Transaction, rebuild_id: str, after: tuple[str, str], limit: int) -> list[Difference]:
    """Return the differences behind an account and category, in order."""
    account_id, category = after
    values = {"rebuild_id": rebuild_id, "account_id": account_id, "category": category, "limit": limit}
    return [
        Difference(
            account_id=row.account_id,
            category=Category(row.category),
            currency=row.currency,
            stood_minor=row.stood_minor,
            should_minor=row.should_minor,
            entered_minor=row.entered_minor,
        )
        for row in await tx.execute(_DIFFERENCES, values)
    ]


def _rebuild(row: Any) -> Rebuild:
    return Rebuild(
        rebuild_id=row.rebuild_id,
        account_id=row.account_id,
        product=row.product,
        state=RebuildState(row.state),
        actor=row.actor,
        created_at=row.created_at,
        finished_at=row.finished_at,
        applied_by=row.applied_by,
        applied_at=row.applied_at,
        reached=row.reached,
        reached_item=row.reached_item,
        accounts=row.accounts,
        items=row.items,
        failure=row.failure,
    )
