"""From the documents of the catalogue to a product and its live policy."""

from collections.abc import Collection, Sequence
from typing import Any

import structlog

from services.decision.domain.policy import Policy, PolicyError, load_policy
from services.decision.domain.reasons import ANY_PRODUCT, ReasonCatalogueError, parse_reasons
from services.decision.domain.record import Rulebook
from shared.catalogue import EntryKind, Need, Shelf, product_shelf
from shared.db import Transaction
from shared.products import Product, parse_product

log = structlog.get_logger()


class Rulebooks:
    """Live rulebooks by product, and those that earlier decisions were made by."""

    def __init__(self) -> None:
        self._products = product_shelf()
        self._complete = Shelf(
            [
                Need(EntryKind.PRODUCT),
                Need(EntryKind.REASONS),
                Need(EntryKind.REASONS, ANY_PRODUCT),
                Need(EntryKind.POLICY),
            ],
            _parse,
        )

    async def take(self, tx: Transaction, names: Collection[str]) -> dict[str, Rulebook]:
        """Return the live rulebook of each known product; one that has no policy yet refers everything."""
        found = await self._complete.take(tx, names)
        for name, product in (await self._products.take(tx, [n for n in names if n not in found])).items():
            found[name] = Rulebook(product, None, ())
        return found

    async def pinned(self, tx: Transaction, name: str, revisions: tuple[int, ...]) -> Rulebook | None:
        """Return the rulebook that a decision with these revisions was made by, None when it had no policy."""
        if not revisions:
            return None
        return await self._complete.pinned(tx, name, revisions)


def _parse(documents: Sequence[dict[str, Any]], revisions: tuple[int, ...]) -> Rulebook:
    product = parse_product(documents[0])
    return Rulebook(product, _load(product, documents), revisions)


def _load(product: Product, documents: Sequence[dict[str, Any]]) -> Policy | None:
    """Return the policy, or None: a policy that no longer loads must refer, not stop the service."""
    try:
        return load_policy(documents[3], product, parse_reasons(documents[1:3]))
    except (PolicyError, ReasonCatalogueError) as error:
        log.error("policy_unusable", policy=documents[3].get("name"), faults=[f.code for f in error.faults])
        return None
