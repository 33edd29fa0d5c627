"""Files that are not what they should be: refused with the place and the reason, or set aside row by row."""

import gzip
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from services.backtests.inputs import InputError, parse_map, read_file, read_map
from services.migrate import PROJECT
from shared.products import Product, parse_product
from shared.yaml import load_yaml
from tests.backtests.inputs.conftest import Read

Rows = Callable[[str], list[Any]]
_HEAD = "reference,as_of,requested_amount,term_months\n"
_EXAMPLE = PROJECT / "deploy" / "examples" / "sba"
_SBA = Path(__file__).parents[3] / "../shared/data/sba/sba_national_head22427.csv.gz"


def _rows(*lines: str) -> str:
    return _HEAD + "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        ("  \n", "is empty"),
        (_HEAD, "has a header and no rows"),
        ("a,b,a\n1,2,3\n", "row 1, column a: stands twice in the header"),
        ("a,,c\n1,2,3\n", "row 1: column 2 has no name"),
        (b"PK\x03\x04rest of a workbook", "is a spreadsheet or a zip archive"),
        ("a,b\n1,2\n".encode("utf-16"), "is UTF-16 text"),
        (b"PAR1 and nothing else", "is no Parquet file"),
        (gzip.compress(b"a,b\n" + b"1,2\n" * 5_000, mtime=0)[:-20], "is a gzip file that is cut short"),
        (
            _HEAD.encode() + b"A1,2026-01-31,10,12\nA2,2026-01-31,1\x000,12\n",
            "has a NUL byte: byte 81 of the text, in line 3",
        ),
        (
            _HEAD.encode() + b"A1,2026-01-31,10,12\nM\xfcller,2026-01-31,10,12\n",
            "that is not UTF-8 text: byte 67 of the text, in line 3",
        ),
        (_HEAD.encode() + b"M\xc3", "has half a character of UTF-8 at the end"),
        ("reference,as_of,requested_amount\r\nA1,2026-01-31,1\nA2,2026-01-31,1\r\n", "line ends of different kinds"),
        (_rows('A1,2026-01-31,"10,12', "A2,2026-01-31,10,12"), "row 2: has a quote that is not closed"),
        (_rows('A1,2026-01-31,"10" or so,12', "A2,2026-01-31,10,12"), "row 2: has a quote that is not closed"),
        (_rows("A1,2026-01-31,10,12", "A2,2026-01-31,10"), "row 3: has fewer cells than the header has columns"),
        (_rows("A1,2026-01-31,10,12,7", "A2,2026-01-31,10,12"), "row 2: has more cells than the header has columns"),
        (_rows("A1,2026-01-31,ten,12"), "row 2, column requested_amount: is not an amount of USD"),
        (
            "as_of,requested_amonut\n2026-01-31,10\n",
            "column requested_amonut: is not a fact of small-loan; did you mean `requested_amount`?",
        ),
        ("requested_amount\n10\n", "column as_of: there is no such column"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_place_and_reason(
    read: Read, content: str | bytes, words: str
) -> None:
    with pytest.raises(InputError) as raised:
        read(content)

    assert words in str(raised.value)
    assert str(raised.value).startswith("loans.csv")


def test_a_file_that_is_not_there_is_refused(db: duckdb.DuckDBPyConnection, product: Product, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone.csv: No such file"):
        read_file(db, tmp_path / "gone.csv", product)


def test_rows_that_do_not_fit_are_set_aside_and_counted_and_the_others_keep_their_numbers(
    read: Read, rows: Rows
) -> None:
    content = _rows(
        "A1,2026-01-31,10,12",
        "A2,2026-01-31,10",
        "A3,2026-01-31,10,12,7",
        '"A4\nsecond line",2026-01-31,10,12',
        "A5,2026-01-31,ten,500",
        "A6,2026-01-31,10,12",
    )

    received = read(content, bad_rows="report")

    assert (received.rows, received.rejected_rows) == (3, 3)
    assert rows("SELECT row_id, reference FROM application") == [(2, "A1"), (5, "A4\nsecond line"), (7, "A6")]
    found = rows("SELECT row_no, column_name, reason FROM rejected ORDER BY row_no, column_name")
    assert [(row, column) for row, column, _ in found] == [
        (3, None),
        (4, None),
        (6, "requested_amount"),
        (6, "term_months"),
    ]
    assert "3 rows do not fit the product and were set aside" in received.warnings


def test_a_file_of_which_no_row_fits_is_refused_even_if_rows_may_be_set_aside(read: Read) -> None:
    with pytest.raises(InputError, match="has no row that fits the product"):
        read(_rows("A1,2026-01-31,ten,12"), bad_rows="report")


def test_each_column_that_does_not_fit_is_told_once_with_the_number_of_its_rows(read: Read) -> None:
    with pytest.raises(InputError) as raised:
        read(_rows(*(f"A{at},2026-01-31,{'ten' if at == 7 else 10},{'x' if at % 2 else 12}" for at in range(100))))

    assert [(fault.row, fault.column) for fault in raised.value.faults] == [(3, "term_months"), (9, "requested_amount")]
    assert str(raised.value.faults[0]).endswith("is not an integer between 1 and 120 (and in 49 more rows)")


def test_a_text_in_quotes_may_have_line_ends_and_quotes(read: Read, rows: Rows) -> None:
    read(_rows('"A ""1""\r\nB",2026-01-31,10,12', "A2,2026-01-31,10,12"))

    assert rows("SELECT row_id, reference FROM application") == [(2, 'A "1"\r\nB'), (3, "A2")]


@pytest.mark.parametrize("name", ["loans.csv.gz", "loans [1]*?.csv", "naïve 贷款 'x'.csv"])
def test_a_file_may_be_packed_and_have_any_name(read: Read, rows: Rows, name: str) -> None:
    content = ("\ufeff" + _rows("A1,2026-01-31,10,12")).encode()

    received = read(gzip.compress(content) if name.endswith("gz") else content, name=name)

    assert (received.source, received.rows) == (name, 1)
    assert rows("SELECT reference FROM application") == ["A1"]


def test_a_file_in_latin_1_with_semicolons_is_read_if_the_map_says_so(read: Read, rows: Rows) -> None:
    mapped = {
        "encoding": "latin-1",
        "delimiter": ";",
        "reference": "Kunde",
        "as_of": {"constant": date(2026, 1, 31)},
        "facts": {"requested_amount": {"column": "Betrag", "ignore": ".", "decimal_mark": ","}},
    }

    read("Kunde;Betrag\nMüller;1.234,56\n".encode("latin-1"), mapped)

    assert rows("SELECT reference, requested_amount FROM application") == [("Müller", 123_456)]


def test_blank_lines_are_no_rows_and_the_numbers_say_that_they_do_not_count_them(read: Read) -> None:
    received = read(_rows("A1,2026-01-31,10,12", "", "A2,2026-01-31,10,12", "", ""))

    assert received.rows == 2
    assert any("blank lines" in warning for warning in received.warnings)


def test_what_is_written_in_a_cell_is_never_executed(read: Read, rows: Rows) -> None:
    hostile = "'); DROP TABLE application; --"

    read(_rows(f'"{hostile}",2026-01-31,10,12', "=cmd|' /C calc'!A0,2026-01-31,10,12"))

    assert rows("SELECT reference FROM application") == [hostile, "=cmd|' /C calc'!A0"]


def test_names_of_a_data_map_are_never_executed(read: Read, rows: Rows) -> None:
    hostile = 'x"; DROP TABLE application; --'
    mapped = {
        "as_of": {"constant": date(2026, 1, 31)},
        "facts": {"purpose": {"column": hostile, "values": {"'; SELECT 1; --": "car"}}},
        "segments": {hostile: {"column": hostile}},
    }

    read('"x""; DROP TABLE application; --"\n\'; SELECT 1; --\n', mapped)

    assert rows("SELECT purpose FROM application") == ["car"]


def test_a_group_of_too_many_values_is_refused(read: Read) -> None:
    mapped = {"as_of": {"constant": date(2026, 1, 31)}, "facts": {}, "segments": {"name": "name"}}

    with pytest.raises(InputError, match="`segment:name` reads more than a thousand different values"):
        read("name\n" + "".join(f"N{at}\n" for at in range(1_500)), mapped)


def test_rows_keep_their_numbers_in_a_large_file_with_many_bad_ones(read: Read, rows: Rows) -> None:
    lines = [f"A{at},2026-01-31,10,{'12' if at % 997 else '12,13'}" for at in range(120_000)]

    received = read(_rows(*lines), bad_rows="report")

    assert received.rejected_rows == sum(at % 997 == 0 for at in range(120_000))
    assert rows("SELECT count(*) FROM application WHERE reference <> 'A' || (row_id - 2)") == [0]
    places = "SELECT rowid, row_number() OVER (ORDER BY row_id) - 1 AS place FROM application"
    assert rows(f"SELECT bool_and(rowid = place) FROM ({places})") == [True]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "a data map is a mapping"),
        ({}, "product: Field required"),
        ({"product": "small-loan", "as_of": "day", "facts": {"x": {}}}, "facts/x: Value error, needs exactly one of"),
        ({"product": "small-loan", "as_of": "day", "facts": {"x": {"column": 7}}}, "facts/x/column"),
        ({"product": "small-loan", "as_of": {"column": "x", "date_format": "%Q"}, "facts": {}}, "as_of/date_format"),
        ({"product": "small-loan", "as_of": "day", "facts": {}, "sort": 1}, "sort: Extra inputs are not permitted"),
        (
            {"product": "small-loan", "as_of": "day", "facts": {"x": {"column": "x", "values": {"a": 0.5}}}},
            "facts/x/values",
        ),
    ],
)
def test_a_data_map_of_another_form_is_refused(document: Any, words: str) -> None:
    with pytest.raises(InputError) as raised:
        parse_map(document)

    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"term_month": "x"}, "facts/term_month: is not a fact of small-loan; did you mean `term_months`?"),
        ({"term_months": "X"}, "column X: there is no such column, which the data map reads for `term_months`"),
        ({"purpose": {"column": "x", "values": {"a": "boat"}}}, "maps to a value that must be one of the values"),
        ({"share": {"expression": "score +"}}, "facts/share/expression: expected a value"),
        ({"share": {"expression": "nothing / 2"}}, "facts/share/expression: unknown fact `nothing`"),
        ({"existing": {"expression": "today() > date(2020, 1, 1)"}}, "may not ask for the day"),
    ],
)
def test_a_data_map_that_does_not_fit_product_and_file_says_where(
    read: Read, facts: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError) as raised:
        read("x\n1\n", {"as_of": {"constant": date(2026, 1, 31)}, "facts": facts})

    assert words in str(raised.value)


def test_the_small_business_loans_of_the_sba_are_read_whole(db: duckdb.DuckDBPyConnection) -> None:
    product = parse_product(load_yaml((_EXAMPLE / "products" / "sba-loan.yaml").read_text()))

    received = read_file(db, _SBA, product, read_map(_EXAMPLE / "data-map.yaml"))

    assert (received.rows, received.rejected_rows) == (22_427, 0)
    assert (received.bad, received.good, received.unknown) == (4_693, 17_615, 119)
    assert (received.first_day, received.last_day) == (date(1971, 8, 6), date(2006, 2, 24))
    assert received.missing["requested_amount"] == 0
    ((total,),) = db.execute("SELECT sum(requested_amount) FROM application").fetchall()
    with gzip.open(_SBA, "rt", encoding="utf-8") as file:
        expected = sum(int(line.rsplit(",", 2)[1]) for line in list(file)[1:])
    assert total == expected * 100
