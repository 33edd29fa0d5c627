"""Which policies can decide: those that are live, that challenge them, or that callers pin."""

from services.decision.domain.reasons import ANY_PRODUCT
from services.decision.domain.record import Rulebook
from services.decision.rulebooks import Rulebooks
from shared import catalogue
from shared.catalogue import EntryKind
from shared.db import Transaction
from shared.experiments.handlers.choosing import Candidates, Contests


def contests(rulebooks: Rulebooks) -> Contests[Rulebook]:
    """Return the policies that decide, by product."""

    async def revision(tx: Transaction, product: str, number: int) -> Rulebook | None:
        book = await rulebook_at(tx, rulebooks, product, number)
        return None if book is None or book.policy is None else book

    # The bucket space of policies is the product's own; other kinds add their name to it.
    return Contests(Candidates(EntryKind.POLICY, "policy", rulebooks.take, revision, layer=str))


async def rulebook_at(tx: Transaction, rulebooks: Rulebooks, product: str, revision: int) -> Rulebook | None:
    """Return a revision of a product's policy with the product and reason codes that are live now.

    None while one of those is missing; its policy is None when it does not load with them.
    """
    needed = [(EntryKind.PRODUCT, product), (EntryKind.REASONS, product), (EntryKind.REASONS, ANY_PRODUCT)]
    live = await catalogue.live(tx, needed)
    if len(live) < len(needed):
        return None
    return await rulebooks.pinned(tx, product, (*(live[need].revision for need in needed), revision))
