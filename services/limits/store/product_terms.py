"""What products say of limits: revisions that are added, never changed, and their way to the accounts."""

# ruff: noqa: S608 - parts of ours make up the queries; values are parameters.

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from services.limits.domain.product_terms import CurrencyTerms, ProductTerms
from shared.db import Transaction, rows_json

_SELECT: Final = """
    SELECT p.product, p.revision, p.review_every_days, p.thresholds, p.hysteresis_percent, p.expiring_notice_days,
           p.actor, p.reason, p.created_at, c.currency, c.default_limit_minor, c.people_need_checker_above_minor,
           c.decisions_need_checker_above_minor
"""
_CURRENT: Final = text(f"""
    {_SELECT}
    FROM unnest(CAST(:product AS text[])) AS r(product)
    CROSS JOIN LATERAL (
        SELECT * FROM product_terms t
        WHERE t.product = r.product AND t.created_at <= coalesce(CAST(:known_at AS timestamptz), 'infinity')
        ORDER BY t.revision DESC LIMIT 1
    ) p
    LEFT JOIN product_currency_terms c ON c.product = p.product AND c.revision = p.revision
""")
_HISTORY: Final = text(f"""
    {_SELECT}
    FROM (
        SELECT * FROM product_terms WHERE product = :product AND revision < :below ORDER BY revision DESC LIMIT :limit
    ) p
    LEFT JOIN product_currency_terms c ON c.product = p.product AND c.revision = p.revision
    ORDER BY p.revision DESC
""")
_LOCK: Final = "hashtext(current_schema() || '.product_terms'), hashtext(product)"
_HOLD: Final = text(f"""
    SELECT pg_advisory_xact_lock_shared({_LOCK}) FROM unnest(CAST(:product AS text[])) AS product
""")
_CLAIM: Final = text(f"SELECT pg_advisory_xact_lock({_LOCK}) FROM (SELECT CAST(:product AS text) AS product) r")
_ADD: Final = text("""
    INSERT INTO product_terms (product, revision, review_every_days, thresholds, hysteresis_percent,
                               expiring_notice_days, actor, reason, created_at)
    VALUES (:product, :revision, :review_every_days, CAST(:thresholds AS integer[]), :hysteresis_percent,
            :expiring_notice_days, :actor, :reason, clock_timestamp())
""")
_ADD_CURRENCIES: Final = text("""
    INSERT INTO product_currency_terms (product, revision, currency, default_limit_minor,
                                        people_need_checker_above_minor, decisions_need_checker_above_minor)
    SELECT :product, :revision, r.*
    FROM json_to_recordset(CAST(:rows AS json))
         AS r(currency text, default_limit_minor bigint, people_need_checker_above_minor bigint,
              decisions_need_checker_above_minor bigint)
""")
_START: Final = text("INSERT INTO default_rollout (product, revision) VALUES (:product, :revision)")
_NEXT: Final = text("""
    SELECT product, revision, reached FROM default_rollout WHERE finished_at IS NULL
    ORDER BY product, revision LIMIT 1 FOR UPDATE SKIP LOCKED
""")
_CONCERNED: Final = text("""
    SELECT account_id FROM account
    WHERE product = :product AND limit_basis IN ('unset', 'default') AND account_id > :reached
    ORDER BY account_id LIMIT :limit FOR UPDATE
""")
_MARK: Final = text("""
    UPDATE account SET limit_changes_at = least(limit_changes_at, clock_timestamp())
    WHERE account_id = ANY(CAST(:account_id AS text[]))
""")
_ADVANCE: Final = text("""
    UPDATE default_rollout SET reached = :reached, finished_at = CASE WHEN :is_finished THEN clock_timestamp() END
    WHERE product = :product AND revision = :revision
""")


async def current(
    tx: Transaction, products: Collection[str], known_at: datetime | None = None
) -> dict[str, ProductTerms]:
    """Return what each product says, or said at a time; what holds for any where it says nothing."""
    rows = await tx.execute(_CURRENT, {"product": sorted(products), "known_at": known_at})
    said = {terms.product: terms for terms in _terms(rows)}
    return {product: said.get(product, ProductTerms(product)) for product in products}


