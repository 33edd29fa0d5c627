"""Where the cases of the compatibility kit are."""

import os
from pathlib import Path

import pytest

KIT = Path(__file__).parents[3] / "../shared/tck"

# The kit is never committed, so a plain clone may lack it; ASSAY_REQUIRE_DATA makes its absence a failure instead.
collect_ignore = [] if KIT.exists() or os.environ.get("ASSAY_REQUIRE_DATA") else ["test_tck_cases.py"]


@pytest.fixture
def kit() -> Path:
    """The folder of the kit, its groups by level of compliance."""
    return KIT
