"""`assay score` as its user runs it: what it writes, what it says, and that a file is there whole or not at all."""

import gzip
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from click.testing import Result
from typer.testing import CliRunner

from services.cli import app
from services.migrate import PROJECT
from tests.scorecards.batch.conftest import read

_CATALOGUE = PROJECT / "deploy" / "catalogue"
_HEADER = (
    "id,checking_status,credit_history,duration_months,requested_amount,savings_status,employment_since,"
    "property,purpose,other_installment_plans,housing"
)
_GOOD = "A{},no checking account,delay in paying off in the past,12,1500.50,,4<=..<7 years,real estate,others,none,own"
_POOR = "A{},<0 DM,all credits at this bank paid back duly,48,9000,<100 DM,unemployed,,education,bank,rent"


def _score(file: Path, *options: str, out: Path) -> Result:
    return CliRunner().invoke(app, _arguments(file, *options, out=out))


def _arguments(file: Path, *options: str, out: Path) -> list[str]:
    scorecard, product = (
        _CATALOGUE / "scorecards" / "consumer-loan.json",
        _CATALOGUE / "products" / "consumer-loan.yaml",
    )
    given = ["score", str(file), "--out", str(out), "--scorecard", str(scorecard), "--product", str(product)]
    return [*given, *options]


def _written(folder: Path, *lines: str, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([_HEADER, *(line.format(at) for at, line in enumerate(lines))]) + "\n")
    return path


def test_each_row_gets_its_score_pd_and_reasons_beside_what_is_carried(tmp_path: Path) -> None:
    out = tmp_path / "scores.csv"

    done = _score(_written(tmp_path, _GOOD, _POOR), "--carry", "id", "--points", out=out)

    assert (done.exit_code, done.stdout) == (0, "")
    good, poor = read(out)
    assert (good["id"], poor["id"]) == ("A0", "A1")
    assert good["score"] > poor["score"]
    assert good["pd"] < poor["pd"]
    assert poor["reason_1"] is not None
    assert poor["shortfall_1"] >= poor["shortfall_2"]
    assert sum(value for name, value in good.items() if name.startswith("points_")) == good["score"]


def test_a_compressed_file_and_a_parquet_file_give_the_same_scores(tmp_path: Path) -> None:
    plain = _written(tmp_path, _GOOD, _POOR)
    packed = tmp_path / "rows.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    with duckdb.connect() as db:
        db.execute(f"COPY (FROM read_csv('{plain}')) TO '{tmp_path / 'rows.parquet'}' (FORMAT parquet)")

    outs = [tmp_path / name for name in ("one.parquet", "two.csv.gz", "three.csv")]
    for file, out in zip((plain, packed, tmp_path / "rows.parquet"), outs, strict=True):
        assert _score(file, "--carry", "id", out=out).exit_code == 0

    first, second, third = (_told(out) for out in outs)
    assert first == second == third


def _told(out: Path) -> list[tuple[str, ...]]:
    return [tuple(str(row[name]) for name in ("id", "score", "reason_1", "reason_4")) for row in read(out)]


def test_rows_that_cannot_be_read_are_listed_apart_and_the_others_scored(tmp_path: Path) -> None:
    spoilt = _GOOD.replace("12,", "soon,", 1)
    without_amount = _GOOD.replace("1500.50", "")
    file = _written(tmp_path, _GOOD, spoilt, without_amount, "A{},too short", _POOR)
    out = tmp_path / "scores.csv"

    done = _score(file, "--carry", "id", out=out)

    assert done.exit_code == 1
    assert "3 rows can't be read" in done.stderr
    assert [row["id"] for row in read(out)] == ["A0", "A4"]
    rejected = read(tmp_path / "scores.rejected.csv")
    assert [(row["row"], row["column"]) for row in rejected] == [
        (3, "duration_months"),
        (4, "requested_amount"),
        (5, None),
    ]
    assert "soon" not in (tmp_path / "scores.rejected.csv").read_text()


def test_a_fact_that_no_column_gives_is_refused_and_not_missing_in_every_row(tmp_path: Path) -> None:
    file = _written(tmp_path, _GOOD)
    file.write_text(file.read_text().replace("housing", "housings"))
    out = tmp_path / "scores.csv"

    refused = _score(file, out=out)
    accepted = _score(file, "--absent", "housing", out=out)

    assert refused.exit_code == 2
    assert "the model reads `housing`, and nothing says where it is; did you mean `housings`?" in refused.stderr
    assert accepted.exit_code == 0


