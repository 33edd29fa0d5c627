"""The committed scorecard and its build spec."""

import json
from pathlib import Path
from typing import Any

from services.scorecards.build.spec import BuildSpec, read_spec
from services.scoring.domain.scorecard import Scorecard, load_scorecard

CATALOGUE = Path(__file__).parents[3] / "deploy/catalogue"
SPEC_FILE = CATALOGUE / "scorecards/consumer-loan.build.yaml"
SPEC: BuildSpec = read_spec(SPEC_FILE)
DOCUMENT: dict[str, Any] = json.loads((CATALOGUE / "scorecards/consumer-loan.json").read_text(encoding="utf-8"))
SCORECARD: Scorecard = load_scorecard(DOCUMENT, SPEC.product)
