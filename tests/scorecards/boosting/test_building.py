"""A boosted model from data to artefact: the same bytes, and the same score wherever it is worked out."""

import base64
import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scorecards.boosting.forest import Forest, grow
from services.scorecards.boosting.rows import columns_of, input_entries
from services.scorecards.boosting.spec import BoostSpec, read_boost_spec
from services.scorecards.build.reading import read_sample
from services.scorecards.build.sample import Sample
from services.scorecards.build.splits import split_rows
from services.scoring.domain.artefact import content_hash
from services.scoring.domain.boosted import BoostedModel, parse_input
from services.scoring.domain.models import ScoringModel
from services.scoring.onnx.batch import encode, score_many
from services.scoring.onnx.loading import load_boosted
from shared.facts import FactValue


@dataclass(frozen=True)
class Made:
    """The served model, and the trees that scikit-learn grew for it."""

    spec: BoostSpec
    sample: Sample
    held_out: list[int]
    matrix: Any
    forest: Forest
    model: BoostedModel


@pytest.fixture(scope="session")
def made(workshop: Path, document: dict[str, Any]) -> Made:
    """Everything that the artefact was made from, made again."""
    spec = read_boost_spec(workshop / "spec.yaml")
    sample = read_sample(workshop / "data.csv", spec.sample)
    parts = split_rows(sample, spec.sample)
    train = sample.rows(parts.train)
    dictionary = spec.sample.product.dictionary
    inputs = [parse_input(entry, dictionary) for entry in input_entries(train, spec)]
    matrix = encode(inputs, columns_of(sample), slice(0, len(sample)))
    directions = [spec.directions[each.fact.name] for each in inputs for _ in range(each.width)]
    forest = grow(matrix[parts.train], train.bads, directions, spec)
    model = loaded(document, spec)
    return Made(spec, sample, parts.held_out, matrix, forest, model)


def loaded(document: dict[str, Any], spec: BoostSpec) -> BoostedModel:
    model: ScoringModel = load_boosted(document, spec.sample.product)
    assert isinstance(model, BoostedModel)
    return model


def from_probability(probability: float) -> int:
    """Return the score of a probability of bad by the published formula, as a reader of the artefact would."""
    with localcontext() as context:
        context.prec = 50
        log_odds = (1 - Decimal(probability)).ln() - Decimal(probability).ln()
        exact = 600 + 40 / Decimal(2).ln() * (log_odds - Decimal(20).ln())
        # A double holds a probability to 16 places, a score therefore not to the last.
        return int((exact.quantize(Decimal("1e-7")) + Decimal("0.5")).to_integral_value("ROUND_FLOOR"))


def test_every_held_out_row_has_the_score_of_scikit_learns_probability(made: Made) -> None:
    probabilities = made.forest.classifier.predict_proba(made.matrix[made.held_out].astype(float))[:, 1]
    for row, probability in zip(made.held_out, probabilities.tolist(), strict=True):
        assert made.model.score(made.sample.facts(row)).score == from_probability(probability)


FACTS = st.fixed_dictionaries(
    {},
    optional={
        "requested_amount": st.integers(1, 3_000_000),
        "debt_ratio": st.decimals("-2", "2", places=4),
        "months_employed": st.integers(-100, 400),
        "savings": st.sampled_from(["none", "some", "much"]),
        "purpose": st.sampled_from(["car", "boat", "holiday"]),
        "home_owner": st.booleans(),
    },
)


@settings(max_examples=20)
@given(rows=st.lists(FACTS, min_size=1, max_size=40))
def test_any_application_with_anything_missing_has_the_score_of_scikit_learns_probability(
    made: Made, rows: list[dict[str, FactValue]]
) -> None:
    matrix = numpy.array([made.model.row(facts) for facts in rows], dtype=numpy.float32).astype(float)
    probabilities = made.forest.classifier.predict_proba(matrix)[:, 1]
    for facts, probability in zip(rows, probabilities.tolist(), strict=True):
        assert made.model.score(facts).score == from_probability(probability)


