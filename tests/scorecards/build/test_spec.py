"""Specs that make sense are read; those that do not are refused with their place."""

from pathlib import Path

import pytest
import yaml

from services.scorecards.build.spec import BuildError, Force, SplitMethod, Trend, read_spec
from tests.scorecards.build.committed import SPEC as COMMITTED
from tests.scorecards.build.committed import SPEC_FILE
from tests.scorecards.build.made import Change, document, tiny_spec


def with_key(place: str, value: object) -> Change:
    *path, last = place.split("/")

    def change(spec: dict[str, object]) -> None:
        found: dict = spec
        for key in path:
            found = found.setdefault(key, {})
        found[last] = value

    return change


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        ("format", "assay.scorecard-build/9", "/format: must be assay.scorecard-build/2"),
        ("colour", "red", "/colour: is not a key"),
        ("product", "nowhere.yaml", "/product: nowhere.yaml can't be read"),
        ("population", "everyone", "/population: must be accepted or through_the_door"),
        ("scaling/direction", "lower_is_better", "/scaling/direction"),
        ("scaling/base_score", 600.5, "/scaling/base_score: must be an integer"),
        ("split/method", "random", "/split/method: must be stratified, shuffled or column"),
        ("split/folds", 1, "/split/folds: must be 0 or 2 to 20"),
        ("split/train_percent", 100, "/split/train_percent"),
        ("split/column", "fold", "/split: column, train and test go with the method column"),
        ("split/time_from", "soon", "/split/time_from: must be a date"),
        ("data/facts/mood", "mood", None),
        ("data/colour", "red", "/data: colour"),
        ("target/good", [], "/target: must say what is bad and what is good"),
        ("regression/penalty", ["-1"], "/regression/penalty: must be above 0"),
        ("regression/penalty", ["much"], "/regression/penalty: must be a decimal"),
        ("regression/penalty", [], "/regression/penalty: must not be empty"),
        ("selection/minimum_information_value", "Infinity", "must be a decimal"),
        ("reasons/method", "guess", "/reasons/method"),
        ("reasons/cutoff", 500, "/reasons/cutoff"),
        ("proxies/justified", {"months": " "}, "/proxies/justified/months"),
        ("proxies/justified", {"mood": "why not"}, "/proxies/justified/mood"),
        ("characteristics", {}, "/characteristics: must not be empty"),
        ("characteristics/sex/reason_code", "SEX", "sex: is a protected attribute"),
        ("characteristics/mood/reason_code", "MOOD", "mood: is not a fact"),
        ("characteristics/score/reason_code", "SCORE", "score: is no fact of an application"),
        ("characteristics/months/bad_rate", "wobbles", "/characteristics/months/bad_rate: must be rises, falls"),
        ("characteristics/tenure/special", ["castle"], "names a value that the fact does not have"),
        ("characteristics/tenure/order", ["castle"], "names a value that the fact does not have"),
        ("characteristics/tenure/bad_rate", "falls", "the bad rate can only follow an order"),
        ("characteristics/months/order", ["1"], "only enumerations have an order"),
        ("characteristics/months/groups", [["1"]], "groups are for enumerations"),
        ("characteristics/tenure/groups", [["rent"], ["rent", "own"]], "names a value twice"),
        ("characteristics/tenure/cuts", [1], "tenure is no number"),
        ("characteristics/months/cuts", [24, 12], "/cuts: must rise"),
        ("characteristics/share/cuts", ["0.12345"], "more than 4 decimal places"),
        ("characteristics/tenure/outside", "missing", "/outside: is for numbers"),
        ("characteristics/months/outside", "refuse", "must be score, missing or unseen"),
        ("characteristics/months/force", "in", "/why: must say why"),
        ("characteristics/months/maximum_bins", 1, "2 to 50 bins"),
    ],
)
def test_a_spec_that_makes_no_sense_is_refused(tmp_path: Path, place: str, value: object, words: str | None) -> None:
    if words is None:
        # A fact that is read and not scored is no fault of the spec.
        tiny_spec(tmp_path, with_key("data/facts/requested_amount", {"column": "amount", "money": "minor"}))
        return
    with pytest.raises(BuildError) as refused:
        tiny_spec(tmp_path, with_key(place, value))
    assert words in str(refused.value)


def test_a_spec_that_is_no_mapping_or_no_yaml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    for content in (b"", b"[1, 2]", b"{", b"\xff\xfe", b"format: [assay.scorecard-build/2]"):
        path.write_bytes(content)
        with pytest.raises(BuildError):
            read_spec(path)


def test_a_penalty_is_chosen_only_where_there_are_folds(tmp_path: Path) -> None:
    def change(spec: dict) -> None:
        spec["regression"] = {"penalty": ["none", "1"]}
        spec["split"]["folds"] = 0

    with pytest.raises(BuildError, match="chosen by folds"):
        tiny_spec(tmp_path, change)


def test_what_a_spec_says_is_read(tmp_path: Path) -> None:
    def change(spec: dict) -> None:
        spec["split"] = {"method": "column", "column": "part", "train": [1], "test": [0], "seed": 3, "folds": 0}
        spec["characteristics"]["months"] |= {"force": "in", "why": "policy", "cuts": [12, 24], "maximum_bins": 9}
        spec["target"]["bad"] = [1]

    spec = tiny_spec(tmp_path, change)
    months = next(each for each in spec.candidates if each.fact == "months")
    assert (spec.split.method, spec.split.train, spec.split.test) == (SplitMethod.COLUMN, ("1",), ("0",))
    assert (months.force, months.cuts, months.special, months.maximum_bins) == (Force.IN, (12, 24), (-1,), 9)
    assert (months.bad_rate, spec.target.bad, spec.through_the_door) == (Trend.RISES, ("1",), False)


def test_the_first_format_reads_as_the_second_with_fewer_choices() -> None:
    assert (COMMITTED.explicit, COMMITTED.penalties, COMMITTED.minimum_special_rows) == (False, (None,), 1)
    assert COMMITTED.data.facts["requested_amount"].multiply == 100
    with pytest.raises(KeyError):
        yaml.safe_load(SPEC_FILE.read_text(encoding="utf-8"))["population"]


def test_the_made_up_spec_is_sound(tmp_path: Path) -> None:
    assert [each.fact for each in tiny_spec(tmp_path).candidates] == list(document()["characteristics"])
