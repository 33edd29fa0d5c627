"""Where the development data of the committed scorecard is."""

import os
from pathlib import Path

import pytest

DATA = Path(__file__).parents[3] / "../shared/data/german_credit/german_credit.csv"

# The data is never committed, so a plain clone may lack it; ASSAY_REQUIRE_DATA makes its absence a failure instead.
collect_ignore = [] if DATA.exists() or os.environ.get("ASSAY_REQUIRE_DATA") else ["test_held_out_rows.py"]


@pytest.fixture(scope="session")
def german_credit() -> Path:
    """The file that the committed scorecard was built from."""
    return DATA
