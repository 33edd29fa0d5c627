"""What has been signalled, and what is to be."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import text

from services.limits.domain.account import Account
from services.limits.domain.signals import Thresholds
from shared.db import Transaction, rows_json

_SAVE_BANDS: Final = text("""
    UPDATE account a SET band = r.band
    FROM json_to_recordset(CAST(:rows AS json)) AS r(account_id text, band smallint)
    WHERE a.account_id = r.account_id
""")


async def thresholds(tx: Transaction, products: Collection[str]) -> dict[str, Thresholds]:
    """Return the thresholds of each product, the usual ones where its terms name none."""
    return {product: Thresholds() for product in products}


async def save_bands(tx: Transaction, accounts: Sequence[Account]) -> None:
    """Store which threshold was signalled last on locked accounts."""
    if not accounts:
        return
    rows = [{"account_id": account.account_id, "band": account.band} for account in accounts]
    await tx.execute(_SAVE_BANDS, {"rows": rows_json(rows)})
