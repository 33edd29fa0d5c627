"""The envelope: CloudEvents 1.0 in binary mode, and the only place that reads or writes its headers.

Attributes travel as `ce_*` headers (Kafka protocol binding), the data as JSON in the value. The message key is the
aggregate's id, so that all events of one aggregate stay in order. `traceparent` (W3C) is carried along.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from shared.bus import Message

SPEC_VERSION: Final = "1.0"
TOPIC_PREFIX: Final = "assay."
"""A topic is `assay.<aggregatetype>`, which Debezium's event router can produce from the same outbox columns."""


class ContractError(Exception):
    """A message is not a valid event of a known contract; the text names the fault and never the value."""


class Contract(BaseModel):
    """Base of every event payload. Unknown fields are ignored, so that a producer may add some first."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("must carry a time zone")
    return moment


Instant = Annotated[datetime, Field(strict=False), AfterValidator(_aware)]
"""A moment in time; RFC 3339 on the wire."""


class Amount(Contract):
    """Money in minor units of an ISO 4217 currency."""

    amount_minor: int
    currency: str = Field(pattern=r"^[A-Z]{3}$")


Facts = Mapping[str, Any]
"""The facts of an application in wire form (see `shared.facts`)."""

P = TypeVar("P", bound=Contract)


@dataclass(frozen=True, slots=True)
class Event(Generic[P]):
    """One received event: `id` is unique per producer, `key` is the aggregate's id."""

    id: str
    type: str
    source: str
    key: str
    time: datetime
    traceparent: str | None
    data: P


def topic(aggregate_type: str) -> str:
    """Return the topic that carries the events of an aggregate type."""
    return TOPIC_PREFIX + aggregate_type


def to_message(
    *,
    event_id: str,
    event_type: str,
    source: str,
    aggregate_type: str,
    aggregate_id: str,
    time: datetime,
    payload: str,
    traceparent: str | None,
) -> Message:
    """Return the bus message of one outbox row. `payload` is the JSON text of the contract."""
    headers = {
        "ce_specversion": SPEC_VERSION,
        "ce_id": event_id,
        "ce_type": event_type,
        "ce_source": f"/assay/{source}",
        "ce_subject": aggregate_id,
        "ce_time": time.isoformat().replace("+00:00", "Z"),
        "content-type": "application/json",
    }
    if traceparent is not None:
        headers["ce_traceparent"] = traceparent
    return Message(topic(aggregate_type), aggregate_id, headers, payload.encode())


def event_type(message: Message) -> str:
    """Return the type of a message; raises `ContractError` when it is not a CloudEvent."""
    return _header(message, "ce_type")


def event_id(message: Message) -> str:
    """Return the id of a message; raises `ContractError` when it is not a CloudEvent."""
    return _header(message, "ce_id")


def parse(message: Message, contract: type[P]) -> Event[P]:
    """Return the event in `message`; raises `ContractError` when headers or data do not fit."""
    if _header(message, "ce_specversion") != SPEC_VERSION:
        raise ContractError("ce_specversion is not 1.0")
    try:
        time = _aware(datetime.fromisoformat(_header(message, "ce_time")))
    except ValueError:
        raise ContractError("ce_time is not an RFC 3339 timestamp") from None
    try:
        data = contract.model_validate_json(message.value)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = "/".join(str(part) for part in first["loc"])
        raise ContractError(f"{contract.__name__} at /{place}: {first['type']}") from None
    return Event(
        id=event_id(message),
        type=event_type(message),
        source=_header(message, "ce_source"),
        key=message.key,
        time=time,
        traceparent=message.headers.get("ce_traceparent"),
        data=data,
    )


def _header(message: Message, name: str) -> str:
    value = message.headers.get(name)
    if not value:
        raise ContractError(f"header {name} is missing")
    return value
