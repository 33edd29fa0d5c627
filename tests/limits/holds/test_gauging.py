"""What the queue of blocked documents shows to whoever watches it."""

from prometheus_client import REGISTRY

from services.limits.domain.checks.result import Verdict
from services.limits.handlers.holds.gauging import measure
from shared.db import Database
from shared.ids import new_id
from tests.limits.holds import given


def shown(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


async def test_the_gauges_count_what_waits_for_an_officer(db: Database) -> None:
    product = new_id("product")
    account = await given.limit_of(db, 1000, product=product)
    holds = [await given.open_hold(db, account) for _ in range(3)]
    await measure(db)
    assert shown("assay_credit_holds_open", product=product) == 3
    oldest = shown("assay_credit_holds_oldest_seconds", product=product)
    assert oldest is not None
    assert oldest >= 0

    for hold in holds:
        await given.checked(db, given.record(hold.document, Verdict.OK, account_id=account.account_id))
    await measure(db)
    assert shown("assay_credit_holds_open", product=product) is None


async def test_what_becomes_of_holds_is_counted(db: Database) -> None:
    def counted() -> dict[str, float]:
        outcomes = ("opened", "passed")
        return {name: shown("assay_credit_holds_total", outcome=name) or 0 for name in outcomes}

    before = counted()
    account = await given.limit_of(db, 1000)
    hold = await given.open_hold(db, account)
    await given.checked(db, given.record(hold.document, amount_minor=9000, account_id=account.account_id))
    await given.checked(db, given.record(hold.document, Verdict.OK, account_id=account.account_id))
    assert {name: number - before[name] for name, number in counted().items()} == {"opened": 1, "passed": 1}
