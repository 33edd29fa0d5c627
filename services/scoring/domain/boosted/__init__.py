"""Boosted trees as a kind of model: one JSON artefact with an ONNX file in it, scored in integers as scorecards are."""

from services.scoring.domain.boosted.answers import AnswerError, Meaning, Points, Probability
from services.scoring.domain.boosted.artefact import (
    FORMAT,
    MOST_BYTES,
    REASON_METHOD,
    BoostedError,
    RuntimeMissingError,
    assemble_boosted,
    load_boosted,
    stand_in,
)
from services.scoring.domain.boosted.graph import Graph
from services.scoring.domain.boosted.inputs import Encoding, Input, band_names, last_places, parse_input
from services.scoring.domain.boosted.model import BoostedModel, OpenSession, Run, Substitution, UnavailableModel
from services.scoring.domain.boosted.trees import EXACT_SUM

__all__ = [
    "EXACT_SUM",
    "FORMAT",
    "MOST_BYTES",
    "REASON_METHOD",
    "AnswerError",
    "BoostedError",
    "BoostedModel",
    "Encoding",
    "Graph",
    "Input",
    "Meaning",
    "OpenSession",
    "Points",
    "Probability",
    "Run",
    "RuntimeMissingError",
    "Substitution",
    "UnavailableModel",
    "assemble_boosted",
    "band_names",
    "last_places",
    "load_boosted",
    "parse_input",
    "stand_in",
]
