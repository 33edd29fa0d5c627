"""One example message."""

from dataclasses import dataclass
from datetime import datetime

from shared.contracts.envelope import Contract


@dataclass(frozen=True, slots=True)
class Example:
    """One event with its envelope."""

    event_id: str
    source: str
    aggregate_type: str
    aggregate_id: str
    data: Contract
    time: datetime
    traceparent: str | None = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
