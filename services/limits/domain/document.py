"""Documents of other systems: orders, deliveries, invoices, credit notes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Document:
    """A document by the names it has where it comes from."""

    source: str
    doc_type: str
    doc_id: str
