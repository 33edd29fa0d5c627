"""Backtests of real loans, as a risk analyst runs them, with figures held to independent counts over the files."""

import csv
import gzip
import json
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from services.cli import app

DEPLOY = Path(__file__).parents[3] / "deploy"
EXAMPLE = DEPLOY / "examples/sba"


def backtest(folder: Path, *arguments: str | Path) -> dict[str, Any]:
    """Return the JSON report of `assay backtest`; the page is beside it."""
    told = [
        "backtest",
        *map(str, arguments),
        "--json",
        str(folder / "report.json"),
        "--html",
        str(folder / "report.html"),
    ]
    result = CliRunner().invoke(app, told)
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return document


@pytest.fixture(scope="module")
def loans(sba: Path) -> list[dict[str, str]]:
    with gzip.open(sba, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def page(sba_report: tuple[dict[str, Any], str]) -> str:
    return sba_report[1]


@pytest.fixture(scope="module")
def found(sba_report: tuple[dict[str, Any], str]) -> dict[str, Any]:
    return sba_report[0]


@pytest.fixture(scope="module")
def sba_report(sba: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    folder = tmp_path_factory.mktemp("sba")
    policies = [f"--{name}={EXAMPLE}/policies/{name}.yaml" for name in ("live", "candidate")]
    document = backtest(folder, sba, "--catalogue", EXAMPLE, "--map", EXAMPLE / "data-map.yaml", *policies)
    return document, (folder / "report.html").read_text()


def test_every_loan_of_the_file_is_decided_and_its_performance_known_or_said_to_be_unknown(
    found: dict[str, Any], loans: list[dict[str, str]]
) -> None:
    status = Counter(loan["MIS_Status"] for loan in loans)
    data = found["data"]
    assert (data["rows"], data["rejected"]) == (22_427, 0)
    assert (data["bad"], data["with_performance"]) == (status["CHGOFF"], status["CHGOFF"] + status["P I F"])
    assert sum(cell["count"] for cell in found["matrix"]) == 22_427
    assert sum(cell["requested_minor"] for cell in found["matrix"]) == sum(int(loan["GrAppv"]) * 100 for loan in loans)


def test_a_reason_that_rests_on_one_column_is_given_as_often_as_the_file_says(
    found: dict[str, Any], loans: list[dict[str, str]]
) -> None:
    counts = {line["code"]: line["candidate"] for line in found["reasons"] if line["outcome"] == "decline"}
    small = sum(Decimal(loan["SBA_Appv"]) / Decimal(loan["GrAppv"]) < Decimal("0.49995") for loan in loans)
    assert counts["GUARANTEE_MISSING"] == small
    assert counts["TERM_TOO_LONG"] == sum(int(loan["Term"]) > 300 for loan in loans)


def test_segments_have_every_loan_with_its_performance(found: dict[str, Any], loans: list[dict[str, str]]) -> None:
    states = next(segment for segment in found["segments"] if segment["name"] == "state")
    rows = Counter(loan["State"] for loan in loans)
    bad = Counter(loan["State"] for loan in loans if loan["MIS_Status"] == "CHGOFF")
    assert states["others"] is None or states["others"]["rows"] > 0
    for each in states["values"]:
        cut = each["slice"]
        assert cut["rows"] == rows[each["value"] or ""]
        sets = (cut[name]["bad"] for name in ("granted_by_both", "swap_in", "swap_out", "granted_by_neither"))
        assert sum(sets) == bad[each["value"] or ""]


def test_the_committee_reads_what_the_file_cannot_show(found: dict[str, Any], page: str) -> None:
    warned = {warning["code"] for warning in found["warnings"]}
    assert {"no_protected_attribute", "no_pd", "performance_of_another_policy", "recorded_otherwise"} <= warned
    assert "booked under another policy" in " ".join(found["swap_in"]["statements"])
    assert "That is not a pass" in page
    assert len(page.encode()) < 1_000_000


def test_the_candidate_gives_up_worse_business_than_it_gains(found: dict[str, Any]) -> None:
    gained, given_up = (Decimal(found[name]["population"]["observed_bad"]["value"]) for name in ("swap_in", "swap_out"))
    assert gained < Decimal(found["overall"]["live"]["granted"]["observed_bad"]["value"]) < given_up


def test_examples_are_loans_of_the_file_with_the_rules_of_both_policies(
    found: dict[str, Any], loans: list[dict[str, str]]
) -> None:
    known = {loan["LoanNr_ChkDgt"] for loan in loans}
    for name in ("swap_in", "swap_out"):
        assert len(found[name]["examples"]) == 5
        for example in found[name]["examples"]:
            assert example["reference"] in known
            assert example["live"]["account"] and example["candidate"]["account"]
            assert example["live"]["trace"] and example["candidate"]["trace"]


def test_adverse_impact_is_told_by_sex_and_age_of_german_applicants(german_credit: Path, tmp_path: Path) -> None:
    product = yaml.safe_load((DEPLOY / "catalogue/products/consumer-loan.yaml").read_text())
    columns = set(german_credit.read_text().splitlines()[0].split(","))
    facts: dict[str, Any] = {name: name for name in product["facts"] if name in columns}
    status = "personal_status_and_sex"
    sexes = {value: value.split(":")[0] for value in product["facts"][status]["values"]}
    data_map = {
        "product": "consumer-loan",
        "as_of": {"constant": date(2026, 11, 21)},
        "facts": facts | {"requested_amount": "credit_amount"},
        "performance": {"column": "class", "bad": ["bad"], "good": ["good"]},
        "protected": {"sex": {"column": status, "values": sexes}, "age": {"fact": "age_years", "bands": [25, 40, 60]}},
    }
    policy = yaml.safe_load((DEPLOY / "catalogue/policies/consumer-loan.yaml").read_text())
    grades = [
        {"when": {"score": test}, "grade": grade}
        for test, grade in (
            (">= 590", "A"),
            ("[560..590)", "B"),
            ("[540..560)", "C"),
            ("[500..540)", "D"),
            ("< 500", "E"),
        )
    ]
    stricter = policy | {"version": policy["version"] + 1, "grade": policy["grade"] | {"rows": grades}, "cases": []}
    paths = {}
    for name, document in (("map", data_map), ("candidate", stricter)):
        paths[name] = tmp_path / f"{name}.yaml"
        paths[name].write_text(yaml.safe_dump(document, allow_unicode=True, sort_keys=False))
    found = backtest(
        tmp_path,
        german_credit,
        *("--map", paths["map"], "--live", DEPLOY / "catalogue/policies/consumer-loan.yaml"),
        *("--candidate", paths["candidate"], "--scorecard", DEPLOY / "catalogue/scorecards/consumer-loan.json"),
    )
    impact = {each["attribute"]: each for each in found["adverse_impact"]}
    assert {group["value"]: group["rows"] for group in impact["sex"]["groups"]} == {"male": 690, "female": 310}
    for each in impact.values():
        rates = {group["value"]: group["candidate"]["approved"] for group in each["groups"]}
        reference = rates[each["candidate_reference"]]
        for group in each["groups"]:
            own, ratio = rates[group["value"]], group["candidate"]["impact_ratio"]
            assert ratio["numerator"] * own["denominator"] * reference["numerator"] == (
                ratio["denominator"] * own["numerator"] * reference["denominator"]
            )
    assert found["overall"]["live"]["granted"]["expected_bad"] is not None
