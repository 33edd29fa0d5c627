"""Where the development data of the committed scorecard and of the examples are."""

import os
from pathlib import Path

import pytest

DATA = Path(__file__).parents[3] / "../shared/data"
GERMAN = DATA / "german_credit/german_credit.csv"

# The data is never committed, so a plain clone may lack it; ASSAY_REQUIRE_DATA makes its absence a failure instead.
_WITH_DATA = ["test_held_out_rows.py", "test_levels.py"]
collect_ignore = [] if GERMAN.exists() or os.environ.get("ASSAY_REQUIRE_DATA") else _WITH_DATA


@pytest.fixture(scope="session")
def german_credit() -> Path:
    """The file that the committed scorecard was built from."""
    return GERMAN


@pytest.fixture(scope="session")
def examples_data() -> dict[str, Path]:
    """The file that each example is built from."""
    return {
        "german": GERMAN,
        "taiwan": DATA / "taiwan_credit_card/taiwan_credit_card.csv.gz",
        "polish": DATA / "polish_bankruptcy/polish_5year.csv.gz",
        "sba-california": DATA / "sba/sba_case_california.csv",
    }
