"""A build as a whole: the same bytes every time, sound for a service, honest about itself."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.scorecards.build import BuildError, build_scorecard
from services.scorecards.build.reading import read_sample
from services.scorecards.build.spec import read_spec
from services.scorecards.build.splits import split_rows
from services.scorecards.commands import app
from services.scoring.domain.scorecard import ReasonMethod, Scorecard, ScorecardError, load_scorecard
from tests.scorecards.build.made import Change, data_file, lines, rows, spec_file


class Built:
    """A scorecard that was built in a folder, as a service loads it."""

    def __init__(self, folder: Path, change: Change = lambda _: None, count: int = 600) -> None:
        self.spec_file, self.data = spec_file(folder, change), data_file(folder, *lines(rows(count)))
        self.out = folder / "tiny.json"
        build_scorecard(self.data, self.spec_file, self.out, lambda *_: None)
        self.spec = read_spec(self.spec_file)
        self.document = json.loads(self.out.read_text(encoding="utf-8"))
        self.scorecard: Scorecard = load_scorecard(self.document, self.spec.product)
        self.sample = read_sample(self.data, self.spec)
        self.parts = split_rows(self.sample, self.spec)

    def characteristic(self, fact: str) -> dict:
        return next(each for each in self.document["characteristics"] if each["fact"] == fact)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return Built(tmp_path_factory.mktemp("built"))


def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    built = Built(tmp_path, lambda document: document["regression"].update(penalty=["none", "1", "0.1"]))
    program = (
        "import sys; from pathlib import Path; from services.scorecards.build import build_scorecard;"
        "build_scorecard(*map(Path, sys.argv[1:]), lambda *_: None)"
    )
    for seed in ("1", "2"):
        other = tmp_path / f"other-{seed}.json"
        paths = [str(built.data), str(built.spec_file), str(other)]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", program, *paths], check=True, env=environment)
        assert other.read_bytes() == built.out.read_bytes()
    assert built.document["provenance"]["choices"]["penalties_tried"].keys() == {"none", "1", "0.1"}


def test_every_row_gets_the_points_that_it_was_fitted_with(built: Built) -> None:
    counts: dict[tuple[str, str], list[int]] = {}
    for row in built.parts.train:
        for scored in built.scorecard.score(built.sample.facts(row)).points:
            tally = counts.setdefault((scored.characteristic, scored.bin), [0, 0])
            tally[0] += 1
            tally[1] += bool(built.sample.bads[row])
    for entry in built.document["characteristics"]:
        for item in entry["bins"]:
            assert counts.get((entry["fact"], item["label"]), [0, 0]) == [item["count"], item["bads"]]


def test_missing_and_special_values_score_in_their_own_bins(built: Built) -> None:
    labels = [item["label"] for item in built.characteristic("months")["bins"]]
    assert labels[-3:] == ["exactly -1", "missing", "not seen in training"]
    scored = built.scorecard.score({"months": -1, "requested_amount": 100})
    assert {each.characteristic: each.bin for each in scored.points}["months"] == "exactly -1"
    assert {each.characteristic: each.bin for each in scored.points}["share"] == "missing"


def test_the_artefact_says_what_was_chosen_and_warns(built: Built) -> None:
    choices = built.document["provenance"]["choices"]
    assert (choices["population"], choices["penalty"]) == ("accepted", "1")
    warnings = {each["code"]: each["detail"] for each in built.document["metrics"]["warnings"]}
    assert "only accepted applications" in warnings["reject_inference"]
    assert "few_outcomes" in warnings
    assert built.document["target"]["good"] == "outcome = paid"
    assert [each["fact"] for each in built.document["metrics"]["proxies"]] == [
        each["fact"] for each in built.document["characteristics"]
    ]


def test_a_sample_of_all_comers_needs_no_reject_inference(tmp_path: Path) -> None:
    built = Built(tmp_path, lambda document: document.update(population="through_the_door"))
    assert "reject_inference" not in [each["code"] for each in built.document["metrics"]["warnings"]]


def test_the_validation_pack_covers_every_part(tmp_path: Path) -> None:
    built = Built(tmp_path, lambda document: document["split"].update(time_from="2022-01-01"))
    parts = built.document["validation"]["parts"]
    assert [(each["name"], each["role"]) for each in parts] == [
        ("train", "fitted"),
        ("held_out", "held_out"),
        ("later", "later"),
    ]
    assert [each["rows"] for each in parts] == [
        len(built.parts.train),
        len(built.parts.held_out),
        len(built.parts.later),
    ]
    assert Decimal(parts[1]["auc"]["estimate"]) == Decimal(built.document["metrics"]["held_out"]["auc"])


def test_reasons_can_be_held_against_those_at_the_cutoff(tmp_path: Path, built: Built) -> None:
    scores = [built.scorecard.score(built.sample.facts(row)).score for row in built.parts.train]
    cutoff = sorted(scores)[len(scores) // 2]

    def change(document: dict) -> None:
        document["reasons"] = {"limit": 3, "method": "shortfall_at_cutoff", "cutoff": cutoff, "within": 10}

    other = Built(tmp_path, change)
    assert other.scorecard.reason_method is ReasonMethod.AT_CUTOFF
    near = [row for row, score in zip(built.parts.train, scores, strict=True) if cutoff <= score <= cutoff + 10]
    for at, entry in enumerate(other.document["characteristics"]):
        points = [other.scorecard.score(other.sample.facts(row)).points[at].points for row in near]
        assert entry["reference_millipoints"] == pytest.approx(1000 * sum(points) / len(points), abs=0.51)


def test_a_cutoff_that_hardly_anybody_scores_is_refused(tmp_path: Path) -> None:
    def change(document: dict) -> None:
        document["reasons"] = {"limit": 3, "method": "shortfall_at_cutoff", "cutoff": 9000}

    with pytest.raises(BuildError, match="only 0 training rows score 9000 to 9000"):
        Built(tmp_path, change)


def test_numbers_beyond_those_trained_on_go_where_the_analyst_says(tmp_path: Path) -> None:
    def change(document: dict) -> None:
        document["characteristics"]["requested_amount"]["outside"] = "unseen"

    built = Built(tmp_path, change)
    entry = built.characteristic("requested_amount")
    amounts = [built.sample.facts(row)["requested_amount"] for row in built.parts.train]
    assert entry["outside"] == {"minimum": min(amounts), "maximum": max(amounts), "treat": "unseen"}
    at = [each["fact"] for each in built.document["characteristics"]].index("requested_amount")
    for amount, label in [(max(amounts) + 1, "not seen in training"), (max(amounts), entry["bins"][-3]["label"])]:
        assert built.scorecard.score({"requested_amount": amount}).points[at].bin == label


def test_grades_and_validity_are_carried(tmp_path: Path) -> None:
    grades = [{"grade": "A", "from": 560}, {"grade": "B", "below": 560}]
    built = Built(tmp_path, lambda document: document.update(grades=grades, validity_days=90))
    assert built.scorecard.valid_days == 90
    assert built.document["grades"] == grades


def test_grades_with_a_gap_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    grades = [{"grade": "A", "from": 560}, {"grade": "B", "below": 550}]
    with pytest.raises(ScorecardError, match="/grades"):
        Built(tmp_path, lambda document: document.update(grades=grades))
    assert not (tmp_path / "tiny.json").exists()


def test_the_penalty_is_chosen_without_the_held_out_rows(tmp_path: Path, built: Built) -> None:
    made = rows(600)
    for row in built.parts.held_out:
        made[row][:3] = ["1", "6", "own"]
    (tmp_path / "first").mkdir()
    document = build_scorecard(
        data_file(tmp_path, *lines(made)), spec_file(tmp_path), tmp_path / "tiny.json", lambda *_: None
    )
    assert document["characteristics"] == built.document["characteristics"]


def test_the_command_writes_artefact_and_document(tmp_path: Path) -> None:
    spec, data, report = spec_file(tmp_path), data_file(tmp_path, *lines(rows(600))), tmp_path / "tiny.html"
    command = ["build", "--data", str(data), "--spec", str(spec), "--report", str(report)]
    ran = CliRunner().invoke(app, command)
    assert ran.exit_code == 0, ran.output
    assert "warning: the sample holds only accepted" in " ".join(ran.output.split())
    assert (tmp_path / "tiny.json").exists()
    assert "Tiny loan, application scorecard" in report.read_text(encoding="utf-8")
    assert CliRunner().invoke(app, [*command, "--check"]).exit_code == 0


@pytest.mark.parametrize("broken", ["spec", "data", "missing"])
def test_the_command_says_what_is_wrong_and_writes_nothing(tmp_path: Path, broken: str) -> None:
    spec, data = spec_file(tmp_path), data_file(tmp_path, *lines(rows(10)))
    if broken == "spec":
        spec.write_text("format: nothing", encoding="utf-8")
    if broken == "missing":
        data.unlink()
    ran = CliRunner().invoke(app, ["build", "--data", str(data), "--spec", str(spec)])
    assert ran.exit_code == 1
    assert ran.output.strip() and "Traceback" not in ran.output
    assert not (tmp_path / "tiny.json").exists()
