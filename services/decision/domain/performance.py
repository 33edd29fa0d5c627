"""What became of credit: reported by the system that services it, by decision."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Performance:
    """Whether the credit of a decision was bad on the day `as_of`, by the lender's own definition of bad."""

    decision_id: str
    as_of: date
    bad: bool
