"""The scorecard: one JSON artefact that is built, scored, explained and watched."""

from services.scoring.domain.artefact import content_hash
from services.scoring.domain.score import Failure, Reason, Score, ScoredBin, Unscorable
from services.scoring.domain.scorecard.artefact import (
    FORMAT,
    ScorecardError,
    load_scorecard,
)
from services.scoring.domain.scorecard.model import (
    Bin,
    BinRole,
    Characteristic,
    ReasonMethod,
    Scaling,
    Scorecard,
)

__all__ = [
    "FORMAT",
    "Bin",
    "BinRole",
    "Characteristic",
    "Failure",
    "Reason",
    "ReasonMethod",
    "Scaling",
    "Score",
    "Scorecard",
    "ScorecardError",
    "ScoredBin",
    "Unscorable",
    "content_hash",
    "load_scorecard",
]
