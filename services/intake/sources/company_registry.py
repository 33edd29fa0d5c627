"""A company registry with a trade-credit bureau: companies' records and how they pay, told in XML.

The shape is our own, in the manner of what registries and trade-credit bureaus offer (docs/sources.md): status,
incorporation, directors, payment index, days beyond terms, a recommended limit and filed judgments.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from services.intake.domain.finding import FindingKind
from services.intake.domain.party import PartyKind
from services.intake.domain.report import AdverseItem
from services.intake.sources import values
from services.intake.sources.port import Inquiry, SourceError, SourceFault, SourceReport
from services.intake.sources.strict_xml import Element, read_xml
from services.intake.sources.transport import Call, Transport
from shared.facts import Fact, FactType

MEDIA_TYPE: Final = "application/xml"
STATUSES: Final = ("active", "dormant", "in_liquidation", "insolvent", "dissolved")
_SECTIONS: Final = tuple("ABCDEFGHIJKLMNOPQRSTU")
"""Sections of ISIC, revision 4."""

_MOST_FILINGS: Final = 500
_FILINGS: Final = {
    "judgment": "Judgment for a debt",
    "lien": "Lien on assets",
    "insolvency": "Insolvency proceedings",
    "winding_up": "Petition to wind the company up",
}
_UNKNOWN: Final = 404
_PLACES: Final = {
    "registry_status": "company/status",
    "incorporated_on": "company/incorporated-on",
    "directors": "company/directors",
    "industry_section": "company/isic-section",
    "payment_index": "payments/index",
    "days_beyond_terms": "payments/days-beyond-terms",
    "payment_experiences": "payments/experiences",
}


def facts(currency: str) -> dict[str, Fact]:
    """Return what the registry tells, amounts in `currency`."""
    return {
        fact.name: fact
        for fact in (
            Fact("registry_found", FactType.BOOLEAN),
            Fact("registry_status", FactType.ENUM, values=STATUSES),
            Fact("incorporated_on", FactType.DATE),
            Fact("company_age_months", FactType.INTEGER, unit="months", minimum=0, maximum=24_000),
            Fact("directors", FactType.INTEGER, minimum=0, maximum=9_999),
            Fact("industry_section", FactType.ENUM, values=_SECTIONS),
            Fact("payment_index", FactType.INTEGER, minimum=0, maximum=100),
            Fact("days_beyond_terms", FactType.INTEGER, unit="days", minimum=-365, maximum=9_999),
            Fact("payment_experiences", FactType.INTEGER, minimum=0, maximum=1_000_000),
            Fact("recommended_limit", FactType.MONEY, currency=currency, minimum=0),
            Fact("judgments", FactType.INTEGER, minimum=0, maximum=9_999),
            Fact("judgments_amount", FactType.MONEY, currency=currency, minimum=0),
        )
    }


class CompanyRegistry:
    """Asks by the first of `schemes` that the company has an identifier in."""

    kind = FindingKind.REGISTRY

    def __init__(
        self,
        name: str,
        transport: Transport,
        *,
        user: str,
        password: str,
        schemes: Sequence[str],
        currency: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name = name
        self._transport = transport
        # HTTP Basic authentication (RFC 7617).
        self._headers = {"authorization": f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"}
        self._schemes = tuple(schemes)
        self._currency = currency
        self._facts = facts(currency)
        self._clock = clock

    async def ask(self, inquiry: Inquiry) -> SourceReport:
        """Return the registry's record of a company."""
        if inquiry.kind is not PartyKind.COMPANY:
            raise SourceError(SourceFault.REFUSED, "this source knows companies only")
        scheme, number = inquiry.identifier(self._schemes)
        path = f"/v1/companies/{quote(scheme, safe='')}/{quote(number, safe='')}"
        query = {"reference": inquiry.reference, "purpose": inquiry.purpose}
        answer = await self._transport.send(Call("GET", path, self._headers, query), frozenset({200, _UNKNOWN}))
        return self.read(answer.body, known=answer.status != _UNKNOWN)

    async def close(self) -> None:
        """Close its connections."""
        await self._transport.close()

    def read(self, body: bytes, *, known: bool = True) -> SourceReport:
        """Return the report in an answer; that a company is not `known` is an answer too, in the same form."""
        now = self._clock()
        root = read_xml(body)
        if root.name != ("report" if known else "unknown-company"):
            raise values.malformed("the root element", "is not the one that was agreed on")
        as_of = values.moment(root.attributes.get("as-of"), "as-of", now)
        reference = values.text(root.attributes.get("number"), "number")
        if not known:
            return SourceReport(False, {"registry_found": False}, (), as_of, reference, body)
        told: dict[str, Any] = {"registry_found": True}
        for name, place in _PLACES.items():
            given = root.value(place)
            if given is not None:
                told[name] = values.wire_value(self._facts[name], given, place, now)
        if "registry_status" not in told:
            raise values.malformed("company/status", "is missing")
        filings = self._filings(root, now)
        told |= self._amounts(root, filings, now)
        if "incorporated_on" in told:
            since = values.day(told["incorporated_on"], "company/incorporated-on", now)
            told["company_age_months"] = values.months_between(since, now.date())
        return SourceReport(True, told, filings, as_of, reference, body)

    def _amounts(self, root: Element, filings: Sequence[AdverseItem], now: datetime) -> dict[str, Any]:
        """Return the limit that is recommended, and what is owed by open judgments."""
        open_ones = [entry for entry in filings if entry.code == "judgment" and not entry.settled]
        owed = sum(entry.amount.amount_minor for entry in open_ones if entry.amount is not None)
        told: dict[str, Any] = {"judgments": len(open_ones)}
        place = "recommended-limit"
        recommended = [self._amount(element, place) for element in root.all(place)][:1]
        for name, minor in [("judgments_amount", owed), *(("recommended_limit", each) for each in recommended)]:
            told[name] = values.wire_value(self._facts[name], minor, name, now, minor=True)
        return told

    def _amount(self, element: Element, place: str) -> int:
        if element.attributes.get("currency") != self._currency:
            raise values.malformed(f"{place}@currency", f"is not {self._currency}")
        return values.minor_units(element.text.strip(), self._currency, place)

    def _filings(self, root: Element, now: datetime) -> tuple[AdverseItem, ...]:
        given = list(root.all("filings/filing"))
        if len(given) > _MOST_FILINGS:
            raise values.malformed("filings", f"has more than {_MOST_FILINGS} entries")
        return tuple(self._filing(entry, now) for entry in given)

    def _filing(self, entry: Element, now: datetime) -> AdverseItem:
        code = entry.attributes.get("kind", "")
        if code not in _FILINGS:
            raise values.malformed("filings/filing@kind", "is not a kind of filing")
        amounts = list(entry.all("amount"))[:1]
        place = "filings/filing/amount"
        return AdverseItem(
            code=code,
            description=_FILINGS[code],
            occurred_on=values.day(entry.value("filed-on"), "filings/filing/filed-on", now),
            amount=values.money(str(self._amount(amounts[0], place)), self._currency, place, minor=True)
            if amounts
            else None,
            settled=values.flag(entry.value("satisfied"), "filings/filing/satisfied"),
        )
