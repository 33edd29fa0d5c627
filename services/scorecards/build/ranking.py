"""The area under the ROC curve of many rows at once, for choices among fits; figures of record are exact fractions."""

from typing import Any

import numpy


def area_under_curve(values: Any, bads: Any) -> float:
    """Return the share of (good, bad) pairs in which the good has the higher value, ties counted half.

    By ranks (Hanley & McNeil, Radiology 143, 1982). `values` are numbers, `bads` booleans; both outcomes are there.
    """
    found, places, counts = numpy.unique(values, return_inverse=True, return_counts=True)
    middles = numpy.cumsum(counts) - (counts - 1) / 2
    ranks = middles[places] if len(found) else middles
    goods = len(values) - int(bads.sum())
    wins = float(ranks[~bads].sum()) - goods * (goods + 1) / 2
    return wins / (goods * (len(values) - goods))