def test_a_batch_of_the_whole_sample_scores_as_one_application_at_a_time(made: Made) -> None:
    batch = score_many(made.model, columns_of(made.sample), len(made.sample))
    for row in range(0, len(made.sample), 7):
        alone = made.model.score(made.sample.facts(row))
        assert batch.scores[row] == alone.score
        codes = [made.model.substitutions[place].code for place in batch.reasons[row].tolist() if place >= 0]
        assert codes == [reason.code for reason in alone.reasons]


def test_the_bad_rate_moves_only_as_the_analyst_asked(made: Made) -> None:
    facts = made.sample.facts(0)
    amounts = [made.model.score(facts | {"requested_amount": cents}).score for cents in range(10_000, 2_000_000, 9_999)]
    assert amounts == sorted(amounts, reverse=True)
    savings = [made.model.score(facts | {"savings": value}).score for value in ("none", "some", "much")]
    assert savings == sorted(savings)


# skl2onnx hands booleans to protobuf where it wants integers.
@pytest.mark.filterwarnings("ignore:Field onnx.AttributeProto.ints:DeprecationWarning")
def test_the_trees_as_another_tool_exports_them_score_alike_as_probabilities(
    made: Made, document: dict[str, Any]
) -> None:
    from skl2onnx import to_onnx

    exported = to_onnx(made.forest.classifier, made.matrix[:1], options={"zipmap": False}).SerializeToString()
    other = {
        **document,
        "onnx": {
            "answers": "probability_of_bad",
            "column": 1,
            "sha256": hashlib.sha256(exported).hexdigest(),
            "base64": base64.b64encode(exported).decode(),
        },
    }
    model = loaded(other | {"content_hash": content_hash(other)}, made.spec)
    rows = [made.sample.facts(row) for row in made.held_out[:300]]
    apart = [abs(model.score(facts).score - made.model.score(facts).score) for facts in rows]
    assert max(apart) <= 1
    assert apart.count(0) >= 295


def test_another_process_writes_the_same_bytes(workshop: Path) -> None:
    again = workshop / "again.json"
    command = [Path(sys.executable).with_name("assay"), "scorecard", "boost", "--data", workshop / "data.csv"]
    done = subprocess.run(
        [*command, "--spec", workshop / "spec.yaml", "--out", again],
        env={**os.environ, "PYTHONHASHSEED": "12345", "OMP_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert again.read_bytes() == (workshop / "model.json").read_bytes()


def test_the_artefact_states_figures_of_rows_that_the_trees_never_saw(document: dict[str, Any]) -> None:
    figures = document["metrics"]
    assert (figures["train"]["rows"], figures["held_out"]["rows"]) == (1400, 600)
    assert Decimal(figures["held_out"]["auc"]) > Decimal("0.8")
    assert abs(Decimal(figures["held_out"]["mean_pd"]) - Decimal(figures["held_out"]["bad_rate"])) < Decimal("0.05")
    assert len(figures["cross_validation"]["auc_by_fold"]) == 3
    assert {part["name"] for part in document["validation"]["parts"]} == {"train", "held_out"}
    assert document["validation"]["fairness"]


def test_the_artefact_states_grades_validity_and_who_reasons_compare_with(made: Made, document: dict[str, Any]) -> None:
    assert (document["validity"], made.model.valid_days) == ({"days": 30}, 30)
    assert {vector["grade"] for vector in document["golden_vectors"]} == {"A", "B"}
    assert document["reasons"]["reference_facts"].keys() == made.spec.directions.keys()
    worst: dict[str, FactValue] = {"requested_amount": 2_000_000, "debt_ratio": Decimal(1), "savings": "none"}
    reasons = made.model.score(worst).reasons
    assert {reason.code for reason in reasons} == {"AMOUNT_TOO_HIGH", "CIRCUMSTANCES", "DEBT_TOO_HIGH"}
