"""A backtest's report as one HTML file that a committee can read: no script, no request, nothing but itself."""

from base64 import b64encode
from hashlib import sha256
from typing import Final

from services.backtests.figures.report import Report
from services.backtests.report.page.changes import grades, reasons, volumes
from services.backtests.report.page.data import data, definitions, record
from services.backtests.report.page.groups import fairness, segments
from services.backtests.report.page.markup import Markup, element, joined
from services.backtests.report.page.overview import head, key, lead, matrix
from services.backtests.report.page.style import STYLE
from services.backtests.report.page.swaps import examples, swaps

_STYLE_HASH: Final = b64encode(sha256(STYLE.encode()).digest()).decode()

CONTENT_SECURITY_POLICY: Final = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'"
"""What the page needs: its own style sheet and nothing else. A response that has it should send it as a header."""

_PARTS: Final = (
    ("key", "Key figures", key),
    ("matrix", "Outcomes", matrix),
    ("swaps", "Swap sets", swaps),
    ("volumes", "Volumes and terms", volumes),
    ("reasons", "Reasons", reasons),
    ("grades", "Grades", grades),
    ("segments", "Segments", segments),
    ("fairness", "Adverse impact", fairness),
    ("examples", "Examples", examples),
    ("record", "Record", record),
    ("data", "Data", data),
)


def html(report: Report) -> str:
    """Return the report as an HTML document; every text in it is escaped."""
    parts = [(name, title, part(report)) for name, title, part in _PARTS]
    links = [element("a", title, href=f"#{name}") for name, title, shown in parts if shown]
    title = f"Backtest: {report.product_title}, {report.candidate.name} {report.candidate.version}"
    top = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=CONTENT_SECURITY_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        Markup(f"<style>{STYLE}</style>"),
    )
    content = element(
        "main",
        head(report),
        lead(report),
        element("nav", *links, aria_label="Sections"),
        joined(*(shown for _, _, shown in parts)),
        definitions(),
        element("footer", f"Candidate {report.candidate.content_hash}, live {report.live.content_hash}."),
    )
    return "<!doctype html>\n" + element("html", top, element("body", content), lang="en") + "\n"
