"""Files become lines of the taxonomy, and what does not is named."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain.statements.amounts import DecimalMark, Scale
from services.intake.domain.statements.checks import differences
from services.intake.domain.statements.spreading import Spread, Terms, spread
from services.intake.domain.statements.statement import Unmapped
from services.intake.domain.statements.taxonomy import LINES, Standard
from services.intake.handlers.statements.reading import Delimiter, Encoding, Layout, read_csv, read_xlsx
from shared.errors import Refusal
from tests.intake.statements.files import csv_file, with_member, xlsx_file
from tests.intake.statements.given import SME, figures, sme_lines

END = date(2024, 12, 31)
LAYOUT = Layout(ends=END)
TERMS = Terms(Standard.PRC_GAAP, "CNY")
SEPARATORS = {Delimiter.COMMA: ",", Delimiter.SEMICOLON: ";", Delimiter.TAB: "\t"}
CODES = [code for code in LINES if code not in ("other_current_assets",)]


def from_csv(raw: bytes, terms: Terms = TERMS, layout: Layout = LAYOUT) -> Spread:
    return spread(read_csv(raw, layout), terms)


def minor(found: Spread, end: date = END) -> dict[str, int]:
    return {code: amount.minor for code, amount in found.periods[end].items()}


def refused(raw: bytes, layout: Layout = LAYOUT) -> str:
    with pytest.raises(Refusal) as refusal:
        read_csv(raw, layout)
    return refusal.value.faults[0].code


def test_the_example_is_three_statements_that_add_up() -> None:
    terms = Terms(Standard.IFRS, "EUR", Scale.THOUSANDS)
    found = from_csv(SME.read_bytes(), terms)
    assert (found.unmapped, found.faults) == ([], [])
    for year in (2022, 2023, 2024):
        lines = minor(found, date(year, 12, 31))
        assert lines == sme_lines(year)
        assert differences(figures(lines, year)) == ()


def test_chinese_labels_with_numbering_and_punctuation_are_understood() -> None:
    raw = csv_file(
        {
            "一、营业总收入": "100.00",
            "减：营业成本": "60.00",
            "其中：利息费用": "5.00",
            "三、营业利润（亏损以“-”号填列）": "20.00",
            "资产总计": "900.00",
            "应收账款": "30.00",
            "负债和所有者权益（或股东权益）总计": "900.00",
        }
    )
    found = from_csv(raw)
    assert found.unmapped == []
    assert minor(found) == {
        "revenue": 10_000,
        "cost_of_sales": 6_000,
        "interest_expense": 500,
        "profit_after_finance": 2_000,
        "assets": 90_000,
        "trade_receivables": 3_000,
        "liabilities_and_equity": 90_000,
    }


def test_operating_profit_of_the_chinese_standards_is_after_finance_and_elsewhere_ambiguous() -> None:
    raw = csv_file({"营业利润": "20"})
    assert minor(from_csv(raw)) == {"profit_after_finance": 2_000}
    found = from_csv(raw, Terms(Standard.IFRS, "CNY"))
    assert found.unmapped == [Unmapped("营业利润", "/rows/1", ("operating_profit", "profit_after_finance"))]


def test_an_ambiguous_label_is_named_with_what_it_may_mean_and_a_mapping_settles_it() -> None:
    raw = csv_file({"Borrowings": "20", "Directors' loans": "5"})
    found = from_csv(raw)
    assert found.unmapped == [
        Unmapped("Borrowings", "/rows/1", ("long_term_borrowings", "short_term_borrowings")),
        Unmapped("Directors' loans", "/rows/2"),
    ]
    mapping = {"borrowings": "long_term_borrowings", "Directors' loans": "long_term_borrowings"}
    settled = from_csv(raw, Terms(Standard.IFRS, "CNY", mapping=mapping))
    assert (minor(settled), settled.unmapped) == ({"long_term_borrowings": 2_500}, [])


def test_a_label_that_is_to_be_ignored_is() -> None:
    found = from_csv(csv_file({"Headcount": "20"}), Terms(Standard.IFRS, "CNY", mapping={"headcount": "ignore"}))
    assert (found.periods, found.unmapped) == ({}, [])


def test_parts_of_a_line_are_added_up() -> None:
    raw = csv_file({"固定资产折旧": "10", "无形资产摊销": "5", "其他应付款": "3", "其他流动负债": "4"})
    assert minor(from_csv(raw)) == {"depreciation_amortisation": 1_500, "other_current_liabilities": 700}


def test_a_line_that_is_stated_twice_with_different_amounts_is_refused() -> None:
    found = from_csv(csv_file({"Cash": "20", "Cash and cash equivalents": "21"}))
    assert [(fault.pointer, fault.code) for fault in found.faults] == [("/rows/2", "stated_twice")]
    assert from_csv(csv_file({"Cash": "20", "Cash and cash equivalents": "20"})).faults == []


def test_a_label_can_hide_nothing() -> None:
    found = from_csv(csv_file({"Re\u200bve\u202enue": "20", "Pro\u200bvision for \u202erain": "1"}))
    assert minor(found) == {"revenue": 2_000}
    assert [entry.label for entry in found.unmapped] == ["Pro vision for rain"]
    assert all("\u202e" not in entry.label and "\u200b" not in entry.label for entry in found.unmapped)


def test_costs_below_zero_are_turned_round_for_who_says_so() -> None:
    raw = csv_file({"Revenue": "100", "Cost of sales": "(60)"})
    assert minor(from_csv(raw, Terms(Standard.IFRS, "EUR", negative_costs=True)))["cost_of_sales"] == 6_000


def test_a_long_file_may_name_the_period_of_each_row() -> None:
    raw = b"line,period_end,value\nrevenue,2023,1\nrevenue,2024-12-31,2\n"
    found = from_csv(raw)
    assert [minor(found, end)["revenue"] for end in (date(2023, 12, 31), END)] == [100, 200]


def test_the_year_of_a_company_may_end_when_it_likes() -> None:
    found = from_csv(b"line,FY2024\nrevenue,1\n", layout=Layout(year_end=(6, 30)))
    assert list(found.periods) == [date(2024, 6, 30)]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b"line,value\n\xff\xfe,1", "wrong_encoding"),
        (b"line,foo,bar\nrevenue,1,2", "no_periods"),
        (b"line,2024,2024-12-31\nrevenue,1,2", "period_twice"),
        (b'line,value\n"revenue,1', "unreadable"),
        (b"line,value\n\x00,1", "unreadable"),
        (b"line,value\n" + b"x,1\n" * 3_000, "too_large"),
        (b"line," + b",".join(b"%d" % year for year in range(1980, 2002)) + b"\nrevenue,1", "too_many"),
        (b"line,period,value\nrevenue,sometime,1", "no_period"),
    ],
)
def test_a_csv_that_cannot_be_read_says_why(raw: bytes, code: str) -> None:
    assert refused(raw) == code


def test_a_cell_that_is_no_amount_is_pointed_at_and_not_quoted() -> None:
    found = from_csv(b"line,2024-12-31\nrevenue,12 monkeys\nassets,1.005\n")
    assert [(fault.pointer, fault.code) for fault in found.faults] == [
        ("/rows/1/1", "invalid_amount"),
        ("/rows/2/1", "invalid_amount"),
    ]
    assert "monkeys" not in str(found.faults)


def test_text_in_the_chinese_encoding_is_read_when_it_is_said_to_be() -> None:
    raw = "项目,2024年12月31日\n营业收入,1\n".encode("gb18030")
    assert refused(raw) == "wrong_encoding"
    assert minor(from_csv(raw, layout=Layout(encoding=Encoding.GB18030))) == {"revenue": 100}


AMOUNTS = st.dictionaries(st.sampled_from(CODES), st.integers(-(10**12), 10**12), min_size=1, max_size=20)


@settings(max_examples=40)
@given(AMOUNTS, st.sampled_from(DecimalMark), st.sampled_from(Delimiter), st.booleans())
def test_any_amounts_come_back_from_a_csv(
    lines: dict[str, int], mark: DecimalMark, delimiter: Delimiter, chinese: bool
) -> None:
    def written(cents: int) -> str:
        text = f"{abs(cents) // 100:,}.{abs(cents) % 100:02}"
        text = text.translate(str.maketrans(",.", ".,")) if mark is DecimalMark.COMMA else text
        return f"({text})" if cents < 0 else text

    def label(code: str) -> str:
        return LINES[code].zh if chinese else LINES[code].en

    separator = SEPARATORS[delimiter]
    rows = [f'"{label(code)}"{separator}"{written(cents)}"' for code, cents in lines.items()]
    raw = "\n".join([f"line{separator}2024-12-31", *rows]).encode()
    found = from_csv(raw, Terms(Standard.PRC_GAAP, "CNY", mark=mark), Layout(delimiter=delimiter, mark=mark))
    assert (minor(found), found.faults, found.unmapped) == (lines, [], [])


@settings(max_examples=15)
@given(AMOUNTS)
def test_any_amounts_come_back_from_a_spreadsheet(lines: dict[str, int]) -> None:
    rows = [["in CNY"], ["line", date(2024, 12, 31)], *([code, cents / 100] for code, cents in lines.items())]
    found = spread(read_xlsx(xlsx_file({"sheet": rows}), Layout()), TERMS)
    assert (minor(found), found.faults) == (lines, [])


def test_a_spreadsheet_has_its_statements_on_several_sheets() -> None:
    raw = xlsx_file(
        {
            "notes": [["nothing", "here"]],
            "资产负债表": [["资产负债表"], [None, "2024年12月31日", "2023年12月31日"], ["资产总计", 9.5, 8]],
            "利润表": [["利润表", "2024年度"], ["营业收入", 100]],
        }
    )
    found = spread(read_xlsx(raw, Layout()), Terms(Standard.PRC_GAAP, "CNY", Scale.TEN_THOUSANDS))
    assert minor(found) == {"assets": 9_500_000, "revenue": 100_000_000}
    assert minor(found, date(2023, 12, 31)) == {"assets": 8_000_000}


def not_read(raw: bytes) -> str:
    with pytest.raises(Refusal) as refusal:
        read_xlsx(raw, Layout())
    return refusal.value.faults[0].code


def test_a_formula_without_a_kept_value_is_refused_and_not_taken_for_nothing() -> None:
    raw = xlsx_file({"sheet": [["line", 2024], ["revenue", "=1+1"]]})
    assert not_read(raw) == "no_value"


def test_a_formula_counts_as_the_value_that_was_kept() -> None:
    raw = xlsx_file({"sheet": [["line", 2024], ["revenue", 77.5]]})
    book = openpyxl.load_workbook(io.BytesIO(raw))
    assert book.active is not None
    with_formula = b'<c r="B2"><f>70+7.5</f><v>77.5</v></c>'
    sheet = b"xl/worksheets/sheet1.xml"
    content = _member(raw, sheet.decode()).replace(b'<c r="B2" t="n"><v>77.5</v></c>', with_formula)
    assert b"<f>" in content
    found = spread(read_xlsx(with_member(raw, sheet.decode(), content), Layout()), TERMS)
    assert minor(found) == {"revenue": 7_750}


def _member(raw: bytes, name: str) -> bytes:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return archive.read(name)


def test_a_date_where_an_amount_should_be_is_no_amount() -> None:
    raw = xlsx_file({"sheet": [["line", 2024], ["revenue", date(2024, 1, 1)], ["assets", True]]})
    found = spread(read_xlsx(raw, Layout()), TERMS)
    assert [fault.code for fault in found.faults] == ["invalid_amount", "invalid_amount"]


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04", b"line,value\n", b"\x00" * 1_000])
def test_what_is_no_spreadsheet_is_refused(raw: bytes) -> None:
    assert not_read(raw) == "unreadable"


def test_half_a_spreadsheet_is_refused() -> None:
    raw = xlsx_file({"sheet": [["line", 2024], ["revenue", 1]]})
    assert not_read(raw[: len(raw) // 2]) == "unreadable"


def test_a_spreadsheet_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    raw = xlsx_file({"sheet": [["line", 2024], ["revenue", 1]]})
    assert not_read(with_member(raw, "xl/media/big.bin", b"\x00" * (21 * 1024 * 1024))) == "too_large"


def test_entities_in_a_spreadsheet_are_refused() -> None:
    raw = xlsx_file({"sheet": [["line", 2024], ["revenue", 1]]})
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
    assert not_read(with_member(raw, "xl/worksheets/sheet1.xml", bomb)) == "unreadable"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "cp037"])
def test_entities_in_an_encoding_of_their_own_are_refused(encoding: str) -> None:
    raw = xlsx_file({"sheet": [["line", 2024], ["revenue", 1]]})
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    body = '<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
    ascii_head = encoding == "cp037"
    bomb = head.encode() + body.encode(encoding) if ascii_head else (head + body).encode(encoding)
    assert not_read(with_member(raw, "xl/worksheets/sheet1.xml", bomb)) == "unreadable"
    assert not_read(with_member(raw, "xl/media/picture.png", bomb)) == "unreadable"


@pytest.mark.parametrize(
    ("member", "root", "element"),
    [
        ("xl/styles.xml", "styleSheet", "<xf/>"),
        ("xl/workbook.xml", "workbook", "<definedName/>"),
        ("xl/worksheets/sheet1.xml", "worksheet", "<row/>"),
        ("xl/sharedStrings.xml", "sst", "<si/>"),
    ],
)
def test_elements_that_would_take_minutes_are_counted_before_anybody_reads_them(
    member: str, root: str, element: str
) -> None:
    raw = xlsx_file({"sheet": [["line", 2024], ["revenue", 1]]})
    many = f"<{root}>{element * 1_000_000}</{root}>".encode()
    assert not_read(with_member(raw, member, many)) == "too_large"


def test_a_cell_a_million_rows_down_is_refused_and_not_walked_to() -> None:
    raw = xlsx_file({"sheet": [["line", 2024], ["revenue", 1]]})
    content = _member(raw, "xl/worksheets/sheet1.xml")
    far = b'<row r="1048576"><c r="A1048576" t="n"><v>1</v></c></row></sheetData>'
    assert not_read(with_member(raw, "xl/worksheets/sheet1.xml", content.replace(b"</sheetData>", far))) == "too_large"


def test_a_number_beyond_all_bounds_is_refused() -> None:
    raw = xlsx_file({"sheet": [["line", 2024], ["revenue", 1e300], ["assets", Decimal("1e30")]]})
    found = spread(read_xlsx(raw, Layout()), TERMS)
    assert {fault.code for fault in found.faults} == {"invalid_amount"}
