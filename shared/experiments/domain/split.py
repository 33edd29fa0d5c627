"""Which version decides for a party: one bucket space per layer, divided among the tests that run in it.

Every party falls into one of 10,000 buckets of a layer, by hash, for good. A bucket belongs to one test or to the
champion, so a party is in at most one test and always gets the same arm while the test holds its bucket. (One space
that exclusive tests share is a "layer" in Tang et al., "Overlapping Experiment Infrastructure", KDD 2010.)
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

BUCKETS: Final = 10_000
"""A bucket is a basis point of the parties."""


def bucket_of(layer: str, member: str) -> int:
    """Return the bucket of `member` in `layer`: the first 8 bytes of SHA-256(layer, NUL, member), modulo `BUCKETS`."""
    digest = hashlib.sha256(f"{layer}\0{member}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % BUCKETS


@dataclass(frozen=True, slots=True)
class Split:
    """The tests that the buckets of a layer belong to, in order of the buckets; None is the champion's."""

    owners: tuple[str | None, ...] = (None,) * BUCKETS

    def test_of(self, layer: str, party_id: str) -> str | None:
        """Return the test that a party is in, None when it is the champion's."""
        return self.owners[bucket_of(layer, party_id)]

    def share_bp(self, test: str) -> int:
        """Return how many basis points of the parties a test has."""
        return self.owners.count(test)

    def divided(self, shares: Mapping[str, int]) -> "Split":
        """Return the split in which each test of `shares` has its share, in basis points, and no other test has any.

        A test whose share does not fall keeps everybody who is in it. Where a test takes its buckets depends on its
        name, so that successive tests don't fall on the same parties every time.
        Raises `ValueError` for a share below 0, and for shares that add up to more than all parties.
        """
        if any(share < 0 for share in shares.values()) or sum(shares.values()) > BUCKETS:
            raise ValueError("shares are not negative and add up to at most 10,000 basis points")
        owners = [owner if owner in shares else None for owner in self.owners]
        for test, share in shares.items():
            held = [bucket for bucket in _in_order_of(test) if owners[bucket] == test]
            for bucket in held[share:]:
                owners[bucket] = None
        for test in sorted(shares):
            wanted = shares[test] - owners.count(test)
            free = [bucket for bucket in _in_order_of(test) if owners[bucket] is None]
            for bucket in free[:wanted]:
                owners[bucket] = test
        return Split(tuple(owners))

    def ranges(self, test: str) -> list[tuple[int, int]]:
        """Return the buckets of a test as ranges, from the first bucket up to, and without, the second."""
        found: list[tuple[int, int]] = []
        start = 0
        for owner, run in groupby(self.owners):
            end = start + sum(1 for _ in run)
            if owner == test:
                found.append((start, end))
            start = end
        return found


def split_of(ranges: Mapping[str, Iterable[tuple[int, int]]]) -> Split:
    """Return the split in which tests have these ranges of buckets; raises `ValueError` where two tests overlap."""
    owners: list[str | None] = [None] * BUCKETS
    for test, held in ranges.items():
        for start, end in held:
            if not 0 <= start <= end <= BUCKETS or any(owners[start:end]):
                raise ValueError(f"the buckets of test {test} are not its own")
            owners[start:end] = [test] * (end - start)
    return Split(tuple(owners))


def _in_order_of(test: str) -> list[int]:
    start = bucket_of("start", test)
    return [*range(start, BUCKETS), *range(start)]
