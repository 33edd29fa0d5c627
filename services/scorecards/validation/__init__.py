"""The validation pack of a model: everything measured on the data it was built with and held out from, as a document.

`count_part` scores the rows of each part once and keeps counts; `validation_pack` turns the counts into figures.
Decimals are strings, so that the pack can stand in a hashed artefact under `validation`.
"""

from services.scorecards.validation.pack import validation_pack
from services.scorecards.validation.parts import CountedBin, Part, Role, count_part, count_scores

__all__ = ["CountedBin", "Part", "Role", "count_part", "count_scores", "validation_pack"]
