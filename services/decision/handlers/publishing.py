"""The documents that decision governs: products, reason codes and policies, each checked by what will read it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from services.decision import events
from services.decision.domain.policy import PolicyError, load_policy
from services.decision.domain.reasons import ANY_PRODUCT, ReasonCatalogueError, parse_reasons
from shared import outbox
from shared.catalogue import Entry, EntryKind, Need
from shared.db import Transaction
from shared.errors import Fault
from shared.governance.governed import Document, Findings, Governance, Governed
from shared.products import parse_product


def _check_product(document: Document, _needed: Sequence[Document]) -> Findings:
    return _findings(lambda: parse_product(document))


def _check_reasons(document: Document, _needed: Sequence[Document]) -> Findings:
    return _findings(lambda: parse_reasons([document]))


def _check_policy(document: Document, needed: Sequence[Document]) -> Findings:
    product, *reasons = needed
    found = _findings(lambda: load_policy(document, parse_product(product), parse_reasons(reasons)))
    if found.faults or document.get("cases"):
        return found
    return Findings(warnings=(Fault("/cases", "no_cases", "no case says what the policy is to answer"),))


def _findings(load: Callable[[], object]) -> Findings:
    try:
        load()
    except (PolicyError, ReasonCatalogueError) as error:
        return Findings(tuple(error.faults))
    except ValueError as error:
        return Findings((Fault("", "unsound_document", str(error)),))
    return Findings()


async def _announce_product(tx: Transaction, entry: Entry, document: Document, since: datetime) -> None:
    await outbox.put(tx, [events.product_published(entry, document, since)])


GOVERNANCE: Final = Governance.of(
    Governed(EntryKind.PRODUCT, "name", _check_product, announce=_announce_product),
    Governed(EntryKind.REASONS, "product", _check_reasons),
    Governed(
        EntryKind.POLICY,
        "product",
        _check_policy,
        needs=(Need(EntryKind.PRODUCT), Need(EntryKind.REASONS), Need(EntryKind.REASONS, ANY_PRODUCT)),
        can_be_tried=True,
        stop_rules=frozenset({"max_bad_rate", "min_approval_rate", "max_referral_rate"}),
    ),
)
"""What the life cycle of `shared.governance` applies to here."""
