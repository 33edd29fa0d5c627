"""Which version answers: the live one, the challenger that a party falls to, or the one that a caller pins."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Final, Generic, TypeVar

from shared.catalogue import KEEP_SECONDS, EntryKind
from shared.db import Transaction
from shared.errors import Fault, Refusal, invalid
from shared.experiments.domain.contest import Choice, Contest
from shared.experiments.domain.split import Split, split_of
from shared.experiments.store import experiments
from shared.governance import store as versions
from shared.governance.domain import Version

T = TypeVar("T")

_NEVER: Final = float("-inf")


@dataclass(frozen=True, slots=True)
class Candidates(Generic[T]):
    """What a service can choose from: versions of `kind`, which its callers know as a product's `noun` ("policy").

    `champions` returns what is live for each known product; `revision` one revision beside all else that is live, None
    while it does not load. `layer` names the bucket space of a product: kinds with a space each are tried independently
    of one another.
    """

    kind: EntryKind
    noun: str
    champions: Callable[[Transaction, Collection[str]], Awaitable[Mapping[str, T]]]
    revision: Callable[[Transaction, str, int], Awaitable[T | None]]
    layer: Callable[[str], str]


class Contests(Generic[T]):
    """Champions and challengers by product, as they were a moment ago; and versions that callers pin."""

    def __init__(self, candidates: Candidates[T], *, keep_seconds: float = KEEP_SECONDS) -> None:
        self._candidates = candidates
        self._keep_seconds = keep_seconds
        self._recent: dict[str, tuple[float, Contest[T]]] = {}
        self._approved: dict[str, Version] = {}

    def recent(self, products: Collection[str]) -> dict[str, Contest[T]] | None:
        """Return the contests of a moment ago, None when that of some product is not known."""
        oldest = monotonic() - self._keep_seconds
        found: dict[str, Contest[T]] = {}
        for name in products:
            known = self._recent.get(name)
            if known is None or known[0] <= oldest:
                return None
            found[name] = known[1]
        return found

    async def take(self, tx: Transaction, products: Collection[str]) -> dict[str, Contest[T]]:
        """Return the contest of each known product; what was found is taken for current for `keep_seconds`."""
        found = self.recent(products)
        return await self._look(tx, products) if found is None else found

    async def _look(self, tx: Transaction, products: Collection[str]) -> dict[str, Contest[T]]:
        now = monotonic()
        champions = await self._candidates.champions(tx, products)
        challengers = await experiments.challengers(tx, champions)
        found: dict[str, Contest[T]] = {}
        for name, champion in champions.items():
            running = challengers.get(name, [])
            loaded = {entry.test: await self._candidates.revision(tx, name, entry.revision) for entry in running}
            usable = {test: thing for test, thing in loaded.items() if thing is not None}
            split = split_of({entry.test: entry.ranges for entry in running}) if running else Split()
            found[name] = Contest(self._candidates.layer(name), champion, usable, split)
            self._recent[name] = (now, found[name])
        return found

    async def pinned(
        self, tx: Transaction, wanted: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], Choice[T] | Refusal]:
        """Return what each (product, version id) means: that version beside all else that is live.

        A refusal (422) stands for a version that is not of the product, was never approved, or does not load.
        """
        return {(product, version_id): await self._pin(tx, product, version_id) for product, version_id in wanted}

    async def _pin(self, tx: Transaction, product: str, version_id: str) -> Choice[T] | Refusal:
        noun = self._candidates.noun
        version = self._approved.get(version_id) or await versions.find(tx, version_id)
        if version is None or (version.kind, version.name) != (self._candidates.kind, product):
            return self._unusable(f"unknown_{noun}_version", f"there is no such version of this product's {noun}")
        if version.approved_hash is None:
            return self._unusable(f"{noun}_version_not_approved", "only a version that was approved can be pinned")
        # An approval is never taken back, and nothing else of the version is used.
        self._approved[version_id] = version
        found = await self._candidates.revision(tx, product, version.number)
        if found is None:
            return self._unusable(f"{noun}_version_unusable", "this version does not fit the product as it is now")
        return Choice(found, pinned=True)

    def _unusable(self, code: str, words: str) -> Refusal:
        return invalid(code, words, [Fault(f"/{self._candidates.noun}_version", code, words)])
