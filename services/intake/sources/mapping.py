"""Any source that answers JSON over HTTP, described by a mapping and by no code (docs/sources.md)."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from services.intake.domain.finding import FindingKind
from services.intake.domain.party import PartyKind
from services.intake.domain.report import AdverseItem
from services.intake.sources import values
from services.intake.sources.port import Inquiry, SourceError, SourceFault, SourceReport
from services.intake.sources.strict_json import pointed, read_json
from services.intake.sources.template import Template
from services.intake.sources.transport import Call, Transport
from shared.facts import Fact, FactType

MEDIA_TYPE: Final = "application/json"
_MOST_ITEMS: Final = 500


@dataclass(frozen=True, slots=True)
class MappedFact:
    """Where a fact stands. `words` are the provider's words for the values of an enum or boolean fact."""

    fact: Fact
    pointer: str
    words: Mapping[str, str | bool]
    minor: bool = False


@dataclass(frozen=True, slots=True)
class MappedAdverse:
    """Where adverse items stand: the list, and within an entry its parts. `codes` are the provider's codes by ours."""

    items: str
    code: str
    codes: Mapping[str, str]
    description: str | None
    occurred_on: str
    amount: str | None
    currency: str
    settled: str | None


@dataclass(frozen=True, slots=True)
class MappedAnswer:
    """How an answer is read. The party is known where `found_pointer` has one of `found_values` (any value when there
    are none), and never where the status is one of `not_found_statuses`.
    """

    facts: tuple[MappedFact, ...]
    adverse: MappedAdverse | None
    found_pointer: str | None
    found_values: tuple[str | int | bool, ...]
    not_found_statuses: frozenset[int]
    as_of: str | None
    reference: str | None


@dataclass(frozen=True, slots=True)
class MappedRequest:
    """What is sent: templates of the path, of the query and of a JSON body; headers are the same for everyone."""

    method: str
    path: Template
    query: Mapping[str, Template]
    headers: Mapping[str, str]
    body: Any


class MappedSource:
    """Asks and reads as its mapping says. It knows `parties` of some kinds only."""

    def __init__(
        self,
        name: str,
        kind: FindingKind,
        transport: Transport,
        request: MappedRequest,
        answer: MappedAnswer,
        parties: frozenset[PartyKind],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name = name
        self.kind = kind
        self._transport = transport
        self._request = request
        self._answer = answer
        self._parties = parties
        self._clock = clock

    async def ask(self, inquiry: Inquiry) -> SourceReport:
        """Return what the source says of a party."""
        if inquiry.kind not in self._parties:
            raise SourceError(SourceFault.REFUSED, "this source does not know parties of this kind")
        asked = self._request
        call = Call(
            asked.method,
            asked.path.filled(inquiry, lambda value: quote(value, safe="")),
            asked.headers,
            {name: template.filled(inquiry) for name, template in asked.query.items()},
            None if asked.body is None else json.dumps(_filled(asked.body, inquiry), ensure_ascii=False).encode(),
        )
        meaningful = frozenset({200, 201}) | self._answer.not_found_statuses
        answer = await self._transport.send(call, meaningful)
        return self.read(answer.body, inquiry.reference, known=answer.status not in self._answer.not_found_statuses)

    def read(self, body: bytes, reference: str, *, known: bool = True) -> SourceReport:
        """Return the report in an answer; `reference` stands for the provider's own where it has none."""
        now = self._clock()
        document = read_json(body)
        at = self._answer
        given = None if at.as_of is None else pointed(document, at.as_of)
        as_of = now if given is None else values.moment(given, at.as_of or "", now)
        number = None if at.reference is None else pointed(document, at.reference)
        own = reference if number is None else values.text(number, at.reference or "")
        if not known or not self._found(document):
            return SourceReport(False, {}, (), as_of, own, body)
        told: dict[str, Any] = {}
        for mapped in at.facts:
            value = pointed(document, mapped.pointer)
            if value is not None:
                told[mapped.fact.name] = _wire(mapped, value, now)
        adverse = () if at.adverse is None else _adverse(at.adverse, document, now)
        return SourceReport(True, told, adverse, as_of, own, body)

    def _found(self, document: Any) -> bool:
        at = self._answer
        if at.found_pointer is None:
            return True
        value = pointed(document, at.found_pointer)
        if not at.found_values:
            return value is not None
        # True is 1 to Python, and to nobody else.
        return any(type(value) is type(each) and value == each for each in at.found_values)

    async def close(self) -> None:
        """Close its connections."""
        await self._transport.close()


def _filled(part: Any, inquiry: Inquiry) -> Any:
    """Return a body with its templates filled; what the party does not have is null."""
    if isinstance(part, Template):
        return part.filled_or_none(inquiry)
    if isinstance(part, Mapping):
        return {name: _filled(value, inquiry) for name, value in part.items()}
    if isinstance(part, tuple):
        return [_filled(value, inquiry) for value in part]
    return part


def _wire(mapped: MappedFact, value: object, now: datetime) -> Any:
    if mapped.words:
        if not isinstance(value, str) or value not in mapped.words:
            raise values.malformed(mapped.pointer, "is none of the words that the mapping has")
        value = mapped.words[value]
    elif mapped.fact.type is FactType.BOOLEAN:
        value = values.flag(value, mapped.pointer)
    return values.wire_value(mapped.fact, value, mapped.pointer, now, minor=mapped.minor)


def _adverse(at: MappedAdverse, document: Any, now: datetime) -> tuple[AdverseItem, ...]:
    given = pointed(document, at.items)
    if given is None:
        return ()
    if not isinstance(given, list) or len(given) > _MOST_ITEMS:
        raise values.malformed(at.items, f"is not a list of at most {_MOST_ITEMS}")
    return tuple(_item(at, entry, f"{at.items}/{place}", now) for place, entry in enumerate(given))


def _item(at: MappedAdverse, entry: Any, place: str, now: datetime) -> AdverseItem:
    code = pointed(entry, at.code)
    if not isinstance(code, str) or code not in at.codes:
        raise values.malformed(place + at.code, "is none of the codes that the mapping has")
    amount = None if at.amount is None else pointed(entry, at.amount)
    told = None if at.description is None else pointed(entry, at.description)
    settled = None if at.settled is None else pointed(entry, at.settled)
    return AdverseItem(
        code=at.codes[code],
        description=at.codes[code] if told is None else _line(told, place + (at.description or "")),
        occurred_on=values.day(pointed(entry, at.occurred_on), place + at.occurred_on, now),
        amount=None if amount is None else values.money(amount, at.currency, place + (at.amount or "")),
        settled=False if settled is None else values.flag(settled, place + (at.settled or "")),
    )


def _line(given: object, place: str) -> str:
    """Return a provider's description on one line."""
    return values.text(" ".join(given.split()) if isinstance(given, str) else given, place, longest=500)
