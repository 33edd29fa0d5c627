"""A backtest's report as a value: two policies over the same applications, in exact figures.

Amounts are integers in minor units of the product's currency (a sum may exceed 2^53). Rates are exact ratios with a
decimal string of four places beside them. Granted means approved or offered another amount (`approve`,
`counter_offer`); everything else is not granted. `live` is the policy in force, `candidate` the one proposed.
"""

from services.backtests.figures.report.changes import Change, GradeMove, Queue, ReasonLine, TermsChanges
from services.backtests.figures.report.examples import Answered, Example, ReasonGiven, Statement, SwapSet
from services.backtests.figures.report.fairness import AdverseImpact, Group, GroupRate
from services.backtests.figures.report.populations import Cell, Population, Segment, SegmentValue, SideFigures, Slice
from services.backtests.figures.report.whole import (
    REPORT_VERSION,
    Agreement,
    Data,
    Disagreement,
    RejectedReason,
    Report,
    Version,
    Warned,
)

__all__ = [
    "REPORT_VERSION",
    "AdverseImpact",
    "Agreement",
    "Answered",
    "Cell",
    "Change",
    "Data",
    "Disagreement",
    "Example",
    "GradeMove",
    "Group",
    "GroupRate",
    "Population",
    "Queue",
    "ReasonGiven",
    "ReasonLine",
    "RejectedReason",
    "Report",
    "Segment",
    "SegmentValue",
    "SideFigures",
    "Slice",
    "Statement",
    "SwapSet",
    "TermsChanges",
    "Version",
    "Warned",
]
