"""A backtest's report as one HTML file that a committee can read: no script, no request, nothing but itself."""

from typing import Final

from services.backtests.figures.report import Report
from services.backtests.report.page.changes import grades, reasons, volumes
from services.backtests.report.page.data import data, definitions, record
from services.backtests.report.page.groups import fairness, segments
from services.backtests.report.page.overview import head, key, lead, matrix
from services.backtests.report.page.swaps import examples, swaps
from shared.pages.markup import element, joined
from shared.pages.page import contents, page

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
    title = f"Backtest: {report.product_title}, {report.candidate.name} {report.candidate.version}"
    return page(
        title,
        head(report),
        lead(report),
        contents((name, title) for name, title, shown in parts if shown),
        joined(*(shown for _, _, shown in parts)),
        definitions(),
        element("footer", f"Candidate {report.candidate.content_hash}, live {report.live.content_hash}."),
    )
