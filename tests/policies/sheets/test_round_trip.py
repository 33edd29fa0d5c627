"""A policy that went through a workbook is the same policy."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from openpyxl import load_workbook

from services.policies.sheets import SheetError, read_sheets, write_sheets
from shared.canonical import content_hash
from shared.yaml import load_yaml
from tests.policies.sheets.documents import EXAMPLE, documents

POLICIES = sorted((Path(__file__).parents[3] / "deploy" / "catalogue" / "policies").glob("*.yaml"))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents)
def test_every_document_comes_back_as_it_went(document: dict[str, Any]) -> None:
    assert content_hash(read_sheets(write_sheets(document))) == content_hash(document)


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_a_policy_of_the_catalogue_keeps_its_hash(path: Path) -> None:
    document = load_yaml(path.read_text(encoding="utf-8"))
    assert content_hash(read_sheets(write_sheets(document))) == content_hash(document)


def test_the_same_policy_gives_the_same_bytes() -> None:
    assert write_sheets(EXAMPLE) == write_sheets(dict(EXAMPLE))


def test_an_archive_says_nothing_of_when_it_was_made() -> None:
    with zipfile.ZipFile(io.BytesIO(write_sheets(EXAMPLE))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        assert archive.read("docProps/core.xml").count(b"2000-01-01T00:00:00Z") == 2


def test_what_looks_like_a_formula_is_written_as_text() -> None:
    document = EXAMPLE | {"title": '=HYPERLINK("https://example.org")', "product": "+1"}
    sheet = load_workbook(io.BytesIO(write_sheets(document)))["policy"]
    cells = {row[0].value: row[1] for row in sheet.iter_rows(min_row=2)}
    for field in ("title", "product"):
        assert (cells[field].value, cells[field].data_type, cells[field].quotePrefix) == (document[field], "s", True)


def test_definitions_with_long_names_have_sheets_of_their_own() -> None:
    table = EXAMPLE["definitions"]["band"]
    long = "the_size_of_a_business_by_employees_"
    document = EXAMPLE | {"definitions": {f"{long}{end}": table for end in ("today", "last_year")}}
    workbook = load_workbook(io.BytesIO(write_sheets(document)))
    titles = [title for title in workbook.sheetnames if title.startswith("definition the_size_of~")]
    assert [len(title) for title in titles] == [31, 31]
    assert read_sheets(write_sheets(document)) == document


def test_a_table_stands_as_credit_officers_draw_it() -> None:
    sheet = load_workbook(io.BytesIO(write_sheets(EXAMPLE)))["definition band"]
    rows = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert [row[:4] for row in rows] == [
        ["definition", "band", "hit_policy", "FIRST"],
        ["kind", "when", "then", "note"],
        ["name", "employees", "value", "note"],
        ["1", "< 10", '"small"', "Ten make a company"],
        ["default", "", '"large"', ""],
    ]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B4", "A3:D4")


def test_an_outcome_is_chosen_from_a_list() -> None:
    sheet = load_workbook(io.BytesIO(write_sheets(EXAMPLE)))["knock_outs"]
    offered = {str(each.sqref).partition(":")[0]: each.formula1 for each in sheet.data_validations.dataValidation}
    assert offered == {"D1": '"COLLECT"', "D4": '"decline,refer,pend_info"', "F4": '"refer,decline,ignore"'}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"stages": {}}, "/stages"),
        ({"version": 1.5}, "/version"),
        ({"title": 5}, "/title"),
        ({"title": ""}, "/title"),
        ({"terms": {"decline": {"limit": "1"}}}, "approve, counter_offer"),
        ({"grade": {"hit_policy": "UNIQUE", "rows": [{"when": {}, "if": "true", "grade": "A"}]}}, "/grade/rows/0/when"),
        ({"grade": {"hit_policy": "UNIQUE", "rows": [{"grade": "A", "rate": "1"}]}}, "/grade/rows/0/rate"),
        ({"grade": {"hit_policy": "UNIQUE", "rows": "none"}}, "/grade/rows"),
        ({"cases": [{"facts": {"share": 0.5}, "expect": {"outcome": "refer"}}]}, "/cases/0/facts/share"),
        ({"definitions": {"d": {"type": "date", "label": {"en": "Day"}, "value": "x"}}}, "/definitions/d/label"),
        (
            {"definitions": {"d": {"type": "date", "label": {"en": 1, "zh": "日"}, "value": "x"}}},
            "/definitions/d/label",
        ),
        ({"title": "x" * 10_001}, "10,001 characters"),
        ({"title": object()}, "not plain JSON"),
        ({"title": "\ud800"}, "not plain JSON"),
    ],
)
def test_what_no_sheet_has_a_place_for_is_not_lost_but_refused(changes: dict[str, Any], place: str) -> None:
    with pytest.raises(SheetError, match=place):
        write_sheets(EXAMPLE | changes)


def test_five_thousand_rules_are_read_and_more_are_not() -> None:
    rows = [{"when": {"score": f"[{at}..{at + 1})"}, "grade": "A"} for at in range(5_001)]
    document = EXAMPLE | {"grade": {"hit_policy": "UNIQUE", "rows": rows[:5_000]}}
    assert read_sheets(write_sheets(document)) == document
    with pytest.raises(SheetError, match="5,001 rules"):
        write_sheets(EXAMPLE | {"grade": {"hit_policy": "UNIQUE", "rows": rows}})
