"""What came in, said so that a report can say it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Received:
    """What `application` holds now, and what it does not.

    `source` is the name of the file, or `decisions`; `sha256` is of the file. `missing` has, for each fact of the
    product, the rows that do not have it. `bad`, `good` and `unknown` count rows by performance. `needs_score` tells
    that the product has facts that scoring supplies and no row has them. `warnings` are sentences for the report.
    """

    source: str
    sha256: str | None
    rows: int
    rejected_rows: int
    first_day: date | None
    last_day: date | None
    bad: int
    good: int
    unknown: int
    missing: Mapping[str, int]
    needs_score: bool
    warnings: tuple[str, ...]
