"""Files that are sent in to be backtested: what is kept of one, and what may be sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

ENDINGS: Final = (".csv", ".csv.gz", ".parquet")
MAX_NAME: Final = 255

MAX_SECONDS: Final = 1_800.0
"""How long a body may take to come in; whoever is slower has his connection held for nothing."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in the database. Until it is `complete` its `size` is what has come in so far, and nothing may use it.

    `name` is what the client calls it: a label, never a path. `sha256` is of all its bytes, in hexadecimal.
    """

    upload_id: str
    name: str
    size: int
    sha256: str | None
    created_by: str
    created_at: datetime
    complete: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of one file, bytes of all files that are kept, and seconds that one may take to come in."""

    file_bytes: int
    space_bytes: int
    seconds: float = MAX_SECONDS


def ending_of(name: str) -> str | None:
    """Return the ending by which a file is read, None when there is none that could be."""
    return next((ending for ending in ENDINGS if name.lower().endswith(ending)), None)
