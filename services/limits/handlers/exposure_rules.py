"""Which documents of a product count."""

from dataclasses import replace
from typing import Final

from services.limits.domain.items.rules import ExposureRules
from services.limits.store import exposure_rules
from services.limits.store.exposure_rules import RulesVersion
from shared.db import Database
from shared.errors import Kind, Refusal

_MOST_VERSIONS: Final = 200


async def get_rules(db: Database, product: str) -> ExposureRules:
    """Return the rules of a product that are in force, those that are built in where nobody made any."""
    async with db.transaction() as tx:
        return (await exposure_rules.current(tx, [product]))[product]


async def list_versions(db: Database, product: str) -> list[RulesVersion]:
    """Return the latest versions of a product's rules, latest first."""
    async with db.transaction() as tx:
        return await exposure_rules.versions(tx, product, _MOST_VERSIONS)


async def put_rules(db: Database, rules: ExposureRules, actor: str, reason: str) -> ExposureRules:
    """Put the version after `rules.version` in force, and return it; raises `Refusal` with 412.

    Documents that are stated from then on count by it; those that are known do once they or their chain change, or
    after a rebuild.
    """
    following = replace(rules, version=rules.version + 1)
    async with db.transaction() as tx:
        in_force = (await exposure_rules.current(tx, [rules.product]))[rules.product]
        if in_force.version != rules.version or not await exposure_rules.add(tx, following, actor, reason):
            raise Refusal(Kind.PRECONDITION_FAILED, "rules_changed", "If-Match is not the version in force")
    return following
