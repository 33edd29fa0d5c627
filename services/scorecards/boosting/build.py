"""From data to artefact, step by step; nothing is written unless all of it holds."""

import json
from pathlib import Path
from typing import Any

from services.scorecards.boosting.document import assembled, completed, drafted
from services.scorecards.boosting.forest import grow
from services.scorecards.boosting.rows import columns_of, input_entries
from services.scorecards.boosting.screening import screen
from services.scorecards.boosting.spec import read_boost_spec
from services.scorecards.boosting.validation import checked_scores, cross_validation, metrics, pack
from services.scorecards.build import Progress
from services.scorecards.build.document import rendered
from services.scorecards.build.reading import read_sample
from services.scorecards.build.splits import Parts, split_rows
from services.scorecards.validation import Role
from services.scoring.domain.boosted import parse_input
from services.scoring.onnx.batch import encode
from services.scoring.onnx.loading import load_boosted


def build_boosted(data: Path, spec: Path, out: Path, progress: Progress) -> dict[str, Any]:
    """Build the boosted model of the spec file from the CSV or Parquet file `data`, write it to `out` and return it.

    Before it is written the artefact is loaded as a service loads it, and must give every row of the data the score of
    scikit-learn's model, so that only a sound one is written. Raises `BuildError`, `ModelError` and `OSError`; `out` is
    then untouched.
    """
    plan = read_boost_spec(spec)
    split = plan.sample.split
    steps = split.folds * split.repeats + 5
    progress("reading the data", 0, steps)
    sample = read_sample(data, plan.sample)
    parts = split_rows(sample, plan.sample)
    train = sample.rows(parts.train)
    progress("looking for leakage and proxies", 1, steps)
    screen(train, plan)
    entries = input_entries(train, plan)
    inputs = [parse_input(entry, plan.sample.product.dictionary) for entry in entries]
    columns = columns_of(sample)
    matrix = encode(inputs, columns, slice(0, len(sample)))
    directions = [plan.directions[each.fact.name] for each in inputs for _ in range(each.width)]
    progress("growing trees on the training rows", 2, steps)
    forest = grow(matrix[parts.train], train.bads, directions, plan)
    document = drafted(forest, entries, train, plan)
    model = assembled(document, plan)
    scores = checked_scores(model, forest, columns, matrix, len(sample))
    folds = cross_validation(
        matrix[parts.train], train.bads, directions, plan, lambda fold: progress("cross-validating", 3 + fold, steps)
    )
    progress("validating", steps - 2, steps)
    measured = [(*part, sample.rows(rows), scores[rows].tolist()) for part, rows in _parts(parts)]
    document["metrics"] = metrics(measured, folds, plan)
    document["validation"] = pack(measured, folds, plan)
    progress("writing the artefact", steps - 1, steps)
    text = rendered(completed(document, model, train, scores[parts.train].tolist(), plan))
    load_boosted(json.loads(text), plan.sample.product)
    out.write_text(text, encoding="utf-8")
    progress("done", steps, steps)
    return document


def _parts(parts: Parts) -> list[tuple[tuple[str, Role], list[int]]]:
    found = [(("train", Role.FITTED), parts.train), (("held_out", Role.HELD_OUT), parts.held_out)]
    return [*found, (("later", Role.LATER), parts.later)] if parts.later else found
