"""Findings: facts that the credit file holds of a party, each with its source and its date.

Reports, statements, references and indicators all end up as findings; an application takes from them what its product
declares.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.facts import Source
from shared.products import Product


class FindingKind(StrEnum):
    """Where findings come from."""

    BUREAU = "bureau"
    REGISTRY = "registry"
    REPORT = "report"
    STATEMENT = "statement"
    REFERENCE = "reference"
    INDICATOR = "indicator"
    EXPOSURE = "exposure"


@dataclass(frozen=True, slots=True)
class Finding:
    """Facts in wire form by name, known of `party_id` as of a moment, from `source` (a connector, a series, ...).

    `record_id` is the record that has the rest (a report, a statement). After `expires_at` they count no more.
    `received_at` is when the report came that they are from; None for what is from no report that is kept.
    """

    finding_id: str
    party_id: str
    kind: FindingKind
    source: str
    record_id: str
    as_of: datetime
    facts: Mapping[str, Any]
    expires_at: datetime | None = None
    received_at: datetime | None = None

    def counts_at(self, now: datetime) -> bool:
        """Tell whether it has not run out."""
        return self.expires_at is None or self.expires_at > now


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the file says of an application's facts: wire values, which finding each is from, and what did not fit.

    `unfit` are facts whose newest finding is no value of the fact; they are missing, and never an older value instead.
    """

    facts: Mapping[str, Any]
    sources: Mapping[str, Finding]
    unfit: tuple[str, ...]


def evidence(product: Product, findings: Sequence[Finding], now: datetime) -> Evidence:
    """Return what the findings say of the product's facts of the credit file: of each fact the newest that counts."""
    facts: dict[str, Any] = {}
    sources: dict[str, Finding] = {}
    unfit: list[str] = []
    counting = [entry for entry in findings if entry.counts_at(now)]
    newest_first = sorted(counting, key=lambda entry: (entry.as_of, entry.finding_id), reverse=True)
    for name, fact in product.dictionary.facts.items():
        if fact.source is not Source.FILE:
            continue
        found = next((entry for entry in newest_first if entry.facts.get(name) is not None), None)
        if found is None:
            continue
        try:
            facts[name] = fact.to_wire(fact.parse(found.facts[name]))
            sources[name] = found
        except ValueError:
            unfit.append(name)
    return Evidence(facts, sources, tuple(unfit))
