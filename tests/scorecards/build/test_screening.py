"""What no scorecard should be built on is named and refused."""

from pathlib import Path

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scorecards.build import BuildError, build_scorecard
from services.scorecards.build.sample import Groups
from services.scorecards.build.screening import cramers_v
from tests.scorecards.build.made import Change, data_file, lines, rows, spec_file

AMOUNT, MONTHS, TENURE, SHARE, MEMBER, SEX, _DAY, OUTCOME = range(8)


def build(folder: Path, made: list[list[str]], change: Change = lambda _: None) -> dict:
    """Build from rows; whatever is refused, nothing is written."""
    out = folder / "tiny.json"
    spec = spec_file(folder, change)
    try:
        return build_scorecard(data_file(folder, *lines(made)), spec, out, lambda *_: None)
    except BuildError:
        assert not out.exists()
        raise


def with_cells(column: int, text: object, count: int = 600) -> list[list[str]]:
    made = rows(count)
    for number, cells in enumerate(made):
        cells[column] = text(number, cells) if callable(text) else str(text)
    return made


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (with_cells(TENURE, "own"), "tenure has the same value in every row"),
        (with_cells(SHARE, "?"), "share is missing in every row"),
        (
            with_cells(MONTHS, lambda number, _: str(number)),
            "months has another value in every row, as an",
        ),
        (with_cells(AMOUNT, lambda number, _: str(1000 + number)), "requested_amount has another value in every row"),
        (rows(10), "too few rows"),
        (with_cells(OUTCOME, lambda number, _: "paid" if number else "default"), "has not both goods and bads"),
        (with_cells(OUTCOME, "paid"), "must hold both goods and bads"),
    ],
)
def test_columns_and_samples_that_can_teach_nothing_are_named(tmp_path: Path, made: list, words: str) -> None:
    with pytest.raises(BuildError) as refused:
        build(tmp_path, made)
    assert words in str(refused.value)


def test_all_such_columns_are_named_at_once(tmp_path: Path) -> None:
    made = with_cells(TENURE, "own")
    for cells in made:
        cells[SHARE] = ""
    with pytest.raises(BuildError, match=r"tenure .*; share "):
        build(tmp_path, made)


@pytest.mark.parametrize("column", [SHARE, TENURE])
def test_a_characteristic_that_knows_the_outcome_is_named(tmp_path: Path, column: int) -> None:
    values = {SHARE: ("0.9", "0.1"), TENURE: ("rent", "own")}[column]
    made = with_cells(column, lambda _, cells: values[cells[OUTCOME] == "paid"])
    name = {SHARE: "share", TENURE: "tenure"}[column]
    with pytest.raises(BuildError, match=rf"knows the outcome: {name} \(AUC 1.0000\)"):
        build(tmp_path, made)


def test_an_outcome_that_shows_only_as_a_missing_value_is_leakage_too(tmp_path: Path) -> None:
    made = with_cells(MONTHS, lambda _, cells: cells[MONTHS] if cells[OUTCOME] == "paid" else "")
    with pytest.raises(BuildError, match="knows the outcome: months"):
        build(tmp_path, made)


def like_sex(made: list[list[str]]) -> list[list[str]]:
    for number, cells in enumerate(made):
        cells[TENURE] = {"f": "rent", "m": "own"}[cells[SEX]] if number % 5 else "other"
    return made


def test_a_proxy_of_a_protected_attribute_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"tenure for sex \(Cramer's V 0\.9"):
        build(tmp_path, like_sex(rows(1500)), rising_information)


def rising_information(document: dict) -> None:
    document["selection"]["minimum_information_value"] = "0"
    document["characteristics"]["tenure"] = {"reason_code": "HOUSING_TENURE", "groups": [["rent"], ["own"], ["other"]]}


def test_a_proxy_can_be_justified_in_words_that_the_artefact_keeps(tmp_path: Path) -> None:
    def change(document: dict) -> None:
        rising_information(document)
        document["proxies"] = {"justified": {"tenure": "rent is paid out of the same income"}}

    made = like_sex(rows(1500))
    for number, cells in enumerate(made):
        if number % 3 == 0 and cells[TENURE] == "rent":
            cells[OUTCOME] = "default"
    document = build(tmp_path, made, change)
    entry = next(each for each in document["metrics"]["proxies"] if each["fact"] == "tenure")
    assert (entry["protected"], entry["justified"]) == ("sex", "rent is paid out of the same income")


def test_what_the_analyst_left_out_is_not_looked_at(tmp_path: Path) -> None:
    def change(document: dict) -> None:
        document["characteristics"]["tenure"] |= {"force": "out", "why": "not collected any more"}

    document = build(tmp_path, with_cells(TENURE, "own"), change)
    assert "tenure" not in [each["fact"] for each in document["characteristics"]]
    left_out = {each["fact"]: each["why"] for each in document["metrics"]["left_out"]}
    assert left_out["tenure"] == "left out by the analyst: not collected any more"


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 2)), min_size=1, max_size=200))
def test_an_association_lies_between_none_and_all(pairs: list[tuple[int, int]]) -> None:
    bins = numpy.array([pair[0] for pair in pairs], dtype=numpy.uint8)
    groups = numpy.array([pair[1] for pair in pairs], dtype=numpy.int16)
    assert 0 <= cramers_v(bins, Groups(("a", "b", "c"), groups)) <= 1


def test_what_is_the_same_goes_together_and_what_is_drawn_apart_does_not() -> None:
    chance = numpy.random.default_rng(1)
    groups = chance.integers(0, 3, 5000).astype(numpy.int16)
    labels = ("a", "b", "c")
    assert cramers_v(groups.astype(numpy.uint8), Groups(labels, groups)) == pytest.approx(1, abs=0.001)
    assert cramers_v(chance.integers(0, 4, 5000).astype(numpy.uint8), Groups(labels, groups)) < 0.03
