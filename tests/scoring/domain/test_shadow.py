"""What a shadow makes of an application that was scored."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from services.scoring.domain.result import Model
from services.scoring.domain.score import Score
from services.scoring.domain.scorecard import load_scorecard
from services.scoring.domain.shadow import GivenScore, band_of, shadowed
from shared.facts import FactValue
from tests.scoring.domain.small import SMALL_PRODUCT, small_document

_MODEL = Model(SMALL_PRODUCT, load_scorecard(small_document(), SMALL_PRODUCT))
_FACTS = {"debt_ratio": "0.34", "purpose": "boat", "home_owner": True}
_SAME = GivenScore("scr_1", _FACTS, 540, None, ("AMOUNT_TOO_HIGH", "PURPOSE_RISK"), None, is_challengers=False)


@dataclass(frozen=True)
class _Broken:
    """A model that fails in a way nobody thought of."""

    name: str = "broken"
    version: int = 1
    product: str = "small-loan"
    content_hash: str = "0" * 64
    reads: tuple[str, ...] = ()
    valid_days: int | None = None

    def score(self, _facts: Mapping[str, FactValue]) -> Score:
        raise ZeroDivisionError


def test_the_same_model_gives_the_same_answer() -> None:
    result = shadowed(_SAME, _MODEL)
    assert (result.points, result.reasons, result.differs, result.has_failed) == (540, _SAME.reasons, (), False)


@pytest.mark.parametrize(
    ("given", "differs"),
    [
        (GivenScore("scr_1", _FACTS, 560, None, _SAME.reasons, None, is_challengers=False), ("score",)),
        (GivenScore("scr_1", _FACTS, 540, "B", _SAME.reasons[:1], None, is_challengers=False), ("grade", "reasons")),
        (
            GivenScore("scr_1", _FACTS, None, None, (), "no_model", is_challengers=False),
            ("score", "reasons", "failure"),
        ),
    ],
)
def test_the_parts_that_differ_are_named(given: GivenScore, differs: tuple[str, ...]) -> None:
    assert shadowed(given, _MODEL).differs == differs


def test_a_model_that_breaks_on_an_application_has_failed_on_that_one_and_says_how() -> None:
    result = shadowed(_SAME, Model(SMALL_PRODUCT, _Broken()))
    assert (result.points, result.failure, result.has_failed) == (None, "ZeroDivisionError", True)


def test_without_a_model_that_loads_everything_fails() -> None:
    assert shadowed(_SAME, None).failure == "model_unusable"


def test_facts_that_nobody_could_read_are_no_failure_of_the_shadow() -> None:
    facts = {**_FACTS, "debt_ratio": "much"}
    result = shadowed(GivenScore("scr_1", facts, None, None, (), "invalid_facts", is_challengers=False), _MODEL)
    assert (result.differs, result.has_failed) == ((), False)


@pytest.mark.parametrize(("score", "band"), [(540, 540), (559, 540), (560, 560), (-1, -20), (0, 0), (None, None)])
def test_a_band_begins_at_a_multiple_of_its_width(score: int | None, band: int | None) -> None:
    assert band_of(score) == band
