"""The scorecard: one JSON artefact that is built, scored, explained and watched."""

from services.scoring.domain.score import Reason, Score, ScoredBin
from services.scoring.domain.scorecard.artefact import (
    FORMAT,
    ScorecardError,
    content_hash,
    load_scorecard,
)
from services.scoring.domain.scorecard.model import (
    Bin,
    BinRole,
    Characteristic,
    Scaling,
    Scorecard,
)

__all__ = [
    "FORMAT",
    "Bin",
    "BinRole",
    "Characteristic",
    "Reason",
    "Scaling",
    "Score",
    "Scorecard",
    "ScorecardError",
    "ScoredBin",
    "content_hash",
    "load_scorecard",
]
