"""One run of a shadow: a version that answers everything beside the live one, and is never heard."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Shadow:
    """One version in the shadow of its product; it has answered everything up to `position`.

    `revision` is that of its document in the catalogue.
    """

    version_id: str
    revision: int
    product: str
    started_at: datetime
    ended_at: datetime | None
    position: str
