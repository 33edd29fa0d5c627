"""A report as a committee, a program and a terminal get it."""

import json
import re
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console

from services.backtests.figures import Report
from services.backtests.report import CONTENT_SECURITY_POLICY, html, schema, terminal, to_json
from tests.backtests.figures.runs import Applicant, report, score

GOLDEN = Path(__file__).parent / "report.v1.schema.json"
HOSTILE = "<script>alert(1)</script>\" onload='x' & \u202e\x1b[31m"


@pytest.fixture(scope="module")
def found() -> Report:
    """A report with everything in it."""
    rows = [
        *(
            score(
                520 + number,
                bad=None if number % 3 == 0 else number % 7 == 0,
                decided="approve",
                reference=f"loan-{number}",
                segments={"channel": "branch" if number % 2 else None},
                protected={"sex": "female" if number % 4 else "male"},
            )
            for number in range(130)
        ),
        *(Applicant({"score": 560, "requested_amount": 600_000, "income": 2_000_000}, bad=True) for _ in range(4)),
    ]
    return report(rows)


class Page(HTMLParser):
    """The elements of a page, with their attributes, checked to be closed in order."""

    VOID = frozenset(("meta",))

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def test_the_page_needs_nothing_but_itself(found: Report) -> None:
    page = Page(html(found))
    assert not page.named("script") and not page.named("link") and not page.named("img") and not page.named("iframe")
    assert all("style" not in attributes for _, attributes in page.elements)
    assert all((link["href"] or "").startswith("#") for link in page.named("a"))
    assert not re.search(r"url\(|@import|https?://", html(found))
    assert any(meta.get("content") == CONTENT_SECURITY_POLICY for meta in page.named("meta"))


def test_every_chart_tells_its_figures_to_readers_of_screens(found: Report) -> None:
    page = Page(html(found))
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    assert len(ids) == sum("id" in attributes for _, attributes in page.elements)
    charts = [svg for svg in page.named("svg") if svg.get("role") == "img"]
    assert len(charts) >= 7
    for svg in charts:
        assert set((svg["aria-labelledby"] or "").split()) <= ids


def test_every_table_names_its_columns_and_its_rows(found: Report) -> None:
    text = html(found)
    for table in re.findall(r"<table.*?</table>", text, re.DOTALL):
        assert 'scope="col"' in table
        body = table.split("<tbody>")[1]
        assert body.count("<tr>") + body.count('<tr class="total">') == body.count('scope="row"')


def test_links_within_the_page_lead_somewhere(found: Report) -> None:
    page = Page(html(found))
    ids = {attributes.get("id") for _, attributes in page.elements}
    assert {(link["href"] or "").removeprefix("#") for link in page.named("a")} <= ids


def test_the_page_starts_with_the_summary_and_the_warnings(found: Report) -> None:
    text = html(found)
    assert text.index(found.summary[0].split(",")[0]) < text.index("Before you read the figures") < text.index("<table")


def test_names_from_data_and_policies_are_text_and_nothing_else() -> None:
    rows = [
        Applicant(
            {"score": number, "requested_amount": 600_000, "income": 2_000_000},
            reference=HOSTILE,
            segments={HOSTILE: HOSTILE},
            protected={HOSTILE: HOSTILE},
        )
        for number in (560, 640)
    ]
    text = html(report(rows, source=HOSTILE, notes=(HOSTILE,)))
    page = Page(text)
    assert not page.named("script")
    assert all("onload" not in attributes for _, attributes in page.elements)
    assert "\u202e" not in text and "\x1b" not in text
    shown = StringIO()
    Console(file=shown, width=200).print(terminal(report(rows, source=HOSTILE, notes=(HOSTILE,))))
    assert "\u202e" not in shown.getvalue() and "\x1b" not in shown.getvalue()


def test_markup_of_the_terminal_in_names_is_shown_as_it_is() -> None:
    shown = StringIO()
    Console(file=shown, width=200).print(terminal(report([score(640, segments={"[red]x[/]": "[/bold]"})])))
    assert "[red]x[/]" in shown.getvalue()
    assert "[/bold]" in shown.getvalue()


def test_an_empty_backtest_is_told_in_every_form() -> None:
    empty = report([])
    assert "No applications were decided on" in html(empty)
    assert to_json(empty)["data"]["rows"] == 0
    shown = StringIO()
    Console(file=shown, width=120).print(terminal(empty))
    assert "nothing to compare" in shown.getvalue()


def test_figures_without_performance_say_so_on_the_page() -> None:
    text = html(report([score(640), score(560)]))
    assert "No performance is known of any application" in text
    assert "not known" in text


def test_json_is_versioned_exact_and_says_what_its_terms_mean(found: Report) -> None:
    document = to_json(found)
    again = json.loads(json.dumps(document))
    assert again == document
    assert document["report_version"] == 1
    assert document["overall"]["live"]["approval_rate"]["denominator"] == found.data.rows
    assert re.fullmatch(r"[0-9]\.[0-9]{4}", document["overall"]["live"]["approval_rate"]["value"])
    assert isinstance(document["overall"]["live"]["limit_minor"], int)
    assert "four-fifths" in document["definitions"]["impact_ratio"]
    assert document["made_at"] == "2026-11-22T05:00:00Z"


def test_json_fits_its_schema_and_the_schema_is_the_published_one(found: Report) -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    for document in (to_json(found), to_json(report([]))):
        jsonschema.validate(document, schema())
    # What is published may grow; what programs read may not go away or mean something else.
    assert json.loads(GOLDEN.read_text()) == schema()


def test_no_binary_float_is_in_a_report(found: Report) -> None:
    assert "." not in re.sub(r'"[^"]*"', "", json.dumps(to_json(found)))


def test_json_has_the_names_that_programs_rely_on(found: Report) -> None:
    document = to_json(found)
    assert set(document) == {
        "report_version", "product", "product_title", "currency", "made_at", "live", "candidate", "data", "summary",
        "warnings", "overall", "matrix", "swap_in", "swap_out", "queues", "reasons", "grades", "terms", "segments",
        "adverse_impact", "agreement", "seed", "definitions",
    }  # fmt: skip
    assert set(document["overall"]) == {
        "rows", "live", "candidate", "approval_change", "granted_by_both", "swap_in", "swap_out", "granted_by_neither",
    }  # fmt: skip
    assert set(document["swap_in"]) == {"population", "statements", "examples"}


def test_the_terminal_shows_the_decision_at_a_glance(found: Report) -> None:
    shown = StringIO()
    Console(file=shown, width=140).print(terminal(found))
    text = shown.getvalue()
    for words in (
        "Approval rate",
        "Outcomes under both policies",
        "Swap sets",
        "Reasons",
        "By channel",
        "Adverse impact by sex",
    ):
        assert words in text


def test_a_page_of_many_values_and_many_rules_stays_small() -> None:
    rows = [
        score(640 if number % 2 else 450, segments={"zip": f"z{number:05}"}, reference=f"r{number}")
        for number in range(150)
    ]
    assert len(html(report(rows, examples=20)).encode()) < 1_000_000
