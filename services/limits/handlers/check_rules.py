"""The rules that checks go by: read, and replaced by people who say why. What was in force stays to be read."""

import asyncio
from typing import Final

from services.limits.replies import check_rules as replies
from services.limits.store import check_rules as store
from services.limits.store.check_rules import StoredRule
from shared.canonical import canonical_json
from shared.db import Database
from shared.errors import Kind, Refusal, not_found

_NEWEST: Final = 2**31 - 1


async def get_rule(db: Database, product: str) -> replies.RuleReply:
    """Return the rule of a product, which is the one that is built in unless it has its own."""
    async with db.transaction() as tx:
        stored = (await store.latest(tx, [product])).get(product)
    return _built_in(product) if stored is None else _reply(stored)


async def get_revision(db: Database, product: str, revision: int) -> replies.RuleReply:
    """Return one revision of a product's rule, 0 the one that is built in; raises `Refusal` with 404."""
    if revision == 0:
        return _built_in(product)
    async with db.transaction() as tx:
        found = await store.page(tx, product, revision + 1, 1)
    if not found or found[0].revision != revision:
        raise not_found("rule_not_found", "there is no such revision of this rule")
    return _reply(found[0])


async def list_revisions(db: Database, product: str, before: int | None, limit: int) -> list[replies.RuleReply]:
    """Return the revisions of a product's rule before one of them, newest first."""
    async with db.transaction() as tx:
        found = await store.page(tx, product, _NEWEST if before is None else before, limit)
    return [_reply(stored) for stored in found]


async def put_rule(
    db: Database, product: str, document: replies.RuleDocument, read_revision: int, actor: str, reason: str
) -> replies.RuleReply:
    """Put the next revision of a product's rule in force.

    Raises `Refusal`: 422 for a rule that does not hold together, 412 when `read_revision` is not the one in force.
    """
    revision = read_revision + 1
    # Half a second for the largest: too long to keep other requests waiting.
    rule = await asyncio.to_thread(replies.rule_of, document, product, revision)
    text = canonical_json(document.plain())
    async with db.transaction() as tx:
        stored = (await store.latest(tx, [product])).get(product)
        in_force = 0 if stored is None else stored.revision
        created_at = None
        if in_force == read_revision:
            created_at = await store.add(tx, product, revision, text, rule.version.hash, actor, reason)
    if created_at is None:
        raise Refusal(Kind.PRECONDITION_FAILED, "version_changed", "the rule has changed since it was read")
    return _reply(StoredRule(product, revision, text, rule.version.hash, actor, reason, created_at))


def _reply(stored: StoredRule) -> replies.RuleReply:
    return replies.RuleReply(
        product=stored.product,
        revision=stored.revision,
        hash=stored.hash,
        rule=replies.RuleDocument.model_validate_json(stored.document),
        actor=stored.actor,
        reason=stored.reason,
        created_at=stored.created_at,
    )


def _built_in(product: str) -> replies.RuleReply:
    return replies.RuleReply(
        product=product,
        revision=0,
        hash=replies.read_rule(replies.BUILT_IN, product, 0).version.hash,
        rule=replies.RuleDocument.model_validate_json(replies.BUILT_IN),
        actor=None,
        reason=None,
        created_at=None,
    )
