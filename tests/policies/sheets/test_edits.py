"""What a credit officer changes in an office programme is what is read; a slip is shown with its cell."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from services.policies.sheets import SheetError, read_sheets
from tests.policies.sheets.documents import EXAMPLE
from tests.policies.sheets.workbooks import edited, typed


def _first(document: dict[str, Any], table: str) -> dict[str, Any]:
    row: dict[str, Any] = document[table]["rows"][0]
    return row


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (600, "600"),
        (0.1, "0.1"),
        (0.1 + 0.2, "0.3"),
        (-0.0025, "-0.0025"),
        (1e-7, "0.0000001"),
        (123456789012345, "123456789012345"),
        (7500.5, "7500.5"),
        (0, "0"),
        (True, "true"),
        (date(2026, 11, 21), 'date("2026-11-21")'),
        (datetime.fromisoformat("2026-11-21"), 'date("2026-11-21")'),
        ("> 600", "> 600"),
    ],
)
def test_what_is_typed_into_a_rule_is_read_as_feel(value: object, text: str) -> None:
    assert _first(read_sheets(typed("knock_outs", "B4", value)), "knock_outs")["when"] == {"score": text}


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        (600, 600),
        (0.75, "0.75"),
        (True, True),
        (date(2026, 11, 21), "2026-11-21"),
        ("null", None),
        ('"null"', "null"),
        ("used equipment", "used equipment"),
        ('{"amount_minor": 5, "currency": "USD"}', {"amount_minor": 5, "currency": "USD"}),
    ],
)
def test_what_is_typed_into_a_case_is_read_as_a_fact(value: object, wire: object) -> None:
    facts = read_sheets(typed("cases", "C2", value))["cases"][0]["facts"]
    assert facts["score"] == wire
    assert type(facts["score"]) is type(wire)


def test_an_emptied_cell_is_absent() -> None:
    facts = read_sheets(typed("cases", "C2", None))["cases"][0]["facts"]
    assert "score" not in facts


def test_a_version_that_is_typed_as_a_number_is_a_number() -> None:
    assert read_sheets(typed("policy", "B3", 4))["version"] == 4


@given(st.decimals(-(10**9), 10**9, places=4, allow_nan=False))
def test_a_typed_number_is_read_as_it_is_shown(value: Any) -> None:
    text = _first(read_sheets(typed("knock_outs", "B4", float(value))), "knock_outs")["when"]["score"]
    assert text == format(value.normalize() if value else abs(value).normalize(), "f")


def test_a_new_rule_needs_no_number_and_empty_rows_are_skipped() -> None:
    def add(workbook: Workbook) -> None:
        for column, value in ((2, "< 2"), (4, "C")):
            workbook["grade"].cell(7, column).value = value

    assert read_sheets(edited(add))["grade"]["rows"][1:] == [{"when": {"cover": "< 2"}, "grade": "C"}]


def test_a_new_column_is_a_condition() -> None:
    def add(workbook: Workbook) -> None:
        for row, value in ((2, "when"), (3, "age_of_business"), (4, ">= 2")):
            workbook["definition band"].cell(row, 5).value = value

    row = read_sheets(edited(add))["definitions"]["band"]["rows"][0]
    assert row["when"] == {"employees": "< 10", "age_of_business": ">= 2"}


def test_a_definition_is_named_in_chinese_by_a_text_beside_its_label() -> None:
    def name(workbook: Workbook) -> None:
        for cell, text in (("E2", "Debt service coverage"), ("F2", "偿债覆盖率")):
            workbook["definitions"][cell].value = text
        for cell, text in (("I1", "label"), ("J1", "Size"), ("K1", "label zh"), ("L1", "规模")):
            workbook["definition band"][cell].value = text

    definitions = read_sheets(edited(name))["definitions"]
    assert definitions["cover"]["label"] == {"en": "Debt service coverage", "zh": "偿债覆盖率"}
    assert definitions["band"]["label"] == {"en": "Size", "zh": "规模"}


def test_a_label_in_english_alone_stays_a_text() -> None:
    assert read_sheets(typed("definitions", "E2", "Coverage"))["definitions"]["cover"]["label"] == "Coverage"


SLIPS: list[tuple[str, str, object, str]] = [
    ("knock_outs", "B4", "=A1+1", "knock_outs!B4: has a formula"),
    ("policy", "B2", "=1", "policy!B2: has a formula"),
    ("knock_outs", "B4", datetime.fromisoformat("2026-11-21T08:30"), "knock_outs!B4: has a time of day"),
    ("knock_outs", "B4", 12345678901234567, "knock_outs!B4: is too large"),
    ("knock_outs", "B4", "#N/A", "knock_outs!B4: has the error #N/A"),
    ("knock_outs", "B4", "x" * 2_001, "knock_outs!B4: `x+.*` has 2,001 characters"),
    ("cases", "B2", "x" * 20_001, "cases!B2: `x+.*` has 20,001 characters"),
    ("knock_outs", "A4", "defualt", "knock_outs!A4: `defualt` is neither .*did you mean `default`"),
    ("knock_outs", "A1", "tabel", "knock_outs!A1: unknown property `tabel`; did you mean `table`"),
    ("knock_outs", "B1", "matrix", "knock_outs!B1: the table is called `matrix`"),
    ("knock_outs", "C1", "hit_polcy", "knock_outs!C1: unknown property .*did you mean `hit_policy`"),
    ("knock_outs", "B2", "wenn", "knock_outs!B2: unknown kind of column `wenn`; did you mean `when`"),
    ("knock_outs", "B2", None, "knock_outs!B2: this column has no kind"),
    ("knock_outs", "B3", None, "knock_outs!B3: this column has no name"),
    ("knock_outs", "D3", "outcom", "knock_outs!D3: unknown output `outcom`; did you mean `outcome`"),
    ("knock_outs", "K9", "x", "knock_outs!K2: this column has no kind"),
    ("grade", "C3", "cover", "grade!C3: there are two columns `when cover`, here and in B3"),
    ("definition band", "B5", "< 2", "definition band!B5: the default row holds whenever no other does"),
    ("definition band", "A4", "default", "definition band!A5: there are two default rows"),
    ("definition band", "B1", "cover", "definition band: there are two definitions `cover`"),
    ("definition band", "H1", "small,,large", "definition band!H1: .*nothing between two commas"),
    ("definitions", "C2", "four", "definitions!C2: `four` is not a whole number"),
    ("definitions", "A2", None, "definitions!A2: the definition has no name"),
    ("definitions", "H2", "x", "definitions!H2: this column has no name in row 1"),
    ("terms", "B2", "limits", "terms!B2: must be one of .*did you mean `limit`"),
    ("terms", "D2", "money", "terms!D2: only other_terms have a type"),
    ("terms", "B3", "limit", "terms!B3: approve has two rows `limit`"),
    ("cases", "D1", "fact score", "cases!D1: there are two columns `fact score`, here and in C1"),
    ("cases", "A1", "nmae", "cases!A1: unknown column `nmae`; did you mean `name`"),
    ("cases", "C2", '{"amount_minor": 5', "cases!C2: .* is not JSON"),
    ("cases", "C2", '{"a": 1, "a": 2}', "cases!C2: .* has a name that stands twice"),
    ("cases", "C2", '{"a": 0.5}', "cases!C2: .* has the number 0.5; write it in quotes"),
    ("cases", "C2", "[" * 10_000, "cases!C2: .* has more than 200 brackets"),
    ("cases", "C2", "9" * 10_000, "cases!C2: .* has a number of more than 100 digits"),
    ("cases", "C2", '"\\ud800"', "cases!C2: .* lone surrogate"),
    ("policy", "A2", "nam", "policy!A2: unknown field `nam`; did you mean `name`"),
    ("policy", "A3", "name", "policy!A3: `name` stands twice"),
    ("policy", "B3", "true", "policy!B3: `true` is neither a whole number nor a text"),
]


@pytest.mark.parametrize(("sheet", "cell", "value", "words"), SLIPS)
def test_a_slip_is_shown_with_its_cell(sheet: str, cell: str, value: object, words: str) -> None:
    with pytest.raises(SheetError, match=words):
        read_sheets(typed(sheet, cell, value))


REARRANGED: list[tuple[Callable[[Workbook], object], str]] = [
    (lambda workbook: workbook["knock_outs"].merge_cells("B4:B5"), "knock_outs!B4: the sheet has merged cells"),
    (lambda workbook: setattr(workbook["knock_outs"], "title", "knock outs"), "did you mean `knock_outs`"),
    (lambda workbook: setattr(workbook["knock_outs"], "sheet_state", "hidden"), "knock_outs: the sheet is hidden"),
    (lambda workbook: setattr(workbook["cases"], "sheet_state", "veryHidden"), "cases: the sheet is hidden"),
    (lambda workbook: setattr(workbook["knock_outs"].row_dimensions[5], "hidden", True), "A5: row 5 is hidden"),
    (lambda workbook: setattr(workbook["knock_outs"].column_dimensions["C"], "hidden", True), "the column is hidden"),
    (lambda workbook: workbook["knock_outs"].cell(6_000, 2, "x"), "knock_outs!B6000: is beyond the 5,100 rows"),
    (lambda workbook: workbook["knock_outs"].cell(4, 201, "x"), "knock_outs!GS4: is beyond the 5,100 rows"),
    (lambda workbook: workbook.remove(workbook["policy"]), "there is no sheet `policy`"),
    (lambda workbook: workbook.create_sheet("Sheet1"), "Sheet1: unknown sheet"),
    (lambda workbook: workbook.create_chartsheet("chart"), "drawings, pictures or charts"),
]


@pytest.mark.parametrize(("edit", "words"), REARRANGED, ids=[words for _, words in REARRANGED])
def test_what_hides_or_joins_cells_is_refused(edit: Callable[[Workbook], object], words: str) -> None:
    with pytest.raises(SheetError, match=words):
        read_sheets(edited(edit))


def test_every_fault_is_told_at_once() -> None:
    def spoil(workbook: Workbook) -> None:
        workbook["knock_outs"]["B4"].value = "=1"
        workbook["grade"]["B4"].value = "=1"

    with pytest.raises(SheetError) as caught:
        read_sheets(edited(spoil))
    assert [(fault.sheet, fault.cell) for fault in caught.value.faults] == [("knock_outs", "B4"), ("grade", "B4")]


def test_hidden_columns_without_content_hide_nothing() -> None:
    def hide(workbook: Workbook) -> None:
        workbook["grade"].column_dimensions["Z"].hidden = True

    assert read_sheets(edited(hide)) == EXAMPLE
