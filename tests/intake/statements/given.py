"""Statements that tests start from: a made-up maker of fasteners over three years, in thousands of euros."""

import csv
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from services.intake.domain.statements.amounts import number_of
from services.intake.domain.statements.analysis import ratios_of
from services.intake.domain.statements.checks import differences
from services.intake.domain.statements.statement import Assurance, Figures, Period, Statement
from services.intake.domain.statements.taxonomy import LINES, Standard
from services.migrate import PROJECT

SME: Path = PROJECT / "deploy/examples/statements/sme.csv"
POLISH: Path = PROJECT.parent / "shared/data/polish_bankruptcy/polish_5year.csv.gz"
THOUSAND = 100_000
"""A thousand euros in cents."""
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)

_BY_LABEL = {line.en: code for code, line in LINES.items()}


def sme_lines(year: int) -> dict[str, int]:
    """Return the lines of one of the years 2022 to 2024, in cents."""
    found: dict[str, int] = {}
    with SME.open(newline="") as file:
        for row in csv.DictReader(file):
            number = number_of(row[f"{year}-12-31"])
            assert number is not None
            found[_BY_LABEL[row["line"]]] = int(number) * THOUSAND
    return found


def figures(lines: Mapping[str, int], year: int = 2024, **fields: Any) -> Figures:
    """Return figures of a calendar year."""
    known: dict[str, Any] = {
        "period": Period(date(year, 1, 1), date(year, 12, 31)),
        "currency": "EUR",
        "standard": Standard.IFRS,
        "assurance": Assurance.AUDITED,
        "is_consolidated": False,
        "lines": dict(lines),
    }
    return Figures(**{**known, **fields})


def statement(found: Figures, **fields: Any) -> Statement:
    """Return the first version of a statement."""
    known: dict[str, Any] = {
        "statement_id": f"fst_{found.period.end}",
        "party_id": "party",
        "version": 1,
        "figures": found,
        "differences": differences(found),
        "flags": (),
        "source": "entered",
        "unmapped_count": 0,
        "submitted_by": "officer",
        "submitted_at": NOW,
    }
    return Statement(**{**known, **fields})


def sme_statements() -> list[Statement]:
    """Return the three years, the newest first."""
    return [statement(figures(sme_lines(year), year)) for year in (2024, 2023, 2022)]


def sme_ratios() -> dict[str, Any]:
    """Return all ratios of 2024."""
    newest, *earlier = sme_statements()
    return ratios_of(newest, earlier)


def body(year: int = 2024, **fields: Any) -> dict[str, Any]:
    """Return the body of a request that sends one of the years in."""
    lines = {code: str(amount // THOUSAND) for code, amount in sme_lines(year).items()}
    known = {
        "period": {"start": f"{year}-01-01", "end": f"{year}-12-31"},
        "currency": "EUR",
        "standard": "ifrs",
        "assurance": "audited",
        "scale": "thousands",
        "lines": lines,
    }
    return {**known, **fields}
