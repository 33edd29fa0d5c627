"""Scorecards as PMML 4.4 (Data Mining Group, https://dmg.org/pmml/v4-4/Scorecard.html), in and out."""

from services.scorecards.interchange.pmml.bind import card_of_pmml
from services.scorecards.interchange.pmml.write import pmml_of

__all__ = ["card_of_pmml", "pmml_of"]
