"""Dirty duplicates are found, and strangers are not, on a small part of the labelled set of the benchmark."""

from collections.abc import AsyncIterator

import pytest

from services.embedded.postgres import Address
from services.intake.vault import Vault
from shared.db import Database
from tests.bench.intake.generator import Made, block
from tests.bench.intake.loading import store
from tests.bench.intake.measuring import Outcome, match_each, probes
from tests.kit.service import migrated, vault_file

_PARTIES = 5_000
_PROBES = 1_200


@pytest.fixture(scope="module")
async def outcome(postgres: Address, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Outcome]:
    """What matching came to, one probe at a time."""
    urls = await migrated(postgres, "intake", "matching_quality")
    vault = Vault.load(vault_file(tmp_path_factory.mktemp("quality")))
    made: list[Made] = block(0, _PARTIES)
    await store(urls.admin, vault, [made])
    db = Database(urls.app)
    yield await match_each(db, vault, probes(lambda chance: chance.choice(made), _PROBES, seed=3))
    await db.close()


async def test_of_a_hundred_candidates_ninety_nine_are_the_same_party(outcome: Outcome) -> None:
    assert outcome.every.precision >= 0.99


async def test_of_twenty_duplicates_nineteen_are_found(outcome: Outcome) -> None:
    assert outcome.every.recall >= 0.95
    assert set(outcome.by_class) == {
        f"{kind}, {script}" for kind in ("people", "companies") for script in ("Chinese", "Latin")
    }
    assert all(tally.recall >= 0.95 for tally in outcome.by_class.values())


async def test_nobody_is_taken_for_somebody_else_without_a_person_looking(outcome: Outcome) -> None:
    assert outcome.wrong_exact == 0
