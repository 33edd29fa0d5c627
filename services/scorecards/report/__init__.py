"""The model document: one HTML file about one artefact, complete enough for an independent validator to sign.

Its chapters are those that model-risk guidance asks for (SR Letter 26-2 of the Federal Reserve, FDIC and OCC, 2026,
in succession to SR 11-7): purpose and use, data, design, testing and outcomes, limitations, monitoring, governance.
Everything in it comes from the artefact, so the same artefact gives the same bytes.
"""

from collections.abc import Mapping
from typing import Any, Final

from services.scorecards.report.characteristics import characteristics
from services.scorecards.report.data import data, target
from services.scorecards.report.fairness import fairness
from services.scorecards.report.governance import governance, monitoring, reproduction, sign_off
from services.scorecards.report.limits import limits
from services.scorecards.report.method import method
from services.scorecards.report.overview import head, lead, purpose
from services.scorecards.report.results import results
from services.scorecards.report.scaling import scaling
from services.scorecards.report.stability import stability
from services.scorecards.report.table import scorecard_table
from shared.pages.markup import element, joined
from shared.pages.page import contents, page
from shared.pages.tables import section

__all__ = ["model_document"]

_CHAPTERS: Final = (
    ("purpose", "Purpose and use", purpose),
    ("data", "Data", data),
    ("target", "Target", target),
    ("method", "Method", method),
    ("scaling", "Scaling and a worked example", scaling),
    ("scorecard", "The scorecard", scorecard_table),
    ("characteristics", "Characteristics", characteristics),
    ("results", "Results", results),
    ("stability", "Stability", stability),
    ("fairness", "Fairness", fairness),
    ("limits", "Limitations and assumptions", limits),
    ("monitoring", "Monitoring plan", monitoring),
    ("reproduction", "Reproduction", reproduction),
    ("governance", "Versions and changes", governance),
    ("sign-off", "Sign-off", sign_off),
)


def model_document(document: Mapping[str, Any]) -> str:
    """Return the model document of a sound artefact as one self-contained HTML page; every text is escaped.

    A chapter that the artefact has nothing for says so where a validator needs it, and is left out elsewhere.
    """
    shown = [(name, title, content) for name, title, chapter in _CHAPTERS if (content := chapter(document))]
    numbered = [(name, f"{number}. {title}", content) for number, (name, title, content) in enumerate(shown, start=1)]
    return page(
        f"Model document: {document['title']}, version {document['version']}",
        head(document),
        lead(document),
        contents((name, title) for name, title, _ in numbered),
        joined(*(section(name, title, content) for name, title, content in numbered)),
        element("footer", f"{document['name']} version {document['version']}, artefact {document['content_hash']}."),
    )
