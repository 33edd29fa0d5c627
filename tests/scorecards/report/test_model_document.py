"""What a validator finds in a model document."""

import copy
import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from services.scorecards.report import model_document
from services.scoring.domain.scorecard import load_scorecard
from tests.scorecards.build.committed import DOCUMENT
from tests.scorecards.report.documents import validated_document
from tests.scoring.boosted.small import small_document as boosted_document
from tests.scoring.domain.small import SMALL_PRODUCT, signed, small_document

VALIDATED = validated_document(
    purpose="Decides who gets a small loan.", use="Only through the policy.", limits=["No loans above 10,000."]
)
PAGE = model_document(VALIDATED)


class Reader(HTMLParser):
    """Collects texts, headings, ids and the elements that are open."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.headings: list[str] = []
        self.ids: list[str] = []
        self.labels: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        for key, value in attrs:
            if key == "id":
                self.ids.append(str(value))
            if key == "aria-labelledby":
                self.labels += str(value).split()
        if tag in ("meta",):
            self.open.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self.open and self.open[-1] == "h2":
            self.headings.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def words_of(page: str) -> str:
    body = page.split("</style>")[1]
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", body).split()))


def test_the_document_has_every_chapter_that_model_risk_guidance_asks_for() -> None:
    assert [heading.split(". ", 1)[1] for heading in read(PAGE).headings] == [
        "Purpose and use",
        "Data",
        "Target",
        "Method",
        "Scaling and a worked example",
        "The scorecard",
        "Characteristics",
        "Results",
        "Stability",
        "Fairness",
        "Limitations and assumptions",
        "Monitoring plan",
        "Reproduction",
        "Versions and changes",
        "Sign-off",
    ]


def test_the_artefact_that_it_documents_is_one_that_a_service_takes() -> None:
    assert load_scorecard(VALIDATED, SMALL_PRODUCT).content_hash in PAGE


def test_the_page_asks_for_nothing_and_runs_nothing() -> None:
    assert "<script" not in PAGE
    assert not re.search(r'(?:src|href)="(?!#)', PAGE)
    assert "default-src 'none'" in PAGE.replace("&#x27;", "'")


def test_the_same_artefact_gives_the_same_bytes() -> None:
    assert model_document(copy.deepcopy(VALIDATED)) == PAGE


def test_every_chart_is_told_in_words_and_every_label_has_its_element() -> None:
    reader = read(PAGE)
    assert len(set(reader.ids)) == len(reader.ids)
    assert set(reader.labels) <= set(reader.ids)
    charts = re.findall(r'<svg[^>]*role="img"', PAGE)
    assert len(charts) == len(re.findall(r"<desc", PAGE)) >= 9


def test_figures_are_those_of_the_pack_with_their_intervals() -> None:
    held_out = VALIDATED["validation"]["parts"][1]
    area = {key: f"{float(value):.3f}" for key, value in held_out["auc"].items()}
    assert f"{area['estimate']} ({area['low']} to {area['high']})" in words_of(PAGE)
    assert f"{held_out['bads']:,} bads against" in words_of(PAGE)


def test_what_the_developer_states_stands_where_it_belongs() -> None:
    words = words_of(PAGE)
    for stated in ("Decides who gets a small loan.", "Only through the policy.", "No loans above 10,000."):
        assert stated in words


def test_every_bin_stands_in_the_scorecard_table_with_its_points() -> None:
    table = PAGE.split('id="scorecard"')[1].split("</section>")[0]
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>.*?<td>([^<]*)</td></tr>', table)
    wanted = [(each["label"], str(each["points"])) for entry in VALIDATED["characteristics"] for each in entry["bins"]]
    assert rows == wanted


def test_the_worked_example_adds_up() -> None:
    example = PAGE.split("A worked example</h3>")[1].split("</table>")[0]
    points = [int(figure) for figure in re.findall(r"<td>(-?\d+)</td></tr>", example)]
    assert sum(points[:-1]) == points[-1] == 520


def test_a_small_group_is_named_among_the_limits_and_not_judged() -> None:
    assert "Sex, few, held out rows: fewer than 30 rows, so fairness can't be judged." in words_of(PAGE)


def test_without_a_validation_pack_the_document_says_what_is_missing() -> None:
    words = words_of(model_document(DOCUMENT))
    assert "its performance is not documented here" in words
    assert "There is no validation pack, so no limit can be read from figures." in words
    assert "The purpose is not stated in the artefact" in words
    assert "Installment rate pct of income information value below the minimum" in words


@pytest.mark.parametrize("spoiled", ['<script>alert("x")</script>', "\u202egnp.exe", "a & b <b>"])
def test_texts_of_the_artefact_cannot_break_out_of_the_page(spoiled: str) -> None:
    def spoil(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: spoil(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [spoil(inner) for inner in value]
        return spoiled if value in ("Small", "below 1,000.00", "made up", "a", "mean", "few") else value

    page = model_document(spoil(VALIDATED))
    assert "<script" not in page
    assert "\u202e" not in page
    assert "<b>" not in page
    assert read(page).open == []


def test_warnings_of_the_build_stand_before_any_figure() -> None:
    document = small_document()
    document["metrics"] = {"warnings": [{"code": "reject_inference", "detail": "only accepted applications"}]}
    words = words_of(model_document(document))
    assert words.index("only accepted applications") < words.index("1. Purpose and use")


def test_a_boosted_model_is_documented_with_its_inputs_and_without_a_table_of_bins() -> None:
    page = model_document(boosted_document())
    chapters = [heading.split(". ", 1)[1] for heading in read(page).headings]
    assert "The scorecard" not in chapters
    assert "Characteristics" not in chapters
    assert "Purpose encoding: one_hot, values: ['car', 'boat']" in words_of(page)
    assert "the answer of the trees to whole points" in words_of(page)


def test_choices_that_were_made_before_fitting_are_listed() -> None:
    choices = {"population": "through_the_door", "selection": {"maximum_correlation": "0.8"}, "trees": 200}
    words = words_of(model_document(validated_document(choices=choices)))
    assert "Largest correlation of weights of evidence 0.8 Trees 200" in words
    assert "no reject inference was needed" in words


def test_an_imported_scorecard_is_documented_as_one_that_was_not_fitted_here() -> None:
    document = small_document()
    document["provenance"] = {"imported_from": "toad", "source_sha256": "5" * 64, "method": "bins and points as toad"}
    words = words_of(model_document(signed(document)))
    assert f"Imported from toad Its file SHA-256 {'5' * 64}" in words
    assert "The same source file and mapping give the same artefact to the byte." in words
