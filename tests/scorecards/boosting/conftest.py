"""A boosted model that is built once, and where the data of the published benchmark are."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from services.scorecards.boosting.build import build_boosted
from tests.scorecards.boosting.made_up import write_data, write_specs

TAIWAN = Path(__file__).parents[3] / "../shared/data/taiwan_credit_card/taiwan_credit_card.csv.gz"

# The data is never committed, so a plain clone may lack it; ASSAY_REQUIRE_DATA makes its absence a failure instead.
collect_ignore = [] if TAIWAN.exists() or os.environ.get("ASSAY_REQUIRE_DATA") else ["test_taiwan.py"]


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data, specs, and the artefact built from them."""
    folder = tmp_path_factory.mktemp("boosted")
    build_boosted(write_data(folder / "data.csv"), write_specs(folder), folder / "model.json", lambda *_: None)
    return folder


@pytest.fixture(scope="session")
def document(workshop: Path) -> dict[str, Any]:
    """The artefact."""
    read: dict[str, Any] = json.loads((workshop / "model.json").read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="session")
def taiwan() -> Path:
    """The data of the published benchmark."""
    return TAIWAN