def test_a_data_map_says_how_columns_become_facts(tmp_path: Path) -> None:
    plain = _written(tmp_path, _GOOD, _POOR)
    lines = plain.read_text().replace("requested_amount", "Betrag").replace("1500.50", "1.500,50").splitlines()
    file = tmp_path / "german.csv"
    file.write_text("\n".join(line.replace(",", ";").replace("1.500;50", "1.500,50") for line in lines) + "\n")
    names = [name for name in _HEADER.split(",") if name not in ("id", "requested_amount")]
    data_map = tmp_path / "map.yaml"
    data_map.write_text(
        "product: consumer-loan\ndelimiter: ';'\nfacts:\n"
        "  requested_amount: {column: Betrag, ignore: '.', decimal_mark: ','}\n"
        + "".join(f"  {name}: {name}\n" for name in names)
    )

    assert _score(plain, out=tmp_path / "one.csv").exit_code == 0
    assert _score(file, "--data-map", str(data_map), out=tmp_path / "two.csv").exit_code == 0

    assert read(tmp_path / "one.csv") == read(tmp_path / "two.csv")


@pytest.mark.parametrize(("number", "code", "unfinished"), [(signal.SIGKILL, -9, 1), (signal.SIGTERM, 130, 0)])
def test_a_run_that_is_killed_leaves_what_was_there(
    tmp_path: Path, number: signal.Signals, code: int, unfinished: int
) -> None:
    small = _written(tmp_path, _GOOD, _POOR)
    out, file = tmp_path / "scores.parquet", tmp_path / "many.parquet"
    assert _score(small, out=out).exit_code == 0
    before = out.read_bytes()
    with duckdb.connect() as db:
        db.execute(f"COPY (SELECT c.* FROM read_csv('{small}') AS c, range(1_000_000)) TO '{file}' (FORMAT parquet)")

    command = [sys.executable, "-c", "from services.cli import main; main()", *_arguments(file, out=out)]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(PROJECT)})
    while running.poll() is None and not list(tmp_path.glob(".scores.parquet.*")):
        time.sleep(0.01)
    running.send_signal(number)
    running.communicate()

    assert (running.returncode, out.read_bytes() == before) == (code, True)
    assert len(list(tmp_path.glob(".scores.parquet.*"))) == unfinished


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--carry", "score_of_last_year"], "there is no such column to carry"),
        (["--carry", "housing", "--carry", "housing"], "`housing` would stand twice in the output"),
        (["--absent", "income"], "`income` is no fact that the model reads"),
        (["--absent", "requested_amount"], "`requested_amount` is required by consumer-loan"),
        (["--memory", "much"], "--memory is a size such as 500MB or 4GB"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(tmp_path: Path, options: list[str], words: str) -> None:
    out = tmp_path / "scores.csv"

    done = _score(_written(tmp_path, _GOOD), *options, out=out)

    assert (done.exit_code, words in done.stderr, out.exists()) == (2, True, False)


def test_a_tampered_artefact_scores_nothing(tmp_path: Path) -> None:
    artefact = tmp_path / "scorecard.json"
    text = (_CATALOGUE / "scorecards" / "consumer-loan.json").read_text()
    artefact.write_text(text.replace('"points": 83', '"points": 84', 1))
    out = tmp_path / "scores.csv"

    done = _score(_written(tmp_path, _GOOD), "--scorecard", str(artefact), out=out)

    assert (done.exit_code, out.exists()) == (2, False)
    assert "/content_hash: is not the hash of this document" in done.stderr


def test_other_files_are_refused_by_what_they_are(tmp_path: Path) -> None:
    sheet, out = tmp_path / "rows.xlsx", tmp_path / "scores.csv"
    sheet.write_bytes(b"PK\x03\x04 and so on")
    shutil.copy(_written(tmp_path, _GOOD), tmp_path / "same.csv")

    assert "is a spreadsheet" in _score(sheet, out=out).stderr
    assert "--out ends in one of" in _score(tmp_path / "same.csv", out=tmp_path / "scores.xlsx").stderr
    assert "is what is to be scored" in _score(tmp_path / "same.csv", out=tmp_path / "same.csv").stderr
