"""Coverage of tables: overlaps, rows that are never reached, inputs that no row matches; each shown by an example.

Every cell that compares its column with literals becomes a set of integers (see `shared.feel.typed.regions`), a row
a box of such sets. Sets of rows are bits of an integer, so that thousands of rows are compared at once.
"""

from services.decision.domain.policy.checks.coverage.area import Area, Point, Regions, common_point, in_words
from services.decision.domain.policy.checks.coverage.gaps import Budget, TooIntricate, find_gap
from services.decision.domain.policy.checks.coverage.meeting import bits, including, meeting

__all__ = [
    "Area",
    "Budget",
    "Point",
    "Regions",
    "TooIntricate",
    "bits",
    "common_point",
    "find_gap",
    "in_words",
    "including",
    "meeting",
]
