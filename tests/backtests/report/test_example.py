"""The example of the SBA's loan records is in order, without the records."""

from pathlib import Path

import pytest

from services.backtests.inputs import read_map
from services.decision.domain.policy import Policy
from services.policies.check import Shelf, check, read_yaml

EXAMPLE = Path(__file__).parents[3] / "deploy/examples/sba"


@pytest.fixture(scope="module")
def policies() -> tuple[Policy, Policy]:
    """The live policy and the candidate."""
    shelf = Shelf.of(EXAMPLE)
    live, candidate = (check(read_yaml(EXAMPLE / f"policies/{name}.yaml"), shelf) for name in ("live", "candidate"))
    return live, candidate


def test_both_policies_pass_every_check_and_are_versions_of_one(policies: tuple[Policy, Policy]) -> None:
    live, candidate = policies
    assert (live.name, live.version, candidate.version) == (candidate.name, 1, 2)
    assert live.content_hash != candidate.content_hash


def test_the_data_map_gives_every_fact_of_the_product() -> None:
    product = Shelf.of(EXAMPLE).products["sba-loan"]
    assert set(read_map(EXAMPLE / "data-map.yaml").facts) == set(product.dictionary.facts)
