"""optbinning, called for the bins of one candidate."""

import logging
from typing import Any, Final

import numpy

from services.scorecards.build.spec import BuildError, Candidate, Trend

_REPEATABLE: Final = ("OPTIMAL", "INFEASIBLE")
"""What the solver may end with. Cut short by its time limit it would give other bins on another machine."""

_TRENDS: Final = {
    Trend.RISES: "ascending",
    Trend.FALLS: "descending",
    Trend.PEAK: "peak",
    Trend.VALLEY: "valley",
    Trend.MONOTONIC: "auto_asc_desc",
    Trend.AUTO: "auto",
    Trend.ANY: None,
}


def optimal_bins(candidate: Candidate, values: Any, bads: Any, maximum_prebins: int) -> list[Any]:
    """Return rising cut points, whole numbers that begin a bin, of numbers; or groups of the values of an object array.

    Where there is nothing to part (one value, goods only) there is one bin. Shares of rows are those of `values`.
    Raises `BuildError` when the solver runs out of time.
    """
    categorical = values.dtype == object
    found = sorted(set(values.tolist()), key=str) if categorical else []
    if len(set(bads.tolist())) < 2 or len(found or numpy.unique(values)) < 2:
        return [found] if categorical else []
    # Importing optbinning makes cvxpy try every solver there is and log those that do not load; we use none of them.
    logging.getLogger("__cvxpy__").addFilter(lambda _: False)
    from optbinning import OptimalBinning  # noqa: PLC0415

    smallest = candidate.minimum_bin_percent / 100
    binning = OptimalBinning(
        name=candidate.fact,
        dtype="categorical" if categorical else "numerical",
        monotonic_trend=_TRENDS[candidate.bad_rate],
        max_n_prebins=maximum_prebins,
        min_prebin_size=smallest,
        min_bin_size=smallest,
        max_n_bins=candidate.maximum_bins,
    )
    binning.fit(values if categorical else values.astype(float), bads.astype(int))
    if binning.status not in _REPEATABLE:
        raise BuildError(f"{candidate.fact}: the best bins were not found in time; ask for fewer prebins")
    splits = [split.tolist() for split in binning.splits]
    if categorical:
        return splits or [found]
    # Values are whole, so a bin that begins between two of them begins at the upper one.
    return sorted({int(numpy.ceil(split)) for split in splits})
