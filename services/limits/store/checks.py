"""Credit checks of documents, added and never changed, and what a check asks of items beyond receivables."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import text

from services.limits.domain.checks.figures import Orders, OwnItem
from services.limits.domain.checks.result import Checkpoint, CheckRecord, Outcome, RuleVersion, StepResult, Verdict
from services.limits.domain.document import Document
from services.limits.domain.items.item import Category
from shared.db import Transaction, rows_json
from shared.money import Money

_SELECT: Final = """
    SELECT check_id, account_id, source, doc_type, doc_id, doc_version, copied_from, checkpoint, amount_minor, currency,
           reservation_id, facts::text, verdict, steps::text, released_by_hold, excluded_by, rule_product,
           rule_revision, rule_hash, actor, checked_at
    FROM credit_check
"""
_ADD: Final = text("""
    INSERT INTO credit_check (
        check_id, account_id, source, doc_type, doc_id, doc_version, copied_from, checkpoint, amount_minor, currency,
        reservation_id, facts, verdict, steps, released_by_hold, excluded_by, rule_product, rule_revision, rule_hash,
        actor, checked_at
    )
    SELECT * FROM json_to_recordset(CAST(:rows AS json))
           AS r(check_id text, account_id text, source text, doc_type text, doc_id text, doc_version bigint,
                copied_from text[], checkpoint text, amount_minor bigint, currency text, reservation_id text,
                facts json, verdict text, steps json, released_by_hold text, excluded_by text, rule_product text,
                rule_revision integer, rule_hash text, actor text, checked_at timestamptz)
""")
_FIND: Final = text(f"{_SELECT} WHERE check_id = :check_id")
_OF_ACCOUNT: Final = text(f"""
    {_SELECT} WHERE account_id = :account_id AND check_id < :before
    ORDER BY check_id DESC LIMIT :limit
""")
_OF_DOCUMENT: Final = text(f"""
    {_SELECT}
    WHERE source = :source AND doc_type = :doc_type AND doc_id = :doc_id
    ORDER BY check_id DESC LIMIT :limit
""")
_ORDERS: Final = text("""
    SELECT i.account_id, h.days,
           coalesce(sum(i.own_open_minor) FILTER (
               WHERE i.ship_on IS NULL OR i.ship_on <= CAST(:today AS date) + h.days), 0)::bigint AS within_minor,
           coalesce(sum(i.own_open_minor) FILTER (
               WHERE i.ship_on > CAST(:today AS date) + h.days), 0)::bigint AS beyond_minor,
           coalesce(sum(i.posted_minor[cardinality(i.posted_minor)]), 0)::bigint AS posted_minor
    FROM exposure_item i CROSS JOIN unnest(CAST(:days AS integer[])) AS h(days)
    WHERE i.account_id = ANY(CAST(:account_id AS text[])) AND i.own_open_minor > 0
      AND i.category = 'open_order' AND NOT i.statistical
    GROUP BY i.account_id, h.days
""")
_OWN_ITEMS: Final = text("""
    SELECT i.source, i.doc_type, i.doc_id, i.account_id, i.path, i.posted_minor, i.own_open_minor, i.category, i.ship_on
    FROM exposure_item i
    JOIN unnest(CAST(:source AS text[]), CAST(:doc_type AS text[]), CAST(:doc_id AS text[]))
         AS d(source, doc_type, doc_id) USING (source, doc_type, doc_id)
    WHERE i.own_open_minor > 0 AND NOT i.statistical
