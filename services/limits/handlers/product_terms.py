"""What products say of limits, as it is read and changed."""

from dataclasses import replace

from services.limits.domain.product_terms import ProductTerms
from services.limits.store import product_terms
from shared.db import Database
from shared.errors import Kind, Refusal


async def get_product_terms(db: Database, product: str) -> ProductTerms:
    """Return what a product says, revision 0 when nobody has said anything."""
    async with db.transaction() as tx:
        return (await product_terms.current(tx, [product]))[product]


async def list_revisions(db: Database, product: str, below: int, limit: int) -> list[ProductTerms]:
    """Return up to `limit` revisions of what a product said below one, newest first."""
    async with db.transaction() as tx:
        return await product_terms.history(tx, product, below, limit)


async def put_product_terms(db: Database, said: ProductTerms, revision: int) -> ProductTerms:
    """Have a product say this from now on, as long as what it says is that revision; raises `Refusal` with 412.

    Accounts without a limit of their own follow in the background.
    """
    async with db.transaction() as tx:
        await product_terms.claim(tx, said.product)
        before = (await product_terms.current(tx, [said.product]))[said.product]
        if before.revision != revision:
            raise Refusal(Kind.PRECONDITION_FAILED, "terms_changed", "these terms were changed meanwhile")
        await product_terms.add(tx, replace(said, revision=revision + 1))
        if _defaults(before) != _defaults(said):
            await product_terms.start_rollout(tx, replace(said, revision=revision + 1))
        return (await product_terms.current(tx, [said.product]))[said.product]


def _defaults(said: ProductTerms) -> dict[str, int]:
    return {
        currency: terms.default_limit_minor
        for currency, terms in said.currencies.items()
        if terms.default_limit_minor is not None
    }
