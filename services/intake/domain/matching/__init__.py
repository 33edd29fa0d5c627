"""Who is whom: whether a party that comes in is one that is here already.

A profile is put into a form for comparing (`traits`), which forgets how things happen to be written: script, case,
accents, punctuation, order of words, legal forms. Parties that may be the same share a key (`keys`); those few are
compared, and the points that speak for and against are summed (`likeness`). What comes of it is a `verdict`.
"""

from services.intake.domain.matching.keys import Key, keys_of
from services.intake.domain.matching.likeness import Comparison, compare
from services.intake.domain.matching.traits import Traits, traits_of
from services.intake.domain.matching.verdict import Candidate, Match, Verdict, judge

__all__ = [
    "Candidate",
    "Comparison",
    "Key",
    "Match",
    "Traits",
    "Verdict",
    "compare",
    "judge",
    "keys_of",
    "traits_of",
]
