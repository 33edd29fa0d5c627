"""Rebuilds of exposure as they are shown."""

from datetime import datetime

from pydantic import BaseModel

from services.limits.domain.items.rebuild import Difference, Rebuild
from shared.http.money import MoneyBody
from shared.idempotency import Answer


class RebuildReply(BaseModel):
    """A rebuild of one account, of a product, or of everything (both null), and how many documents it looked at.

    Once it is `finished`, its differences can be applied; `failure` says why one has `failed`.
    """

    rebuild_id: str
    account_id: str | None
    product: str | None
    state: str
    accounts: int
    items: int
    failure: str | None
    actor: str
    created_at: datetime
    finished_at: datetime | None
    applied_by: str | None
    applied_at: datetime | None


class RebuildPage(BaseModel):
    """Rebuilds, latest first, and where the next page begins."""

    items: list[RebuildReply]
    next_cursor: str | None


class DifferenceReply(BaseModel):
    """What stood and what should have been of one category on one account when it was looked at.

    `entered` is what was entered for it when the rebuild was applied, by what had become of it; null before that.
    """

    account_id: str
    category: str
    stood: MoneyBody
    should_be: MoneyBody
    difference: MoneyBody
    entered: MoneyBody | None


class DifferencePage(BaseModel):
    """Differences by account and category, and where the next page begins."""

    items: list[DifferenceReply]
    next_cursor: str | None


def accepted(rebuild: Rebuild) -> Answer:
    """Return the answer to a request to rebuild: 202 and its place."""
    return Answer(202, rebuild_reply(rebuild).model_dump_json().encode(), f"/v1/exposure-rebuilds/{rebuild.rebuild_id}")


def rebuild_reply(rebuild: Rebuild) -> RebuildReply:
    """Return the public form of a rebuild."""
    return RebuildReply(
        rebuild_id=rebuild.rebuild_id,
        account_id=rebuild.account_id,
        product=rebuild.product,
        state=rebuild.state,
        accounts=rebuild.accounts,
        items=rebuild.items,
        failure=rebuild.failure,
        actor=rebuild.actor,
        created_at=rebuild.created_at,
        finished_at=rebuild.finished_at,
        applied_by=rebuild.applied_by,
        applied_at=rebuild.applied_at,
    )


def difference_reply(found: Difference) -> DifferenceReply:
    """Return the public form of a difference."""

    def minor(amount_minor: int) -> MoneyBody:
        return MoneyBody(amount_minor=amount_minor, currency=found.currency)

    return DifferenceReply(
        account_id=found.account_id,
        category=found.category,
        stood=minor(found.stood_minor),
        should_be=minor(found.should_minor),
        difference=minor(found.should_minor - found.stood_minor),
        entered=None if found.entered_minor is None else minor(found.entered_minor),
    )
