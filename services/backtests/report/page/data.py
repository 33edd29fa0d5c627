"""The end of the page: the data and its record, engines, and what the terms mean."""

from services.backtests.figures.report import Report, Version
from services.backtests.figures.wording import DEFINITIONS, counted, percent
from services.backtests.report.words import NAME
from shared.pages.markup import Markup, element
from shared.pages.tables import section, table


def record(report: Report) -> Markup:
    """Return how the live policy, run again, agrees with what was decided then."""
    agreement = report.agreement
    if agreement is None:
        return Markup("")
    words = (
        f"Of {counted(agreement.agreed.denominator, 'application')} with a recorded outcome, the live policy gives the "
        f"same to {agreement.agreed.numerator:,} ({percent(agreement.agreed)})."
    )
    rows = [
        (NAME.get(each.recorded, each.recorded), NAME[each.live], f"{each.count:,}") for each in agreement.differences
    ]
    differing = table("Where they differ.", ("Recorded", "Live policy, run again", "Applications"), rows, texts=2)
    return section("record", "Agreement with what was recorded", element("p", words), differing if rows else None)


def data(report: Report) -> Markup:
    """Return what the policies were run over, by which engines, and what was set aside."""
    found = report.data
    sentences = (
        f"{counted(found.rows, 'application')} from {found.source}; {found.with_performance:,} with known performance, "
        f"{found.bad:,} of them bad; {found.recorded:,} with a recorded outcome; "
        f"{counted(found.rejected, 'row')} set aside.",
        _run("Live policy", report.live),
        _run("Candidate", report.candidate),
    )
    rejected = [(reason.reason, reason.column or "-", f"{reason.rows:,}") for reason in found.rejected_reasons]
    aside = table(
        "Rows set aside, by the first reasons; a row may have several.", ("Reason", "Column", "Rows"), rejected, texts=2
    )
    return section("data", "Data and engines", *(element("p", text) for text in sentences), aside if rejected else None)


def _run(name: str, version: Version) -> str:
    reason = f": {version.engine_reason}" if version.engine_reason else ""
    return f"{name} run by the {version.engine} engine{reason}."


def definitions() -> Markup:
    """Return what the terms mean."""
    rows = [(name.replace("_", " ").capitalize(), text) for name, text in DEFINITIONS.items()]
    return section("terms", "What the terms mean", table("", ("Term", "Meaning"), rows, texts=2))
