"""The port to data sources: one question, one strictly parsed answer, or a fault that says of which sort."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from services.intake.domain.finding import FindingKind
from services.intake.domain.party import Address, Identifier, PartyKind
from services.intake.domain.report import AdverseItem


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Who is asked about, and under which consent. `reference` is ours; a provider may see it twice after a retry."""

    reference: str
    party_id: str
    kind: PartyKind
    name: str = field(repr=False)
    identifiers: tuple[Identifier, ...]
    address: Address | None
    date_of_birth: date | None = field(repr=False)
    purpose: str
    consent_id: str

    def identifier(self, schemes: Sequence[str]) -> tuple[str, str]:
        """Return the first of `schemes` that the party has an identifier in, and that identifier.

        Raises `SourceError` when it has none: a source can't look for it.
        """
        known = {entry.scheme: entry.value for entry in self.identifiers}
        scheme = next((each for each in schemes if each in known), None)
        if scheme is None:
            raise SourceError(SourceFault.REFUSED, "the party has no identifier that this source asks by")
        return scheme, known[scheme]


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What a source answered.

    `found` is False when the source does not know the party (a thin file is found, with little in it). `facts` are in
    wire form by name. `raw` is the answer as it came, kept sealed; `provider_reference` is the provider's own number.
    """

    found: bool
    facts: Mapping[str, Any]
    adverse: tuple[AdverseItem, ...]
    as_of: datetime
    provider_reference: str
    raw: bytes = field(repr=False)


class SourceFault(StrEnum):
    """Why there is no answer. Only the first three are worth another try."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    SERVER_ERROR = "server_error"
    REFUSED = "refused"
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"


class SourceError(Exception):
    """A source gave no usable answer; the text names the fault and never what was asked or answered."""

    def __init__(self, fault: SourceFault, detail: str = "") -> None:
        super().__init__(detail or fault)
        self.fault = fault
        self.detail = detail


class Source(Protocol):
    """A data source. `ask` is cancelled when its time is up, and raises `SourceError` for every other failure."""

    name: str
    kind: FindingKind

    async def ask(self, inquiry: Inquiry) -> SourceReport:
        """Return the source's report on a party."""
        ...

    async def close(self) -> None:
        """Close its connections."""
        ...
