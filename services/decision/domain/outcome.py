"""What a decision can be, and which of several findings prevails."""

from enum import StrEnum


class Outcome(StrEnum):
    """The answers to an application, the mildest first. Everything but `approve` carries reason codes."""

    APPROVE = "approve"
    COUNTER_OFFER = "counter_offer"
    REFER = "refer"
    PEND_INFO = "pend_info"
    DECLINE = "decline"

    @property
    def severity(self) -> int:
        """Rank of the outcome: where findings differ, the one of highest severity prevails."""
        return _SEVERITY[self]

    @property
    def grants_credit(self) -> bool:
        """Tell whether the outcome comes with an amount."""
        return self is Outcome.APPROVE or self is Outcome.COUNTER_OFFER


_SEVERITY = {outcome: rank for rank, outcome in enumerate(Outcome)}
