"""`assay backtest` and `assay policy sql`, from the options to files and exit codes."""

import csv
import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from services.cli import app
from services.migrate import PROJECT
from shared.canonical import content_hash
from shared.yaml import load_yaml
from tests.kit.platform import SOLID

_CATALOGUE = PROJECT / "deploy" / "catalogue"
_LIVE = _CATALOGUE / "policies" / "consumer-loan.yaml"
_SCORES = (400, 505, 540, 575, 620)


@pytest.fixture
def candidate(tmp_path: Path) -> Path:
    """The live policy, which gives only half of what is asked for at 520 to 560 points."""
    policy = load_yaml(_LIVE.read_text())
    del policy["cases"]
    policy["version"] = 99
    policy["grade"]["rows"][0]["when"]["score"] = ">= 600"
    policy["grade"]["rows"][1]["when"]["score"] = "[580..600)"
    policy["grade"]["rows"][2]["when"]["score"] = "[570..580)"
    policy["grade"]["rows"][3]["when"]["score"] = "[500..570)"
    path = tmp_path / "candidate.yaml"
    path.write_text(yaml.safe_dump(policy, allow_unicode=True, sort_keys=False))
    return path


@pytest.fixture
def loans(tmp_path: Path) -> Path:
    """Five applications that differ in their score."""
    return _write(tmp_path / "loans.csv", [_loan(score) for score in _SCORES])


def _loan(score: int, **change: Any) -> dict[str, Any]:
    known = {"reference": f"loan {score}", "as_of": "2026-03-01", "bad": "false", "requested_amount": "2500.00"}
    return {**known, **SOLID, "score": score, "pd": "0.030000", **change}


def _write(path: Path, rows: list[dict[str, Any]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def _run(*arguments: Any) -> Result:
    return CliRunner().invoke(app, ["backtest", *(str(each) for each in arguments)])


def test_a_file_becomes_a_report_in_the_terminal_as_json_and_as_a_page(
    loans: Path, candidate: Path, tmp_path: Path
) -> None:
    written = {form: tmp_path / f"report.{form}" for form in ("json", "html")}
    ran = _run(loans, "--live", _LIVE, "--candidate", candidate, "--json", written["json"], "--html", written["html"])
    assert ran.exit_code == 0, ran.output
    assert "consumer-loan-standard 99 against consumer-loan-standard 2" in ran.stdout
    report = json.loads(written["json"].read_text())
    assert report["data"]["rows"] == len(_SCORES)
    assert report["swap_out"]["population"]["count"] == 1
    assert [example["reference"] for example in report["swap_out"]["examples"]] == ["loan 540"]
    assert report["live"]["content_hash"] == content_hash(load_yaml(_LIVE.read_text()))
    assert report["candidate"]["content_hash"] == content_hash(load_yaml(candidate.read_text()))
    assert "<script" not in written["html"].read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "candidate.yaml",
        "loans.csv",
        "report.html",
        "report.json",
    ]


def test_all_engines_report_the_same(loans: Path, candidate: Path, tmp_path: Path) -> None:
    found = []
    for engine in ("duckdb", "rows"):
        path = tmp_path / f"{engine}.json"
        ran = _run(loans, "--live", _LIVE, "--candidate", candidate, "--engine", engine, "--json", path)
        assert ran.exit_code == 0, ran.output
        report = json.loads(path.read_text())
        assert {report[side]["engine"] for side in ("live", "candidate")} == {engine}
        found.append({part: report[part] for part in ("matrix", "reasons", "grades", "swap_out", "queues", "overall")})
    assert found[0] == found[1]


def test_a_row_that_does_not_fit_is_named_and_the_earlier_report_stays(
    loans: Path, candidate: Path, tmp_path: Path
) -> None:
    _write(loans, [_loan(620), _loan(600, requested_amount="a lot of money")])
    report = tmp_path / "report.json"
    report.write_text("the report of yesterday")
    ran = _run(loans, "--live", _LIVE, "--candidate", candidate, "--json", report)
    assert ran.exit_code == 2
    assert "loans.csv, row 3, column requested_amount" in ran.stderr
    assert "a lot of money" not in ran.output
    assert report.read_text() == "the report of yesterday"
    ran = _run(loans, "--live", _LIVE, "--candidate", candidate, "--json", report, "--bad-rows", "report")
    assert ran.exit_code == 0, ran.output
    data = json.loads(report.read_text())["data"]
    assert (data["rows"], data["rejected"]) == (1, 1)


def test_a_policy_with_faults_is_shown_where_they_are(loans: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(_LIVE.read_text().replace("score: '>= 590'", "scoore: '>= 590'"))
    ran = _run(loans, "--live", _LIVE, "--candidate", broken)
    assert ran.exit_code == 2
    assert "broken.yaml:" in ran.stderr
    assert "scoore" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--live", _LIVE], "either a file"),
        (["nowhere.csv"], "--live"),
        (["nowhere.csv", "--live", "nowhere.yaml"], "nowhere.yaml"),
        (["nowhere.csv", "--live", _LIVE], "nowhere.csv"),
        (["nowhere.csv", "--live", _LIVE, "--decisions"], "either a file"),
        (["nowhere.csv", "--live", _LIVE, "--since", "2026-01-01"], "--since"),
        (["nowhere.csv", "--live", _LIVE, "--product", "sme-loan"], "consumer-loan"),
        (["nowhere.csv", "--live", _CATALOGUE / "policies" / "sme-loan.yaml"], "sme-loan"),
        (["nowhere.csv", "--live", _LIVE, "--json", "/nowhere/at/all.json"], "no such directory"),
        (["nowhere.csv", "--live", _LIVE, "--memory", "a lot"], "--memory"),
        (["nowhere.csv", "--live", _LIVE, "--map", "nowhere.yaml"], "nowhere.yaml"),
        (["--decisions"], "--product"),
    ],
)
def test_what_cannot_be_used_is_said_with_exit_code_2(candidate: Path, arguments: list[Any], words: str) -> None:
    ran = _run("--candidate", candidate, *arguments)
    assert (ran.exit_code, words in ran.stderr) == (2, True), ran.output


def test_an_interrupted_backtest_writes_nothing(candidate: Path, tmp_path: Path) -> None:
    endless, report = tmp_path / "endless.csv", tmp_path / "report.json"
    os.mkfifo(endless)
    command = [sys.executable, "-m", "services.cli", "backtest", endless, "--live", _LIVE, "--candidate", candidate]
    with subprocess.Popen([*command, "--json", report], stderr=subprocess.PIPE, text=True) as process:
        # Opening it waits until it is read from. The first signal asks to stop, the second does not wait for that.
        with endless.open("w"):
            process.send_signal(signal.SIGINT)
            while not select.select([process.stderr], [], [], 0.1)[0]:
                process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    assert (process.returncode, "interrupted" in errors) == (130, True)
    assert not report.exists()


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "spark", "trino", "snowflake", "bigquery"])
@pytest.mark.parametrize("form", [[], ["--named"]])
def test_a_policy_is_printed_as_sql_of_each_engine(dialect: str, form: list[str]) -> None:
    policy = _CATALOGUE / "policies" / "trade-credit.yaml"
    ran = CliRunner().invoke(app, ["policy", "sql", str(policy), "--dialect", dialect, "--source", "lake.loans", *form])
    assert ran.exit_code == 0, ran.output
    head, *_ = ran.stdout.splitlines()
    assert head.startswith("-- trade-credit-standard, version ")
    assert head.endswith(content_hash(load_yaml(policy.read_text())))
    assert "lake.loans" in ran.stdout.replace("`", "").replace('"', "")
