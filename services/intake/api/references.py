"""HTTP in: trade and bank references."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import AfterValidator, Field, RootModel
from starlette.requests import Request
from starlette.responses import Response

from services.intake.domain import names
from services.intake.domain.reference import (
    BalanceBand,
    Band,
    BankReference,
    Facility,
    PaymentManner,
    TradeReference,
)
from services.intake.handlers import references as handlers
from services.intake.handlers.references import AddReference
from services.intake.replies import references as replies
from services.intake.vault import Vault
from shared.db import Database
from shared.http import Body, SafeStr, claim, operation, reply
from shared.money import MAX_MINOR, Money


def _line(text: str) -> str:
    return names.line(text)


Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_line)]
"""A name, or a name with a telephone number: one line of readable text."""
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["EUR"])]


class AmountBody(Body):
    """An amount of zero or more in minor units of an ISO 4217 currency."""

    amount_minor: int = Field(ge=0, le=MAX_MINOR, examples=[1250000])
    currency: Currency

    def value(self) -> Money:
        """Return the amount."""
        return Money(self.amount_minor, self.currency)


class FacilityBody(Body):
    """What a bank lends the party: at most, how much of it is drawn, and whether against security."""

    limit: AmountBody
    drawn: AmountBody
    secured: bool

    def value(self) -> Facility:
        """Return the facility."""
        return Facility(self.limit.value(), self.drawn.value(), self.secured)


class TradeReferenceBody(Body):
    """What a supplier says of the party. `high_credit` is the most that was owed within the last year.

    `days_slow` is how many days beyond terms it usually pays. `replaces` names an earlier reference that this one puts
    right.
    """

    kind: Literal["trade"]
    taken_on: date = Field(strict=False)
    referee: Line
    contact: Line | None = None
    customer_since: date | None = Field(default=None, strict=False)
    terms_days: int = Field(ge=0, le=730)
    high_credit: AmountBody
    balance: AmountBody
    past_due: AmountBody
    manner: PaymentManner = Field(strict=False)
    days_slow: int = Field(default=0, ge=0, le=3650)
    replaces: SafeStr | None = None

    def said(self) -> TradeReference:
        """Return what was said."""
        return TradeReference(
            referee=self.referee,
            contact=self.contact,
            customer_since=self.customer_since,
            terms_days=self.terms_days,
            high_credit=self.high_credit.value(),
            balance=self.balance.value(),
            past_due=self.past_due.value(),
            manner=self.manner,
            days_slow=self.days_slow,
        )


class BankReferenceBody(Body):
    """What a bank says of the party. The average balance is in a bank's words: `medium_5` is 40,000 to 69,999."""

    kind: Literal["bank"]
    taken_on: date = Field(strict=False)
    referee: Line
    contact: Line | None = None
    account_since: date = Field(strict=False)
    currency: Currency
    average_balance: Annotated[str, Field(pattern=r"^(low|moderate|medium|high)_[3-9]$", examples=["medium_5"])]
    facility: FacilityBody | None = None
    returned_items: int = Field(ge=0, le=10_000)
    replaces: SafeStr | None = None

    def said(self) -> BankReference:
        """Return what was said."""
        band, _, figures = self.average_balance.partition("_")
        return BankReference(
            referee=self.referee,
            contact=self.contact,
            account_since=self.account_since,
            currency=self.currency,
            average_balance=BalanceBand(Band(band), int(figures)),
            facility=None if self.facility is None else self.facility.value(),
            returned_items=self.returned_items,
        )


class ReferenceBody(RootModel[Annotated[TradeReferenceBody | BankReferenceBody, Field(discriminator="kind")]]):
    """A reference, of a supplier or of a bank."""


def add_routes(routes: APIRouter, db: Database, vault: Vault) -> None:
    """Add the routes of references."""
    stated: dict[str, Any] = operation("references:write", idempotent=True, replies={201: replies.ReferenceReceipt})

    @routes.post("/parties/{party_id}/references", tags=["references"], **stated)
    async def add_reference(request: Request, body: ReferenceBody, party_id: str) -> Response:
        """Take down what a supplier or a bank said of a party; its facts follow at once."""
        given = body.root
        command = AddReference(party_id, given.taken_on, given.said(), given.replaces)
        answer = await handlers.add_reference(db, vault, claim(request), command, datetime.now(UTC))
        return Response(answer.body, answer.status, {"Location": answer.location or ""}, "application/json")

    @routes.get(
        "/parties/{party_id}/references",
        tags=["references"],
        **operation("reports:read", replies={200: replies.ReferenceList}),
    )
    async def list_references(party_id: str) -> Response:
        """Return the references of a party that stand, and the facts that they come to."""
        found = await handlers.list_references(db, vault, party_id, datetime.now(UTC).date())
        return reply(replies.reference_list(found.references, found.facts))