async def history(tx: Transaction, product: str, below: int, limit: int) -> list[ProductTerms]:
    """Return up to `limit` revisions of what a product said below one, newest first."""
    return _terms(await tx.execute(_HISTORY, {"product": product, "below": below, "limit": limit}))


async def hold(tx: Transaction, products: Collection[str]) -> None:
    """Have what products say stay as it is until this transaction ends; it is to be read after this, not before.

    So whoever changes it knows that no account is still being measured by what it said before.
    """
    await tx.execute(_HOLD, {"product": sorted(products)})


async def claim(tx: Transaction, product: str) -> None:
    """Wait until nobody relies on what a product says, and keep others from it until this transaction ends."""
    await tx.execute(_CLAIM, {"product": product})


async def add(tx: Transaction, terms: ProductTerms) -> None:
    """Store a revision, by whoever has claimed the product, and start its way to the accounts."""
    key = {"product": terms.product, "revision": terms.revision}
    await tx.execute(
        _ADD,
        {
            **key,
            "review_every_days": terms.review_every_days,
            "thresholds": list(terms.thresholds),
            "hysteresis_percent": terms.hysteresis_percent,
            "expiring_notice_days": terms.expiring_notice_days,
            "actor": terms.actor,
            "reason": terms.reason,
        },
    )
    rows = [
        {
            "currency": currency,
            "default_limit_minor": said.default_limit_minor,
            "people_need_checker_above_minor": said.people_need_checker_above_minor,
            "decisions_need_checker_above_minor": said.decisions_need_checker_above_minor,
        }
        for currency, said in sorted(terms.currencies.items())
    ]
    await tx.execute(_ADD_CURRENCIES, {**key, "rows": rows_json(rows)})


async def start_rollout(tx: Transaction, terms: ProductTerms) -> None:
    """Note that a revision is to reach the accounts of its product."""
    await tx.execute(_START, {"product": terms.product, "revision": terms.revision})


@dataclass(frozen=True, slots=True)
class Rollout:
    """A revision on its way to the accounts of its product: those up to `reached` know of it."""

    product: str
    revision: int
    reached: str


async def next_rollout(tx: Transaction) -> Rollout | None:
    """Return a revision that has not reached all accounts, locked; None when there is none that nobody works on."""
    row = (await tx.execute(_NEXT)).one_or_none()
    return None if row is None else Rollout(row.product, row.revision, row.reached)


async def mark_due(tx: Transaction, rollout: Rollout, limit: int) -> int:
    """Have the next `limit` accounts of a product measured again when they are next looked at; return how many."""
    found: Sequence[str] = (
        (await tx.execute(_CONCERNED, {"product": rollout.product, "reached": rollout.reached, "limit": limit}))
        .scalars()
        .all()
    )
    await tx.execute(_MARK, {"account_id": list(found)})
    key = {"product": rollout.product, "revision": rollout.revision}
    reached = found[-1] if found else rollout.reached
    await tx.execute(_ADVANCE, {**key, "reached": reached, "is_finished": len(found) < limit})
    return len(found)


def _terms(rows: Any) -> list[ProductTerms]:
    found: dict[tuple[str, int], tuple[Any, dict[str, CurrencyTerms]]] = {}
    for row in rows:
        _, currencies = found.setdefault((row.product, row.revision), (row, {}))
        if row.currency is not None:
            currencies[row.currency] = CurrencyTerms(
                row.default_limit_minor, row.people_need_checker_above_minor, row.decisions_need_checker_above_minor
            )
    return [
        ProductTerms(
            product=row.product,
            revision=row.revision,
            currencies=currencies,
            review_every_days=row.review_every_days,
            thresholds=tuple(row.thresholds),
            hysteresis_percent=row.hysteresis_percent,
            expiring_notice_days=row.expiring_notice_days,
            actor=row.actor,
            reason=row.reason,
            created_at=row.created_at,
        )
        for row, currencies in found.values()
    ]
