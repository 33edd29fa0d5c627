"""Master keys are changed while everything runs, and no data key is lost."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from services.intake.domain.matching import Verdict
from services.intake.handlers import merging, rotating
from services.intake.store import keys, privacy
from services.intake.vault import SealError, Vault
from shared.db import Database
from shared.ids import new_id
from tests.intake.matching.given import COMPANY, matched, profile, stored
from tests.kit.service import Urls

_OLD, _NEW, _INDEX = b"o" * 32, b"n" * 32, b"i" * 32
BEFORE = Vault({"1": _OLD}, "1", _INDEX)
DURING = Vault({"1": _OLD, "2": _NEW}, "2", _INDEX)
AFTER = Vault({"2": _NEW}, "2", _INDEX)


@pytest.fixture
async def alone(other_urls: Urls) -> AsyncIterator[Database]:
    """A database in which nobody else has keys."""
    opened = Database(other_urls.app)
    yield opened
    await opened.close()


async def _sealed(db: Database, count: int) -> dict[str, bytes]:
    parties = [new_id("pty") for _ in range(count)]
    async with db.transaction() as tx:
        made = await keys.of(tx, BEFORE, parties)
    return {party_id: made[party_id].seal("profile", party_id.encode()) for party_id in parties}


async def test_all_data_keys_are_wrapped_anew_in_batches_and_the_old_master_can_go(alone: Database) -> None:
    sealed = await _sealed(alone, 25)
    (gone, *_) = sealed
    async with alone.transaction() as tx:
        await privacy.destroy(tx, [gone])
    assert await rotating.count(alone) == {"1": 24}
    assert await rotating.step(alone, DURING, 7) == 7
    # The process dies here; whoever comes next goes on with what is left.
    assert await rotating.count(alone) == {"1": 17, "2": 7}
    batches = [await rotating.step(alone, DURING, 7) for _ in range(4)]
    assert batches == [7, 7, 3, 0]
    assert await rotating.count(alone) == {"2": 24}
    async with alone.transaction() as tx:
        found = await keys.existing(tx, AFTER, sealed)
    assert found.keys() == sealed.keys() - {gone}
    assert all(found[party_id].open("profile", sealed[party_id]) == party_id.encode() for party_id in found)
    with pytest.raises(SealError):
        async with alone.transaction() as tx:
            await keys.existing(tx, BEFORE, sealed)


async def test_two_that_rotate_at_once_take_different_keys(alone: Database) -> None:
    await _sealed(alone, 10)
    async with alone.transaction() as first, alone.transaction() as second:
        mine = await keys.wrapped_by_others(first, "2", 6)
        theirs = await keys.wrapped_by_others(second, "2", 6)
    assert (len(mine), len(theirs)) == (6, 4)
    assert {party_id for party_id, _ in mine}.isdisjoint({party_id for party_id, _ in theirs})


async def test_a_rotation_without_the_old_master_stops_and_changes_nothing(alone: Database) -> None:
    await _sealed(alone, 3)
    with pytest.raises(SealError, match="not in the vault"):
        await rotating.step(alone, AFTER, 10)
    assert await rotating.count(alone) == {"1": 3}


async def test_a_merged_record_is_still_found_by_its_own_number_when_the_index_has_a_new_key(alone: Database) -> None:
    number = {"lei": "5493001KJTIIGC8Y1R12"}
    survivor, merged = await stored(
        alone, BEFORE, COMPANY, profile("Survivor Works Ltd"), profile("Formerly Otherwise Ltd", ids=number)
    )
    async with alone.transaction() as tx:
        await merging.merge(tx, BEFORE, survivor, merged, "credit-officer", "renamed")
    newly_indexed = Vault({"1": _OLD}, "1", b"j" * 32)
    (lost,) = await matched(alone, newly_indexed, COMPANY, profile("Formerly Otherwise Ltd", ids=number))
    assert lost.verdict is Verdict.UNIQUE
    last = await rotating.reindex_step(alone, newly_indexed, "", 10)
    assert await rotating.reindex_step(alone, newly_indexed, last or "", 10) is None
    (found,) = await matched(alone, newly_indexed, COMPANY, profile("Formerly Otherwise Ltd", ids=number))
    assert found.verdict is Verdict.EXACT_DUPLICATE
    assert [candidate.party_id for candidate in found.candidates] == [survivor]


async def test_keys_are_found_by_index(alone: Database) -> None:
    async with alone.transaction() as tx:
        plan = await tx.execute(
            text("EXPLAIN SELECT subject_id FROM data_key WHERE key_id = '1' AND wrapped IS NOT NULL LIMIT 5")
        )
        assert "Index Scan" in "\n".join(row[0] for row in plan)
