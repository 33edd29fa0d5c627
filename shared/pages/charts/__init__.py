"""Charts as inline SVG, drawn in whole tenths of a pixel from exact figures."""

from shared.pages.charts.bars import Pair, Part, paired, stacked
from shared.pages.charts.columns import Columns, columns
from shared.pages.charts.curves import Curve, curves
from shared.pages.charts.dots import Range, impact_ratios, intervals, rates, ratios
from shared.pages.charts.expected import Observed, against_expected
from shared.pages.charts.frame import WIDTH, swatch
from shared.pages.charts.scatter import Dot, scatter
from shared.pages.charts.thresholds import Marked, against_thresholds

__all__ = [
    "WIDTH",
    "Columns",
    "Curve",
    "Dot",
    "Marked",
    "Observed",
    "Pair",
    "Part",
    "Range",
    "against_expected",
    "against_thresholds",
    "columns",
    "curves",
    "impact_ratios",
    "intervals",
    "paired",
    "rates",
    "ratios",
    "scatter",
    "stacked",
    "swatch",
]
