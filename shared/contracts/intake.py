"""Events that intake publishes, keyed by application."""

from typing import ClassVar

from shared.contracts.envelope import Amount, Contract, Facts, Instant

AGGREGATE = "application"


class ApplicationSubmitted(Contract):
    """A complete application was accepted. `facts` holds what the product's dictionary names, in wire form."""

    type: ClassVar[str] = "intake.application_submitted.v1"

    application_id: str
    party_id: str
    product: str
    requested: Amount
    facts: Facts
    submitted_at: Instant
