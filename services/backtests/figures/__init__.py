"""The figures of a backtest: aggregates over the tables `application`, `live` and `candidate`, exact to the last unit.

`figures(db, Comparison(...)) -> Report`. Applications are counted by both outcomes in SQL (`tables`), everything about
sets of them is folded from those few counts (`slices`, `fairness`), examples are decided again by the online engine
(`examples`), and `wording` says what the figures do and do not show.
"""

from services.backtests.figures.comparison import Comparison, Side
from services.backtests.figures.compute import figures
from services.backtests.figures.report import REPORT_VERSION, Report
from services.backtests.figures.tables import Inconsistent

__all__ = ["REPORT_VERSION", "Comparison", "Inconsistent", "Report", "Side", "figures"]
