"""Which version of a policy decides: the live one, the challenger that a party falls to, or the one a caller pins."""

from collections.abc import Collection, Mapping
from time import monotonic
from typing import Final

from services.decision.domain.experiment.contest import Choice, Contest
from services.decision.domain.experiment.split import Split, split_of
from services.decision.domain.reasons import ANY_PRODUCT
from services.decision.domain.record import Rulebook
from services.decision.rulebooks import Rulebooks
from services.decision.store import experiments
from shared import catalogue
from shared.catalogue import KEEP_SECONDS, EntryKind
from shared.db import Transaction
from shared.errors import Fault, Refusal, invalid
from shared.governance import store as versions
from shared.governance.domain import Version

_NEVER: Final = float("-inf")


class Contests:
    """Champions and challengers by product, as they were a moment ago; and versions that callers pin."""

    def __init__(self, rulebooks: Rulebooks, *, keep_seconds: float = KEEP_SECONDS) -> None:
        self._rulebooks = rulebooks
        self._keep_seconds = keep_seconds
        self._recent: dict[str, tuple[float, Contest]] = {}
        self._approved: dict[str, Version] = {}

    async def take(self, tx: Transaction, products: Collection[str]) -> dict[str, Contest]:
        """Return the contest of each known product; what was found is taken for current for `keep_seconds`."""
        oldest = monotonic() - self._keep_seconds
        recent = {name: self._recent.get(name, (_NEVER, None)) for name in products}
        found = {name: contest for name, (at, contest) in recent.items() if contest is not None and at > oldest}
        return found if len(found) == len(recent) else await self._look(tx, products)

    async def _look(self, tx: Transaction, products: Collection[str]) -> dict[str, Contest]:
        now = monotonic()
        champions = await self._rulebooks.take(tx, products)
        challengers = await experiments.challengers(tx, champions)
        found: dict[str, Contest] = {}
        for name, champion in champions.items():
            running = challengers.get(name, [])
            books = {entry.test: await rulebook_at(tx, self._rulebooks, name, entry.revision) for entry in running}
            usable = {test: book for test, book in books.items() if book is not None and book.policy is not None}
            split = split_of({entry.test: entry.ranges for entry in running}) if running else Split()
            found[name] = Contest(champion, usable, split)
            self._recent[name] = (now, found[name])
        return found

    async def pinned(
        self, tx: Transaction, wanted: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], Choice | Refusal]:
        """Return what each (product, version id) means: that version with the live product and reason codes.

        A refusal (422) stands for a version that is not a policy of the product, was never approved, or does not load.
        """
        return {(product, version_id): await self._pin(tx, product, version_id) for product, version_id in wanted}

    async def _pin(self, tx: Transaction, product: str, version_id: str) -> Choice | Refusal:
        version = self._approved.get(version_id) or await versions.find(tx, version_id)
        if version is None or (version.kind, version.name) != (EntryKind.POLICY, product):
            return _unusable("unknown_policy_version", "there is no such version of this product's policy")
        if version.approved_hash is None:
            return _unusable("policy_version_not_approved", "only a version that was approved can be pinned")
        # An approval is never taken back, and nothing else of the version is used.
        self._approved[version_id] = version
        book = await rulebook_at(tx, self._rulebooks, product, version.number)
        if book is None or book.policy is None:
            return _unusable("policy_version_unusable", "this version does not fit the product as it is now")
        return Choice(book, pinned=True)


async def rulebook_at(tx: Transaction, rulebooks: Rulebooks, product: str, revision: int) -> Rulebook | None:
    """Return a revision of a product's policy with the product and reason codes that are live now.

    None while one of those is missing; its policy is None when it does not load with them.
    """
    needed = [(EntryKind.PRODUCT, product), (EntryKind.REASONS, product), (EntryKind.REASONS, ANY_PRODUCT)]
    live = await catalogue.live(tx, needed)
    if len(live) < len(needed):
        return None
    return await rulebooks.pinned(tx, product, (*(live[need].revision for need in needed), revision))


def _unusable(code: str, words: str) -> Refusal:
    return invalid(code, words, [Fault("/policy_version", code, words)])