""")


async def add(tx: Transaction, records: Sequence[CheckRecord]) -> None:
    """Store the checks of documents; those without one are questions, of which nothing stays."""
    rows = [_row(record, record.document) for record in records if record.document is not None]
    if rows:
        await tx.execute(_ADD, {"rows": rows_json(rows)})


async def find(tx: Transaction, check_id: str) -> CheckRecord | None:
    """Return a check."""
    row = (await tx.execute(_FIND, {"check_id": check_id})).one_or_none()
    return None if row is None else _record(row)


async def of_account(tx: Transaction, account_id: str, before: str, limit: int) -> list[CheckRecord]:
    """Return the checks made on an account before the check `before`, newest first."""
    rows = await tx.execute(_OF_ACCOUNT, {"account_id": account_id, "before": before, "limit": limit})
    return [_record(row) for row in rows]


async def of_document(tx: Transaction, document: Document, limit: int) -> list[CheckRecord]:
    """Return the last `limit` checks of a document, newest first."""
    names = {"source": document.source, "doc_type": document.doc_type, "doc_id": document.doc_id}
    return [_record(row) for row in await tx.execute(_OF_DOCUMENT, {**names, "limit": limit})]


async def orders(
    tx: Transaction, account_ids: Collection[str], today: date, horizons: Collection[int]
) -> dict[tuple[str, int], Orders]:
    """Return the open orders of each account by how many days ahead they are looked at."""
    days = sorted(horizons)
    rows = await tx.execute(_ORDERS, {"account_id": sorted(account_ids), "today": today, "days": days})
    found = {(row.account_id, row.days): Orders(row.within_minor, row.beyond_minor, row.posted_minor) for row in rows}
    return {(account_id, day): found.get((account_id, day), Orders()) for account_id in account_ids for day in days}


async def own_items(tx: Transaction, documents: Collection[Document]) -> dict[tuple[Document, str], list[OwnItem]]:
    """Return what the open items of documents count with, by document and account."""
    ordered = sorted(documents)
    names: Mapping[str, list[str]] = {
        "source": [document.source for document in ordered],
        "doc_type": [document.doc_type for document in ordered],
        "doc_id": [document.doc_id for document in ordered],
    }
    found: dict[tuple[Document, str], list[OwnItem]] = {}
    for row in await tx.execute(_OWN_ITEMS, dict(names)):
        is_order = row.category == Category.OPEN_ORDER
        item = OwnItem(
            posted=dict(zip(row.path, row.posted_minor, strict=True)),
            order_minor=row.own_open_minor if is_order else 0,
            order_posted_minor=row.posted_minor[-1] if is_order else 0,
            ship_on=row.ship_on,
        )
        found.setdefault((Document(row.source, row.doc_type, row.doc_id), row.account_id), []).append(item)
    return found


def _row(record: CheckRecord, document: Document) -> dict[str, Any]:
    copied = record.copied_from
    return {
        "check_id": record.check_id,
        "account_id": record.account_id,
        "source": document.source,
        "doc_type": document.doc_type,
        "doc_id": document.doc_id,
        "doc_version": record.version,
        "copied_from": None if copied is None else [copied.source, copied.doc_type, copied.doc_id],
        "checkpoint": record.checkpoint,
        "amount_minor": record.amount.amount_minor,
        "currency": record.amount.currency,
        "reservation_id": record.reservation_id,
        "facts": record.facts,
        "verdict": record.verdict,
        "steps": record.steps,
        "released_by_hold": record.released_by_hold,
        "excluded_by": record.excluded_by,
        "rule_product": record.rule.product,
        "rule_revision": record.rule.revision,
        "rule_hash": record.rule.hash,
        "actor": record.actor,
        "checked_at": record.checked_at,
    }


def _record(row: Any) -> CheckRecord:
    return CheckRecord(
        check_id=row.check_id,
        account_id=row.account_id,
        document=Document(row.source, row.doc_type, row.doc_id),
        version=row.doc_version,
        amount=Money(row.amount_minor, row.currency),
        verdict=Verdict(row.verdict),
        steps=tuple(_step(stored) for stored in json.loads(row.steps)),
        checked_at=row.checked_at,
        actor=row.actor,
        rule=RuleVersion(row.rule_product, row.rule_revision, row.rule_hash),
        released_by_hold=row.released_by_hold,
        excluded_by=row.excluded_by,
        checkpoint=Checkpoint(row.checkpoint),
        copied_from=None if row.copied_from is None else Document(*row.copied_from),
        reservation_id=row.reservation_id,
        facts=json.loads(row.facts),
    )


def _step(stored: Mapping[str, Any]) -> StepResult:
    return StepResult(
        step=stored["step"],
        kind=stored["kind"],
        verdict=Verdict(stored["verdict"]),
        reason=stored["reason"],
        operands=stored["operands"],
        outcome=Outcome(stored["outcome"]),
    )
