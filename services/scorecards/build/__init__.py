"""The offline builder of scorecards: data and a build spec in, one JSON artefact out, the same bytes every time.

optbinning, DuckDB and numpy are the `train` extra; this package is imported when a scorecard is built, never by a
service.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from services.scorecards.build.binning import Binned
from services.scorecards.build.cautions import cautions
from services.scorecards.build.document import artefact, rendered
from services.scorecards.build.fit import bin_all, fit_binned
from services.scorecards.build.reading import read_sample
from services.scorecards.build.sample import Sample
from services.scorecards.build.screening import (
    Association,
    associations,
    check_leakage,
    check_proxies,
    check_sample,
)
from services.scorecards.build.selection import LeftOut
from services.scorecards.build.spec import BuildError, BuildSpec, read_spec
from services.scorecards.build.splits import split_rows
from services.scorecards.build.validation import check_scorecard, cross_validation, pack, validation
from services.scoring.domain.scorecard import load_scorecard

__all__ = ["BuildError", "Progress", "build_scorecard"]

Progress = Callable[[str, int, int], None]
"""Called with the step under way, the steps done and the steps in all."""


def build_scorecard(data: Path, spec: Path, out: Path, progress: Progress) -> dict[str, Any]:
    """Build the scorecard of the spec file from the CSV or Parquet file `data`, write it to `out` and return it.

    Before it is written the artefact is loaded as a service loads it, and must give every value of the data the points
    of the fitted model, so that only a sound one is written. Raises `BuildError`, `ScorecardError` and `OSError`; `out`
    is then untouched.
    """
    plan = read_spec(spec)
    steps = plan.split.folds * plan.split.repeats + 4
    progress("reading the data", 0, steps)
    sample = read_sample(data, plan)
    parts = split_rows(sample, plan)
    train, held_out = sample.rows(parts.train), sample.rows(parts.held_out)
    progress("looking for leakage and proxies", 1, steps)
    binned, empty, found = _screened(train, plan)
    progress("fitting on the training rows", 2, steps)
    model = fit_binned(train, binned, empty, plan)
    folded = sample.rows(sorted(parts.train + parts.held_out)) if plan.split.folds_over_all else train
    folds = cross_validation(folded, plan, lambda fold: progress("cross-validating", 3 + fold, steps))
    progress("writing the artefact", steps - 1, steps)
    measured = {"train": train, "held_out": held_out} | ({"later": sample.rows(parts.later)} if parts.later else {})
    metrics = validation(model, measured, folds, len(folded), plan)
    if plan.explicit:
        metrics |= cautions(model, sample, train, found, plan)
    found_pack = pack(model, measured, folds, plan) if plan.explicit else None
    document = artefact(model, train, metrics, found_pack, plan)
    text = rendered(document)
    check_scorecard(load_scorecard(json.loads(text), plan.product), model, sample)
    partial = out.with_name(f".{out.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(out)
    progress("done", steps, steps)
    return document


def _screened(train: Sample, plan: BuildSpec) -> tuple[list[Binned], list[LeftOut], list[Association]]:
    """Return the candidates with their bins, those without values, and what goes with a protected attribute."""
    check_sample(train, plan)
    binned, empty = bin_all(train, plan)
    check_leakage(binned, train.bads)
    found = associations(binned, train)
    check_proxies(found, plan.candidates, plan)
    return binned, empty, found
