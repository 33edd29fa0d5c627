"""What a party and its group owe already, as a source of facts like any other: our own limits service."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_json

from services.intake.domain.breaker import BreakerSettings
from services.intake.domain.exposure import in_currency
from services.intake.domain.finding import FindingKind
from services.intake.domain.party import PartyKind
from services.intake.handlers import groups
from services.intake.limits_client import LimitsClient
from services.intake.sources.configuration import ConfiguredSource
from services.intake.sources.port import Inquiry, SourceError, SourceFault, SourceReport
from shared.db import Database
from shared.facts import Fact, FactType, Source
from shared.money import Money


def facts(currency: str) -> dict[str, Fact]:
    """Return the facts that the exposure in a currency tells, by name."""
    told = (
        Fact("own_exposure", FactType.MONEY, Source.FILE, "Own exposure", "本户敞口", currency=currency),
        Fact("group_exposure", FactType.MONEY, Source.FILE, "Exposure of the group", "集团敞口", currency=currency),
        Fact("group_members", FactType.INTEGER, Source.FILE, "Members of the group", "集团成员数"),
        Fact("circular_ownership", FactType.BOOLEAN, Source.FILE, "Circular ownership", "循环持股"),
    )
    return {fact.name: fact for fact in told}


def exposure_sources(currencies: str, db: Database, limits: LimitsClient) -> dict[str, ConfiguredSource]:
    """Return a source for each of `currencies` (`USD,EUR`), by name: `limits-usd` tells what is owed in USD."""
    return {
        name: ConfiguredSource(
            source=ExposureSource(name, db, limits, currency),
            timeout_seconds=5.0,
            attempts=2,
            concurrency=16,
            cost=None,
            breaker=BreakerSettings(),
            facts=facts(currency),
            parties=frozenset(PartyKind),
        )
        for currency in filter(None, currencies.split(","))
        for name in [f"limits-{currency.lower()}"]
    }


class ExposureSource:
    """What is owed, in one currency.

    An amount that takes a rate of exchange to tell is left out, and is then missing; it is never too small.
    """

    kind = FindingKind.EXPOSURE

    def __init__(self, name: str, db: Database, limits: LimitsClient, currency: str) -> None:
        self.name = name
        self._db = db
        self._limits = limits
        self._currency = currency

    async def ask(self, inquiry: Inquiry) -> SourceReport:
        """Return what a party and its group owe; raises `SourceError` where that is not known of every member."""
        found = await groups.get_group(self._db, self._limits, inquiry.party_id, None)
        if not found.group.complete:
            raise SourceError(SourceFault.TOO_LARGE, "the group is too large to be looked at whole")
        if found.exposure is None:
            raise SourceError(SourceFault.UNREACHABLE, "limits does not tell what is owed")
        told: dict[str, Any] = {
            "own_exposure": _wire(in_currency(found.exposure.of(found.own_ids), self._currency)),
            "group_exposure": _wire(in_currency(found.exposure.total(), self._currency)),
            "group_members": len(found.group.members),
            "circular_ownership": bool(found.group.circles),
        }
        return SourceReport(
            found=True,
            facts={name: value for name, value in told.items() if value is not None},
            adverse=(),
            as_of=datetime.now(UTC),
            provider_reference=inquiry.reference,
            raw=to_json([asdict(account) for account in found.exposure.accounts]),
        )

    async def close(self) -> None:
        """Nothing: the connections belong to whoever made the client."""


def _wire(amount: Money | None) -> Mapping[str, Any] | None:
    return None if amount is None else {"amount_minor": amount.amount_minor, "currency": amount.currency}
