"""Where the loan records are that the example is about."""

import os
from pathlib import Path

import pytest

DATA = Path(__file__).parents[3] / "../shared/data"
SBA = DATA / "sba/sba_national_head22427.csv.gz"
GERMAN = DATA / "german_credit/german_credit.csv"

# The data is never committed, so a plain clone may lack it; ASSAY_REQUIRE_DATA makes its absence a failure instead.
_THERE = (SBA.exists() and GERMAN.exists()) or os.environ.get("ASSAY_REQUIRE_DATA")
collect_ignore = [] if _THERE else ["test_real_loans.py"]


@pytest.fixture(scope="session")
def sba() -> Path:
    """22,427 loans of the U.S. Small Business Administration."""
    return SBA


@pytest.fixture(scope="session")
def german_credit() -> Path:
    """The 1,000 applicants of the Statlog German Credit data."""
    return GERMAN
