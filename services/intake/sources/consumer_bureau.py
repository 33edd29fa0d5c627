"""A consumer bureau: people's credit files, asked for by JSON and told in JSON.

The shape is our own, in the manner of what consumer bureaus offer (docs/sources.md): a score, a summary of tradelines,
delinquencies, inquiries and public records. A file with few tradelines is thin: it is found, and has no score.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from services.intake.domain.finding import FindingKind
from services.intake.domain.party import PartyKind
from services.intake.domain.report import AdverseItem
from services.intake.sources import values
from services.intake.sources.port import Inquiry, SourceError, SourceFault, SourceReport
from services.intake.sources.strict_json import pointed, read_json
from services.intake.sources.transport import Call, Transport
from shared.facts import Fact, FactType

MEDIA_TYPE: Final = "application/json"
_PATH: Final = "/v1/credit-files"
_HITS: Final = ("full", "thin", "none")
_MOST_RECORDS: Final = 200
_RECORDS: Final = {
    "bankruptcy": "Bankruptcy",
    "judgment": "Civil judgment",
    "tax_lien": "Tax lien",
    "collection": "Account in collection",
    "charge_off": "Account charged off",
}
_PLACES: Final = {
    "bureau_score": "/score/value",
    "open_tradelines": "/tradelines/open",
    "revolving_balance": "/tradelines/revolving_balance",
    "revolving_limit": "/tradelines/revolving_limit",
    "delinquencies_24m": "/delinquencies/last_24_months",
    "worst_delinquency_days": "/delinquencies/worst_days",
    "inquiries_6m": "/inquiries/last_6_months",
}
_UTILIZATION_SCALE: Final = 4


def facts(currency: str) -> dict[str, Fact]:
    """Return what the bureau tells, amounts in `currency`."""
    return {
        fact.name: fact
        for fact in (
            Fact("bureau_found", FactType.BOOLEAN),
            Fact("bureau_thin_file", FactType.BOOLEAN),
            Fact("bureau_score", FactType.INTEGER, minimum=300, maximum=850),
            Fact("open_tradelines", FactType.INTEGER, minimum=0, maximum=9_999),
            Fact("oldest_account_months", FactType.INTEGER, unit="months", minimum=0, maximum=1_200),
            Fact("revolving_balance", FactType.MONEY, currency=currency),
            Fact("revolving_limit", FactType.MONEY, currency=currency, minimum=0),
            Fact("utilization", FactType.DECIMAL, scale=_UTILIZATION_SCALE),
            Fact("delinquencies_24m", FactType.INTEGER, minimum=0, maximum=9_999),
            Fact("worst_delinquency_days", FactType.INTEGER, unit="days", minimum=0, maximum=9_999),
            Fact("inquiries_6m", FactType.INTEGER, minimum=0, maximum=9_999),
            Fact("public_records", FactType.INTEGER, minimum=0, maximum=9_999),
        )
    }


class ConsumerBureau:
    """Asks by an identifier of `scheme`; the key travels in a header of the bureau's own."""

    kind = FindingKind.BUREAU

    def __init__(
        self,
        name: str,
        transport: Transport,
        *,
        key: str,
        scheme: str,
        currency: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name = name
        self._transport = transport
        self._headers = {"x-bureau-key": key}
        self._scheme = scheme
        self._currency = currency
        self._facts = facts(currency)
        self._clock = clock

    async def ask(self, inquiry: Inquiry) -> SourceReport:
        """Return the bureau's file on a person."""
        body = json.dumps(_question(inquiry, self._scheme), ensure_ascii=False).encode()
        answer = await self._transport.send(Call("POST", _PATH, self._headers, body=body))
        return self.read(answer.body)

    async def close(self) -> None:
        """Close its connections."""
        await self._transport.close()

    def read(self, body: bytes) -> SourceReport:
        """Return the report in an answer."""
        now = self._clock()
        document = read_json(body)
        hit = pointed(document, "/hit")
        if hit not in _HITS:
            raise values.malformed("/hit", f"is none of {', '.join(_HITS)}")
        as_of = values.moment(pointed(document, "/as_of"), "/as_of", now)
        reference = values.text(pointed(document, "/file_number"), "/file_number")
        if hit == "none":
            return SourceReport(False, {"bureau_found": False}, (), as_of, reference, body)
        records = self._records(document, now)
        found = {"bureau_found": True, "bureau_thin_file": hit == "thin", "public_records": len(records)}
        found |= self._told(document, now)
        return SourceReport(True, found, records, as_of, reference, body)

    def _told(self, document: Any, now: datetime) -> dict[str, Any]:
        """Return the facts that stand in the file, and those that follow from them."""
        told: dict[str, Any] = {}
        for name, place in _PLACES.items():
            given = pointed(document, place)
            if given is not None:
                told[name] = values.wire_value(self._facts[name], given, place, now)
        currency = pointed(document, "/currency")
        if currency != self._currency and told.keys() & {"revolving_balance", "revolving_limit"}:
            raise values.malformed("/currency", f"is not {self._currency}")
        opened = pointed(document, "/tradelines/oldest_opened_on")
        if opened is not None:
            since = values.day(opened, "/tradelines/oldest_opened_on", now)
            told["oldest_account_months"] = values.months_between(since, now.date())
        return told | _utilization(told)

    def _records(self, document: Any, now: datetime) -> tuple[AdverseItem, ...]:
        given = pointed(document, "/public_records")
        if given is None:
            return ()
        if not isinstance(given, list) or len(given) > _MOST_RECORDS:
            raise values.malformed("/public_records", f"is not a list of at most {_MOST_RECORDS}")
        return tuple(self._record(entry, f"/public_records/{place}", now) for place, entry in enumerate(given))

    def _record(self, entry: Any, place: str, now: datetime) -> AdverseItem:
        code = pointed(entry, "/kind")
        if code not in _RECORDS:
            raise values.malformed(f"{place}/kind", "is not a kind of public record")
        amount = pointed(entry, "/amount")
        return AdverseItem(
            code=code,
            description=_RECORDS[code],
            occurred_on=values.day(pointed(entry, "/filed_on"), f"{place}/filed_on", now),
            amount=None if amount is None else values.money(amount, self._currency, f"{place}/amount"),
            settled=values.flag(pointed(entry, "/satisfied"), f"{place}/satisfied"),
        )


def _utilization(told: Mapping[str, Any]) -> dict[str, str]:
    """Return the part of the revolving limits that is drawn, to four places, half up; nothing without a limit."""
    balance, limit = told.get("revolving_balance"), told.get("revolving_limit")
    if balance is None or limit is None or not limit["amount_minor"]:
        return {}
    drawn = max(0, balance["amount_minor"])
    rounded = (2 * drawn * 10**_UTILIZATION_SCALE + limit["amount_minor"]) // (2 * limit["amount_minor"])
    return {"utilization": format(Decimal(rounded).scaleb(-_UTILIZATION_SCALE), "f")}


def _question(inquiry: Inquiry, scheme: str) -> dict[str, Any]:
    if inquiry.kind is not PartyKind.PERSON:
        raise SourceError(SourceFault.REFUSED, "this source knows people only")
    _, number = inquiry.identifier([scheme])
    address = inquiry.address
    subject: dict[str, Any] = {"identifier": {"scheme": scheme, "value": number}, "name": inquiry.name}
    if inquiry.date_of_birth is not None:
        subject["date_of_birth"] = inquiry.date_of_birth.isoformat()
    if address is not None:
        subject["address"] = {
            "lines": list(address.lines),
            "city": address.city,
            "postal_code": address.postal_code,
            "country": address.country,
        }
    return {
        "reference": inquiry.reference,
        "permissible_purpose": inquiry.purpose,
        "consent_reference": inquiry.consent_id,
        "subject": subject,
    }
