"""Limits by date, and what products say of them."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import Field, field_validator
from starlette.requests import Request
from starlette.responses import Response

from services.limits.api.fields import MAX_CYCLE_DAYS, Moment, Reason
from services.limits.domain.product_terms import CurrencyTerms, ProductTerms
from services.limits.handlers import product_terms, terms
from services.limits.replies import terms as replies
from shared.db import Database
from shared.errors import invalid
from shared.http import Body, caller, operation, reply
from shared.http.versions import conditional, etag, required_version
from shared.money import MAX_MINOR

_Limit = Annotated[int, Field(ge=0, le=MAX_MINOR)]
_Percent = Annotated[int, Field(ge=1, le=999)]
_MOST: Final = 2**31 - 1
_LONGEST: Final = 255


class CurrencyTermsBody(Body):
    """What holds for accounts in one currency, in its minor units.

    Without a default, accounts without a limit of their own are bounded by those above them only. Increases above the
    thresholds need somebody to approve them; without one for decisions, those set limits of any size at once.
    """

    default_limit_minor: _Limit | None = None
    people_need_checker_above_minor: _Limit = 0
    decisions_need_checker_above_minor: _Limit | None = None


class ProductTermsBody(Body):
    """What a product says of limits from now on, all of it, and why."""

    currencies: dict[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], CurrencyTermsBody] = Field(
        max_length=200, examples=[{"EUR": {"default_limit_minor": 50_000}}]
    )
    review_every_days: Annotated[int, Field(ge=1, le=MAX_CYCLE_DAYS)] | None = None
    thresholds: Annotated[tuple[_Percent, ...], Field(strict=False, max_length=10)] = (75, 90, 100)
    hysteresis_percent: Annotated[int, Field(ge=0, le=50)] = 5
    expiring_notice_days: Annotated[int, Field(ge=0, le=366)] = 14
    reason: Reason

    @field_validator("thresholds")
    @classmethod
    def _rise(cls, thresholds: tuple[int, ...]) -> tuple[int, ...]:
        if list(thresholds) != sorted(set(thresholds)):
            raise ValueError("thresholds must rise")
        return thresholds


def add_routes(routes: APIRouter, db: Database) -> None:
    """Add the routes of limits by date."""

    @routes.get(
        "/accounts/{account_id}/limits", tags=["limits"], **operation("limits:read", replies={200: replies.LimitsReply})
    )
    async def get_limits(account_id: str, at: Annotated[Moment | None, Query()] = None) -> Response:
        """Return what was or will be in force on an account at a time (now), what follows, and the terms behind it.

        Of the past, as it was known then.
        """
        found = await terms.get_limits(db, account_id, at)
        return reply(replies.limits_reply(found.account, found.at, found.course, found.terms))

    @routes.get(
        "/limit-terms/{product}", tags=["limits"], **operation("limits:read", replies={200: replies.ProductTermsReply})
    )
    async def get_product_terms(product: str) -> Response:
        """Return what a product says of limits, revision 0 when nobody has said anything."""
        return _said(await product_terms.get_product_terms(db, product))

    @routes.get(
        "/limit-terms/{product}/revisions",
        tags=["limits"],
        **operation("limits:read", replies={200: replies.ProductTermsPage}),
    )
    async def list_revisions(
        product: str,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[int, Query(ge=1, le=_MOST)] = _MOST,
    ) -> Response:
        """Return what a product said before, newest first."""
        found = await product_terms.list_revisions(db, product, cursor, limit)
        items = [replies.product_terms_reply(said) for said in found]
        following = found[-1].revision if len(found) == limit else None
        return reply(replies.ProductTermsPage(items=items, next_cursor=following))

    @routes.put(
        "/limit-terms/{product}",
        tags=["limits"],
        **conditional(operation("limits:approve", replies={200: replies.ProductTermsReply})),
    )
    async def put_product_terms(request: Request, product: str, body: ProductTermsBody) -> Response:
        """Have a product say this of limits, if what it says is the revision that `If-Match` names.

        Accounts that go by the product's default follow within moments; nothing waits for it.
        """
        revision = required_version(request)
        if not (product.isprintable() and len(product) <= _LONGEST):
            raise invalid("invalid_product", f"a product has a name of up to {_LONGEST} printable characters")
        said = ProductTerms(
            product=product,
            currencies={
                currency: CurrencyTerms(
                    given.default_limit_minor,
                    given.people_need_checker_above_minor,
                    given.decisions_need_checker_above_minor,
                )
                for currency, given in body.currencies.items()
            },
            review_every_days=body.review_every_days,
            thresholds=body.thresholds,
            hysteresis_percent=body.hysteresis_percent,
            expiring_notice_days=body.expiring_notice_days,
            actor=caller(request).client,
            reason=body.reason,
        )
        return _said(await product_terms.put_product_terms(db, said, revision))


def _said(found: ProductTerms) -> Response:
    answer = reply(replies.product_terms_reply(found))
    answer.headers["ETag"] = etag(found.revision)
    return answer
