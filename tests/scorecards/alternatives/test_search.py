"""The search on made-up data in which one characteristic stands for the sex of the applicant."""

import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.scorecards.alternatives.page import alternatives_page
from services.scorecards.alternatives.report import Bargain, search_alternatives
from services.scorecards.build.spec import BuildError
from services.scorecards.commands import app
from tests.scorecards.build.made import Change, data_file, lines, rows, spec_file

SEX, TENURE, OUTCOME = 5, 2, -1


def rows_with_a_proxy() -> list[list[str]]:
    """Men rent, women own; renting says little of the outcome beyond that."""
    chance = random.Random(5)
    made = rows(1600, seed=3)
    for cells in made:
        cells[TENURE] = "rent" if (cells[SEX] == "m") == (chance.random() < 0.9) else "own"
        if cells[TENURE] == "rent" and chance.random() < 0.12:
            cells[OUTCOME] = "default"
    return made


def search(folder: Path, change: Change = lambda _: None, bargain: Bargain | None = None) -> dict[str, Any]:
    data = data_file(folder, *lines(rows_with_a_proxy()))
    return search_alternatives(
        data, spec_file(folder, change), bargain or Bargain(Decimal("0.02")), lambda _step, _done, _of: None
    )


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return search(tmp_path_factory.mktemp("search"))


def named(report: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in report["candidates"] if each["name"] == name)
    return found


def test_leaving_out_what_stands_for_the_sex_is_found(report: dict[str, Any]) -> None:
    first, found = report["candidates"][0], named(report, "without tenure")
    assert found["qualifies"]
    assert Decimal(found["lowest_impact_ratio"]) > Decimal(first["lowest_impact_ratio"]) + Decimal("0.05")
    assert "tenure" in first["characteristics"]
    assert "tenure" not in found["characteristics"]


def test_the_scorecard_of_the_spec_comes_first_and_does_not_differ_from_itself(report: dict[str, Any]) -> None:
    first = report["candidates"][0]
    assert first["kind"] == "as the spec says"
    assert first["auc_difference"]["p_value"] == "1.0000"
    assert not first["qualifies"]


def test_what_costs_too_much_ranking_does_not_qualify(report: dict[str, Any]) -> None:
    for each in report["candidates"]:
        if Decimal(each["auc_difference"]["estimate"]) < -Decimal(report["auc_loss"]):
            assert not each["qualifies"]


def test_nothing_on_the_frontier_is_beaten_in_both(report: dict[str, Any]) -> None:
    figures = [
        (Decimal(each["auc"]["estimate"]), Decimal(each["lowest_impact_ratio"])) for each in report["candidates"]
    ]
    for each, mine in zip(report["candidates"], figures, strict=True):
        beaten = any(other != mine and other[0] >= mine[0] and other[1] >= mine[1] for other in figures)
        assert each["on_frontier"] is not beaten


def test_every_scorecard_is_judged_against_the_same_group_at_about_the_same_approval_rate(
    report: dict[str, Any],
) -> None:
    assert len({each["fairness"][0]["reference"] for each in report["candidates"]}) == 1
    assert all(Decimal("0.7") < Decimal(each["approval_rate"]) < Decimal("0.9") for each in report["candidates"])


def test_the_same_data_and_spec_give_the_same_report(report: dict[str, Any], tmp_path: Path) -> None:
    assert json.dumps(search(tmp_path)) == json.dumps(report)


def test_a_greater_gain_is_asked_of_fewer(report: dict[str, Any], tmp_path: Path) -> None:
    found = search(tmp_path, bargain=Bargain(Decimal("0.02"), Decimal("0.9")))
    assert not any(each["qualifies"] for each in found["candidates"])
    assert "None of them qualifies." in alternatives_page(found)


def test_a_characteristic_that_the_analyst_forced_in_is_never_left_out(tmp_path: Path) -> None:
    def force(spec: dict[str, Any]) -> None:
        spec["characteristics"]["tenure"] |= {"force": "in", "why": "the policy needs it"}

    assert not any("tenure" in each["without"] for each in search(tmp_path, force)["candidates"])


def test_the_page_names_what_qualifies_and_says_how_to_read_it(report: dict[str, Any]) -> None:
    page = alternatives_page(report)
    assert "without tenure" in page
    assert "confirm an alternative on rows that this search has not seen" in page
    assert "<script" not in page


def test_data_without_a_protected_attribute_can_not_be_searched(tmp_path: Path) -> None:
    def unprotect(spec: dict[str, Any]) -> None:
        del spec["data"]["protected"]
        spec["excluded"]["sex"] = "protected attribute"

    with pytest.raises(BuildError, match="no protected attribute"):
        search(tmp_path, unprotect)


@pytest.mark.parametrize(("loss", "gain"), [("1", "0"), ("-0.1", "0"), ("0", "1"), ("0", "-1")])
def test_a_bargain_that_makes_no_sense_is_refused(loss: str, gain: str) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Bargain(Decimal(loss), Decimal(gain))


def test_the_command_writes_report_and_page_or_says_what_is_wrong(tmp_path: Path) -> None:
    data = data_file(tmp_path, *lines(rows_with_a_proxy()))
    given = ["alternatives", "--data", str(data), "--spec", str(spec_file(tmp_path)), "--out"]
    done = CliRunner().invoke(app, [*given, str(tmp_path / "found.json"), "--auc-loss", "0.02"])
    assert done.exit_code == 0
    assert "without tenure: AUC" in done.output
    report = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert (tmp_path / "found.html").read_text(encoding="utf-8") == alternatives_page(report)
    assert CliRunner().invoke(app, [*given, str(tmp_path / "x.json"), "--auc-loss", "much"]).exit_code == 2
    missing = [*given[:2], str(tmp_path / "none.csv"), *given[3:], str(tmp_path / "y.json")]
    assert CliRunner().invoke(app, missing).exit_code == 1
    assert not (tmp_path / "y.json").exists()
