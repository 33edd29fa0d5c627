"""Making products, reason codes and policies live."""

from collections.abc import Callable
from typing import Any, TypeVar

from services.decision import events
from services.decision.domain.policy import PolicyError, load_policy
from services.decision.domain.reasons import ANY_PRODUCT, ReasonCatalogueError, parse_reasons
from shared import catalogue, outbox
from shared.catalogue import Entry, EntryKind
from shared.db import Database
from shared.errors import conflict, invalid
from shared.products import parse_product

T = TypeVar("T")


async def publish_product(db: Database, document: dict[str, Any], actor: str) -> Entry:
    """Make a product live and tell the other services; raises `Refusal` with 422 when it is not sound."""
    product = _sound("unsound_product", lambda: parse_product(document))
    async with db.transaction() as tx:
        entry = await catalogue.publish(tx, EntryKind.PRODUCT, product.name, document, actor)
        if entry.is_new:
            await outbox.put(tx, [events.product_published(entry, document)])
        return entry


async def publish_reasons(db: Database, document: dict[str, Any], actor: str) -> Entry:
    """Make the reason codes of a product (or of any product) live; raises `Refusal` with 422."""
    _sound("unsound_reasons", lambda: parse_reasons([document]))
    async with db.transaction() as tx:
        return await catalogue.publish(tx, EntryKind.REASONS, str(document["product"]), document, actor)


async def publish_policy(db: Database, document: dict[str, Any], actor: str) -> Entry:
    """Make a policy the live one of its product.

    Raises `Refusal`: 409 when the product or its reason codes are not there yet, 422 when a check fails.
    """
    name = str(document.get("product"))
    async with db.transaction() as tx:
        needed = [(EntryKind.PRODUCT, name), (EntryKind.REASONS, name), (EntryKind.REASONS, ANY_PRODUCT)]
        entries = await catalogue.live(tx, needed)
        missing = [f"{kind} {of}" for kind, of in needed if (kind, of) not in entries]
        if missing:
            raise conflict("catalogue_incomplete", f"publish first: {', '.join(missing)}")
        found = [await catalogue.document(tx, kind, of, entries[kind, of].revision) for kind, of in needed]
        product, reasons = parse_product(found[0]), parse_reasons(found[1:])
        _sound("unsound_policy", lambda: load_policy(document, product, reasons))
        return await catalogue.publish(tx, EntryKind.POLICY, name, document, actor)


def _sound(code: str, load: Callable[[], T]) -> T:
    try:
        return load()
    except (PolicyError, ReasonCatalogueError) as error:
        raise invalid(code, "the document can't be used", error.faults) from None
    except ValueError as error:
        raise invalid(code, f"the document can't be used: {error}") from None
