"""What the text of a cell becomes."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.backtests.inputs import InputError
from services.backtests.inputs.cells import digits
from tests.backtests.inputs.conftest import Read

Rows = Callable[[str], list[Any]]
_AS_OF = {"as_of": {"constant": date(2026, 1, 31)}}


def _column(fact: str, **reading: Any) -> dict[str, Any]:
    return {**_AS_OF, "facts": {fact: {"column": "x", **reading}}}


@pytest.mark.parametrize(
    ("text", "reading", "cents"),
    [
        ("60000", {}, 6_000_000),
        ("60000.50", {}, 6_000_050),
        ("0.1", {}, 10),
        (".5", {}, 50),
        ("12.3400", {}, 1_234),
        ("1.", {}, 100),
        ("+7", {}, 700),
        (" 7 ", {}, 700),
        ("$60,000.00 ", {"ignore": "$,"}, 6_000_000),
        ("1.234,56", {"ignore": ".", "decimal_mark": ","}, 123_456),
        ("60000", {"money": "minor"}, 60_000),
        ("60", {"multiply": 1000}, 6_000_000),
    ],
)
def test_an_amount_is_read_digit_by_digit(
    read: Read, rows: Rows, text: str, reading: dict[str, Any], cents: int
) -> None:
    read(f'x\n"{text}"\n', _column("requested_amount", **reading))

    assert rows("SELECT requested_amount FROM application") == [cents]


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        ("requested_amount", "1e5"),
        ("requested_amount", "1.005"),
        ("requested_amount", "-5"),
        ("requested_amount", "100000.01"),
        ("requested_amount", "99999999999999999999999"),
        ("requested_amount", "1,000"),
        ("requested_amount", "--1"),
        ("requested_amount", "nan"),
        ("requested_amount", "٣"),
        ("term_months", "12.5"),
        ("term_months", "121"),
        ("term_months", "twelve"),
        ("share", "0.12345"),
        ("purpose", "boat"),
        ("purpose", "CAR"),
        ("existing", "yes"),
        ("since", "2026-02-30"),
        ("since", "26-01-01"),
        ("since", "infinity"),
    ],
)
def test_what_is_no_value_of_the_fact_is_a_fault_of_its_row_that_does_not_repeat_it(
    read: Read, fact: str, text: str
) -> None:
    with pytest.raises(InputError) as raised:
        read(f'x\n"{text}"\n', _column(fact))

    (fault,) = raised.value.faults
    assert (fault.source, fault.row, fault.column) == ("loans.csv", 2, "x")
    assert text not in fault.detail


@pytest.mark.parametrize(
    ("fact", "text", "reading", "stored"),
    [
        ("term_months", "84", {}, 84),
        ("term_months", "84.0", {}, 84),
        ("term_months", "7", {"multiply": 12}, 84),
        ("share", "0.3500", {}, 3_500),
        ("share", "35", {"percent": True}, 3_500),
        ("share", "-1.5", {}, -15_000),
        ("purpose", "car", {}, "car"),
        ("purpose", "C1", {"values": {"C1": "car"}}, "car"),
        ("purpose", "441110", {"first": 2, "values": {44: "car", 45: "home"}}, "car"),
        ("purpose", "9", {"values": {1: "car"}, "others": "home"}, "home"),
        ("purpose", "9", {"values": {1: "car"}, "others": "missing"}, None),
        ("purpose", "", {"values": {1: "car"}}, None),
        ("purpose", "n/a", {"missing": ["n/a"]}, None),
        ("existing", "TRUE", {}, True),
        ("existing", "N", {"values": {"Y": True, "N": False}}, False),
        ("since", "2024-02-29", {}, date(2024, 2, 29)),
        ("since", "2/28/1997", {"date_format": "%m/%d/%Y"}, date(1997, 2, 28)),
        ("since", "7-Feb-06", {"date_format": "%d-%b-%y"}, date(2006, 2, 7)),
        ("since", "15074", {"days_since": date(1960, 1, 1)}, date(2001, 4, 9)),
    ],
)
def test_a_text_becomes_the_value_that_the_map_says(
    read: Read, rows: Rows, fact: str, text: str, reading: dict[str, Any], stored: object
) -> None:
    read(f'x,y\n"{text}",1\n', _column(fact, **reading))

    assert rows(f"SELECT {fact} FROM application") == [stored]


def test_a_year_of_two_digits_is_none_of_four(read: Read) -> None:
    with pytest.raises(InputError, match="is not a date of the stated form"):
        read("x\n2/28/97\n", _column("since", date_format="%m/%d/%Y"))


def test_an_expression_works_a_fact_out_of_others_and_is_missing_where_they_are(read: Read, rows: Rows) -> None:
    mapped = {
        **_AS_OF,
        "facts": {
            "requested_amount": "amount",
            "term_months": "term",
            "existing": {"expression": "term_months >= 24"},
            "share": {"expression": "term_months / 36"},
        },
    }

    read("amount,term\n1000,24\n1000,12\n1000,\n", mapped)

    assert rows("SELECT existing, share FROM application") == [(True, 6_667), (False, 3_333), (None, None)]


def test_a_constant_stands_in_every_row(read: Read, rows: Rows) -> None:
    facts = {"purpose": {"constant": "car"}, "requested_amount": {"constant": 5_000}, "term_months": "x"}

    read("x\n1\n2\n", {**_AS_OF, "facts": facts})

    assert rows("SELECT purpose, requested_amount FROM application") == [("car", 5_000)] * 2


def test_moments_keep_their_zone_and_days_are_those_of_utc(read: Read, rows: Rows) -> None:
    read("as_of\n2026-01-31\n2026-01-31T23:30:00-05:00\n2026-01-31 10:00:00Z\n")

    assert rows("SELECT as_of_day FROM application") == [date(2026, 1, 31), date(2026, 2, 1), date(2026, 1, 31)]


def test_an_application_without_a_moment_does_not_fit(read: Read) -> None:
    with pytest.raises(InputError, match=r"row 3, column as_of"):
        read("as_of,term_months\n2026-01-31,12\n,12\n")


def test_performance_is_bad_good_or_unknown(read: Read, rows: Rows) -> None:
    mapped = {**_AS_OF, "facts": {}, "performance": {"column": "status", "bad": ["CHGOFF"], "good": ["P I F"]}}

    received = read('status\nCHGOFF\nP I F\n""\nCURRENT\n', mapped)

    assert rows("SELECT bad FROM application") == [True, False, None, None]
    assert (received.bad, received.good, received.unknown) == (1, 1, 2)


def test_a_performance_of_one_class_is_taken_with_a_warning(read: Read) -> None:
    received = read("as_of,bad\n2026-01-31,false\n2026-01-31,false\n")

    assert any("bad rates can't be compared" in warning for warning in received.warnings)


def test_groups_are_columns_facts_bands_and_parts_of_the_day(read: Read, rows: Rows) -> None:
    mapped = {
        "as_of": "day",
        "facts": {"requested_amount": "amount", "sex": "sex"},
        "segments": {
            "state": "state",
            "amount": {"fact": "requested_amount", "bands": [500, 1000]},
            "year": {"as_of": "year"},
            "quarter": {"as_of": "quarter"},
        },
        "protected": {"age": {"column": "age", "bands": [25, 62]}, "sex": {"fact": "sex"}},
    }

    read("day,amount,state,age,sex\n2026-05-01,999.99,IN,24.5,female\n2025-01-01,1000,,62,\n", mapped)

    groups = '"segment:state", "segment:amount", "segment:year", "segment:quarter", "protected:age", "protected:sex"'
    assert rows(f"SELECT {groups} FROM application") == [
        ("IN", "500 to < 1000", "2026", "2026 Q2", "< 25", "female"),
        (None, ">= 1000", "2025", "2025 Q1", ">= 62", None),
    ]


def test_reasons_of_a_score_count_only_where_there_is_a_score(read: Read, rows: Rows) -> None:
    read("as_of,score,score_reasons\n2026-01-31,600,A; B;\n2026-01-31,,A\n2026-01-31,610,\n")

    asked = "SELECT has_score_reasons, CASE WHEN has_score_reasons THEN score_reasons END FROM application"
    assert rows(asked) == [(True, ["A", "B"]), (False, None), (False, None)]


def test_a_file_without_scores_of_a_product_that_is_scored_needs_them(read: Read) -> None:
    assert read("as_of,term_months\n2026-01-31,12\n").needs_score
    assert not read("as_of,score\n2026-01-31,600\n2026-01-31,\n").needs_score


def test_a_parquet_file_is_read_by_its_types(
    read: Read, rows: Rows, tmp_path: Path, db: duckdb.DuckDBPyConnection
) -> None:
    path = tmp_path / "made.parquet"
    db.execute(f"""
        COPY (SELECT TIMESTAMPTZ '2026-01-31 23:30:00-05' AS as_of, CAST(1250.5 AS DOUBLE) AS requested_amount,
                     12::INTEGER AS term_months, 0.35::DECIMAL(9, 4) AS share, 'car' AS purpose, true AS existing,
                     DATE '2020-02-29' AS since)
        TO '{path}' (FORMAT parquet)
    """)

    read(path.read_bytes())

    asked = "SELECT as_of_day, requested_amount, term_months, share, purpose, existing, since FROM application"
    assert rows(asked) == [(date(2026, 2, 1), 125_050, 12, 3_500, "car", True, date(2020, 2, 29))]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**15), max_value=10**15))
def test_a_number_of_any_size_keeps_every_digit(number: Decimal) -> None:
    with duckdb.connect() as db:
        ((found,),) = db.execute(f"SELECT {digits('t', 2, '.')} FROM (SELECT ? AS t)", [format(number, "f")]).fetchall()

    assert found == int(number * 100)
