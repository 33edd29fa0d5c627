"""The credit report on paper and on a screen says what is known, from where, and what is not known."""

from dataclasses import replace

import pypdfium2
import pytest

from services.intake.domain.credit_report import CreditReport, Exposure
from services.intake.report.compose import sheet
from services.intake.report.html import html
from services.intake.report.pdf import pdf
from services.intake.report.sheet import Cell, Grid, Pairs, Sheet
from services.intake.report.words import LANGUAGES, WORDS
from tests.intake.credit_report.given import EMPTY, LIMITS, REPORT, usd


def printed(report: CreditReport, lang: str) -> list[str]:
    """Return the text of each printed page."""
    document = pypdfium2.PdfDocument(pdf(sheet(report, lang)))
    pages = [document[number].get_textpage().get_text_range() for number in range(len(document))]
    document.close()
    return pages


def cells(written: Sheet) -> list[Cell]:
    found: list[Cell] = []
    for part in written.parts:
        for block in part.blocks:
            match block:
                case Pairs(rows):
                    found += [cell for _, cell in rows]
                case Grid():
                    found += [cell for row in block.rows for cell in row]
                case _:
                    pass
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_whole_report_is_one_printed_page(lang: str) -> None:
    assert len(printed(REPORT, lang)) == 1


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "en",
            [
                "Harbour Lane Fixings, Inc.",
                "海港路五金",
                "79,700.00 USD",
                "Altman Z''",
                "Judgment, county court",
                "Sources",
            ],
        ),
        ("zh", ["Harbour Lane Fixings, Inc.", "海港路五金", "集团敞口合计", "流动比率", "未结清", "数据来源"]),
    ],
)
def test_the_print_has_the_letters_of_both_scripts(lang: str, expected: list[str]) -> None:
    text = "".join(printed(REPORT, lang))
    assert [words for words in expected if words not in text] == []


def test_every_source_that_is_cited_is_listed_with_its_date() -> None:
    written = sheet(REPORT, "en")
    cited = {cell.source for cell in cells(written) if cell.source is not None}
    assert cited == set(range(1, len(written.sources) + 1))
    assert "company-registry (registry), as of 2026-11-21, rep_0193c1d3" in written.sources


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_could_not_be_looked_up_is_never_shown_as_nothing(lang: str) -> None:
    page = html(sheet(EMPTY, lang))
    assert WORDS["unknown"][LANGUAGES.index(lang)].split("{")[0] in page
    assert WORDS["no_account"][LANGUAGES.index(lang)] not in page
    nothing = replace(EMPTY, exposure=Exposure((), (), LIMITS), unknown=())
    assert WORDS["no_account"][LANGUAGES.index(lang)] in html(sheet(nothing, lang))


def test_an_unknown_exposure_of_the_group_is_not_zero() -> None:
    report = replace(REPORT, group=replace(REPORT.group, exposure=None))
    shown = {cell.text: cell for cell in cells(sheet(report, "en"))}
    assert shown["unknown"].alarm


def test_a_name_is_never_taken_for_markup_or_a_command() -> None:
    hostile = '#panic("x") <script>alert(1)</script> *bold* $x$ #eval("1")'
    report = replace(REPORT, subject=replace(REPORT.subject, names=(hostile,)))
    written = sheet(report, "en")
    assert "<script>" not in html(written)
    assert '#panic("x")' in "".join(printed(report, "en"))


def test_an_overdrawn_account_stands_out() -> None:
    assert REPORT.exposure is not None
    account = replace(REPORT.exposure.accounts[0], available=usd(-500))
    report = replace(REPORT, exposure=replace(REPORT.exposure, accounts=(account,)))
    assert [cell.text for cell in cells(sheet(report, "en")) if cell.alarm and "-500" in cell.text] == ["-500.00 USD"]


def test_all_words_stand_in_both_languages_with_the_same_places() -> None:
    for english, chinese in WORDS.values():
        places = [{part.split("}")[0] for part in text.split("{")[1:]} for text in (english, chinese)]
        assert places[0] == places[1]
