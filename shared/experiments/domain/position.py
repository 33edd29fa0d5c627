"""Places in the order of answers: their ids are ordered by the millisecond in which they were made."""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def position_at(prefix: str, moment: datetime) -> str:
    """Return what sorts after every id of `prefix` made before the millisecond of `moment`, and before all others.

    The first 48 bits of a UUIDv7 are milliseconds since 1970 (RFC 9562, section 5.7).
    """
    return f"{prefix}_{(moment - _EPOCH) // timedelta(milliseconds=1):012x}"


def made_at(position: str) -> datetime:
    """Return the millisecond that an id or a `position_at` names."""
    return _EPOCH + timedelta(milliseconds=int(position.partition("_")[2][:12], 16))
