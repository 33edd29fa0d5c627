"""Files become exact facts, or are refused by row and column, without the values."""

import gzip
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from services.scorecards.build.reading import read_sample
from services.scorecards.build.spec import BuildError
from tests.scorecards.build.made import HEADER, data_file, lines, rows, tiny_spec

GOOD = "12,6,own,0.25,true,f,2020-01-01,paid"
BAD = "7.50,-1,rent,0.5,false,m,2020-01-02,default"


def test_rows_become_exact_facts_and_missing_codes_are_missing(tmp_path: Path) -> None:
    path = data_file(tmp_path, GOOD, BAD, "8,?,,?,,f,2020-01-03,paid")
    sample = read_sample(path, tiny_spec(tmp_path))
    assert [sample.facts(row) for row in range(3)] == [
        {"requested_amount": 1200, "months": 6, "tenure": "own", "share": Decimal("0.2500"), "member": True},
        {"requested_amount": 750, "months": -1, "tenure": "rent", "share": Decimal("0.5000"), "member": False},
        {"requested_amount": 800},
    ]
    assert sample.bads.tolist() == [False, True, False]
    assert sample.protected["sex"].labels == ("f", "m")


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.5e-1", "0.1500"), ("0.00004999", "0.0000"), ("0.00005", "0.0001"), ("-2E2", "-200.0000"), (".5", "0.5000")],
)
def test_decimals_are_rounded_to_the_places_of_the_fact(tmp_path: Path, text: str, value: str) -> None:
    sample = read_sample(data_file(tmp_path, GOOD.replace("0.25", text), BAD), tiny_spec(tmp_path))
    assert sample.facts(0)["share"] == Decimal(value)


def test_a_compressed_file_and_a_parquet_file_give_the_same_facts(tmp_path: Path) -> None:
    spec = tiny_spec(tmp_path)
    path = data_file(tmp_path, *lines(rows(200)))
    packed, parquet = tmp_path / "data.csv.gz", tmp_path / "data.parquet"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    typed = "TRY_CAST(share AS DOUBLE) AS share, TRY_CAST(months AS INTEGER) AS months, CAST(day AS DATE) AS day"
    with duckdb.connect() as db:
        db.execute(f"CREATE TABLE texts AS FROM read_csv('{path}', all_varchar = true, header = true)")
        db.execute(f"COPY (SELECT * REPLACE ({typed}) FROM texts) TO '{parquet}'")
    plain = read_sample(path, spec)
    for other in (read_sample(packed, spec), read_sample(parquet, spec)):
        assert [other.facts(row) for row in range(200)] == [plain.facts(row) for row in range(200)]
        assert other.bads.tolist() == plain.bads.tolist()


def test_rows_keep_the_order_of_the_file(tmp_path: Path) -> None:
    made = rows(3000)
    sample = read_sample(data_file(tmp_path, *lines(made)), tiny_spec(tmp_path))
    assert [sample.facts(row)["requested_amount"] for row in range(3000)] == [int(cells[0]) * 100 for cells in made]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([GOOD, BAD.replace("-1", "six")], "row 3, column months: is not an integer"),
        ([GOOD, BAD.replace("-1", "6.5")], "row 3, column months: is not an integer"),
        ([GOOD, BAD.replace("-1", "2000")], "row 3, column months: is not an integer between -1 and 1000"),
        ([GOOD, BAD.replace("rent", "castle")], "row 3, column tenure: is not one of the values"),
        ([GOOD, BAD.replace("0.5", "half")], "row 3, column share: is not a number"),
        ([GOOD, BAD.replace("0.5", "NaN")], "row 3, column share: is not a number"),
        ([GOOD, BAD.replace("0.5", "1e30")], "row 3, column share: is not a number"),
        ([GOOD, BAD.replace("false", "1")], "row 3, column member: is not true or false"),
        ([GOOD, BAD.replace("default", "perhaps")], "row 3, column outcome: is neither good nor bad (1 row)"),
        ([GOOD, BAD.replace("default", "")], "row 3, column outcome: is neither good nor bad (1 row)"),
        ([GOOD, BAD.replace(",default", "")], "fewer cells than the header"),
        ([GOOD, BAD + ",more"], "more cells than the header"),
        ([GOOD, BAD.replace("2020-01-02", "")], "row 3, column day"),
        ([GOOD, GOOD], "both goods and bads"),
        ([], "no rows"),
    ],
)
def test_data_that_do_not_fit_the_spec_are_refused_by_row_and_column(
    tmp_path: Path, content: list[str], words: str
) -> None:
    with pytest.raises(BuildError) as refused:
        read_sample(data_file(tmp_path, *content), tiny_spec(tmp_path))
    assert words in str(refused.value)
    assert "castle" not in str(refused.value) and "perhaps" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (HEADER.encode() + b"\n12,6,\xfc,0.1,true,f,2020-01-01,paid\n", "not UTF-8 text"),
        (f"{HEADER}\n{GOOD}\n".encode("utf-16"), "is UTF-16 text"),
        (HEADER.encode() + b"\n12,6,\0own,0.1,true,f,2020-01-01,paid\n", "NUL byte"),
        (b"", "is empty"),
        (b"PK\x03\x04 and more", "save it as CSV"),
        (b"PAR1 and more", "no Parquet file"),
        (gzip.compress(HEADER.encode() * 99, mtime=0)[:60], "cut short"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    with pytest.raises(BuildError, match=words):
        read_sample(path, tiny_spec(tmp_path))


def test_a_column_that_the_spec_does_not_name_or_the_data_do_not_have_is_refused(tmp_path: Path) -> None:
    path = data_file(tmp_path, f"{GOOD},1", f"{BAD},1", header=f"{HEADER},mood".replace("months", "weeks"))
    with pytest.raises(BuildError, match="same columns: months, mood, weeks"):
        read_sample(path, tiny_spec(tmp_path))


def test_rows_that_are_neither_good_nor_bad_can_be_left_out_and_are_counted(tmp_path: Path) -> None:
    spec = tiny_spec(tmp_path, lambda document: document["target"].update(indeterminate=["arrears"]))
    sample = read_sample(data_file(tmp_path, GOOD, GOOD.replace("paid", "arrears"), BAD), spec)
    assert (len(sample), sample.dropped) == (2, 1)


def test_targets_may_be_whole_numbers(tmp_path: Path) -> None:
    spec = tiny_spec(tmp_path, lambda document: document["target"].update(bad=[1], good=[0]))
    path = data_file(tmp_path, GOOD.replace("paid", "0"), BAD.replace("default", "1"))
    assert read_sample(path, spec).bads.tolist() == [False, True]


def test_facts_can_be_worked_out_from_others(tmp_path: Path) -> None:
    def change(document: dict) -> None:
        document["data"]["facts"]["share"] = {"expression": "requested_amount / (requested_amount + requested_amount)"}
        document["excluded"]["share"] = "worked out instead"

    sample = read_sample(data_file(tmp_path, GOOD, BAD), tiny_spec(tmp_path, change))
    assert sample.facts(0)["share"] == Decimal("0.5000")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"nothing\.csv"):
        read_sample(tmp_path / "nothing.csv", tiny_spec(tmp_path))
