"""The figures that the committed scorecard states, measured again on the rows it was not fitted on."""

from decimal import Decimal
from pathlib import Path

import pytest

from services.scorecards.build.document import decimal
from services.scorecards.build.reading import read_sample
from services.scorecards.build.sample import Sample
from services.scorecards.build.splits import split_rows
from services.scoring.domain.measures.discrimination import auc, gini, ks
from tests.scorecards.build.committed import DOCUMENT, SCORECARD, SPEC


@pytest.fixture(scope="module")
def sample(german_credit: Path) -> Sample:
    return read_sample(german_credit, SPEC)


@pytest.fixture(scope="module")
def parts(sample: Sample) -> dict[str, Sample]:
    rows = split_rows(sample, SPEC)
    return {"train": sample.rows(rows.train), "held_out": sample.rows(rows.held_out)}


@pytest.mark.parametrize("part", ["train", "held_out"])
def test_the_scorer_reaches_the_stated_figures(parts: dict[str, Sample], part: str) -> None:
    rows = parts[part]
    outcomes = [(SCORECARD.score(rows.facts(row)).score, bool(bad)) for row, bad in enumerate(rows.bads)]
    stated = DOCUMENT["metrics"][part]
    measured = {"auc": decimal(auc(outcomes)), "gini": decimal(gini(outcomes)), "ks": decimal(ks(outcomes))}
    assert measured == {name: stated[name] for name in measured}
    assert (stated["rows"], stated["bads"]) == (len(rows), rows.bads.sum())


def test_the_scorecard_was_built_from_this_file(sample: Sample) -> None:
    assert DOCUMENT["provenance"]["data"]["sha256"] == sample.sha256


def test_every_bin_counts_the_training_rows_that_fall_into_it(parts: dict[str, Sample]) -> None:
    counts: dict[tuple[str, str], list[int]] = {}
    for row, bad in enumerate(parts["train"].bads):
        for scored in SCORECARD.score(parts["train"].facts(row)).points:
            tally = counts.setdefault((scored.characteristic, scored.bin), [0, 0])
            tally[0] += 1
            tally[1] += bool(bad)
    for entry in DOCUMENT["characteristics"]:
        for item in entry["bins"]:
            assert counts.get((entry["fact"], item["label"]), [0, 0]) == [item["count"], item["bads"]]


def test_the_mean_pd_of_the_training_rows_is_their_bad_rate(parts: dict[str, Sample]) -> None:
    rows = parts["train"]
    mean = sum((SCORECARD.score(rows.facts(row)).pd for row in range(len(rows))), Decimal(0)) / len(rows)
    assert abs(mean - Decimal(int(rows.bads.sum())) / len(rows)) < Decimal("0.005")
