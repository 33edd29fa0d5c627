"""`assay reconcile` finds what does not add up, to the minor unit, and nothing where everything does."""

from services.limits.handlers.reconciling import reconcile_books
from shared.db import Database


async def test_books_made_by_random_traffic_add_up(db: Database) -> None:
    report = await reconcile_books(db)
    assert [str(difference) for difference in report.differences] == []
    assert report.compared.accounts == 10
    assert report.compared.entries > 300
    assert report.compared.reservations > 100
