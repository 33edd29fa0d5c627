"""Ten thousand policies with a little wrong in them: refused where the fault is, or sound, and nothing else happens."""

import builtins
import copy
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.decision.domain.catalogue.books import NAMES, book
from tests.decision.fuzz.damage import Damage
from tests.decision.fuzz.policies import REASONS, random_policy, random_product
from tests.decision.fuzz.trial import Setting, tried
from tests.decision.fuzz.watch import TookTooLong, bounded_memory, nothing_happens

Written = tuple[dict[str, Any], Setting]

BY_CHANCE = 9_640
OF_THE_CATALOGUE = 120
"""Of each of the three policies."""


def by_chance(rng: Random) -> Written:
    product = random_product(rng)
    return random_policy(rng, product), Setting(product, REASONS)


def of_the_catalogue(name: str) -> Callable[[Random], Written]:
    def write(rng: Random) -> Written:
        own = book(name)
        document = copy.deepcopy(own.document)
        document["cases"] = rng.sample(document["cases"], 2)
        return document, Setting(own.product, own.reasons)

    return write


def broken_by(write: Callable[[Random], Written], seeds: range, canary: Path) -> Counter[bool]:
    """Try a document of each seed with up to three changes, and count those that load and those that do not."""
    counted: Counter[bool] = Counter()
    builtin = dict(vars(builtins))
    with bounded_memory(), nothing_happens():
        for seed in seeds:
            rng = Random(seed)
            document, setting = write(rng)
            damaged = Damage(rng, canary).done_to(document, rng.choice([0, 1, 1, 2, 3]))
            try:
                counted[tried(damaged, setting, rng)] += 1
            except (Exception, TookTooLong) as error:
                raise AssertionError(f"seed {seed}: {error!r}") from error
    assert not canary.exists()
    assert dict(vars(builtins)) == builtin
    return counted


def test_policies_by_chance_are_refused_or_sound(tmp_path: Path) -> None:
    counted = broken_by(by_chance, range(BY_CHANCE), tmp_path / "canary")
    assert counted[True] > BY_CHANCE / 10
    assert counted[False] > BY_CHANCE / 3


@pytest.mark.parametrize("name", NAMES)
def test_damaged_policies_of_the_catalogue_are_refused_or_sound(name: str, tmp_path: Path) -> None:
    counted = broken_by(of_the_catalogue(name), range(OF_THE_CATALOGUE), tmp_path / "canary")
    assert counted[True] > OF_THE_CATALOGUE / 10
    assert counted[False] > OF_THE_CATALOGUE / 3
