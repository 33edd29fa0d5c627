"""The offline builder of scorecards: data and a build spec in, one JSON artefact out, the same bytes every time.

optbinning, scikit-learn and numpy are the `train` extra; they are imported when a scorecard is built, never by a
service.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from services.scorecards.build.document import artefact, rendered
from services.scorecards.build.fit import fit
from services.scorecards.build.sample import others, read_sample, train_rows
from services.scorecards.build.spec import BuildError, read_spec
from services.scorecards.build.validation import check_scorecard, cross_validation, validation
from services.scoring.domain.scorecard import load_scorecard

__all__ = ["BuildError", "Progress", "build_scorecard"]

Progress = Callable[[str, int, int], None]
"""Called with the step under way, the steps done and the steps in all."""


def build_scorecard(data: Path, spec: Path, out: Path, progress: Progress) -> dict[str, Any]:
    """Build the scorecard of the spec file from the CSV file `data`, write it to `out` and return the document.

    Before it is written the artefact is loaded as a service loads it, and must give every row of the data the score
    of the fitted model, so that only a sound one is written. Raises `BuildError`,
    `ScorecardError` and `OSError`; `out` is then untouched.
    """
    plan = read_spec(spec)
    steps = plan.folds + 3
    progress("reading the data", 0, steps)
    sample = read_sample(data, plan)
    rows = train_rows(sample.bads, plan.seed, plan.train_percent)
    train, held_out = sample.rows(rows), sample.rows(others(rows, len(sample.bads)))
    progress("fitting on the training rows", 1, steps)
    model = fit(train, plan)
    folds = cross_validation(sample, plan, lambda fold: progress("cross-validating", 2 + fold, steps))
    progress("writing the artefact", steps - 1, steps)
    document = artefact(model, train, validation(model, train, held_out, folds, plan), plan)
    text = rendered(document)
    check_scorecard(load_scorecard(json.loads(text), plan.product), model, sample)
    out.write_text(text, encoding="utf-8")
    progress("done", steps, steps)
    return document
