"""What the builder accepts: specs that make sense and data that fit them, faults named without the values."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from services.scorecards.build.binning import Holder, count_bins, information_value
from services.scorecards.build.sample import fold_rows, others, read_sample, train_rows
from services.scorecards.build.spec import BuildError, BuildSpec, read_spec
from services.scoring.domain.scorecard import BinRole
from tests.scorecards.build.committed import SPEC_FILE

PRODUCT = {
    "name": "tiny-loan",
    "title": "Tiny loan",
    "currency": "EUR",
    "facts": {
        "requested_amount": {"type": "money", "minimum": 1},
        "months": {"type": "integer", "minimum": 1},
        "tenure": {"type": "enum", "values": ["rent", "own", "other"]},
        "sex": {"type": "enum", "values": ["f", "m"], "protected": True},
    },
}
HEADER = "amount,months,tenure,sex,outcome"


def tiny_spec(folder: Path, change: Callable[[dict[str, Any]], object] = lambda document: None) -> BuildSpec:
    document = yaml.safe_load(SPEC_FILE.read_text(encoding="utf-8")) | {
        "product": "tiny-loan.yaml",
        "target": {"column": "outcome", "bad": "default", "good": "paid", "definition": "90 days past due"},
        "columns": {"amount": {"fact": "requested_amount", "multiply": 100}},
        "excluded": {"sex": "protected attribute"},
        "characteristics": {
            "requested_amount": {"reason_code": "AMOUNT_TOO_HIGH", "bad_rate": "rises"},
            "months": {"reason_code": "TERM_TOO_LONG"},
            "tenure": {"reason_code": "HOUSING_TENURE", "order": ["rent", "own"], "special": ["other"]},
        },
    }
    change(document)
    (folder / "tiny-loan.yaml").write_text(yaml.safe_dump(PRODUCT), encoding="utf-8")
    path = folder / "tiny.build.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return read_spec(path)


def data_file(folder: Path, *lines: str) -> Path:
    path = folder / "data.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.update(format="assay.scorecard-build/9"), "/format"),
        (lambda d: d.update(split={"seed": 1}), "/split/folds: is required"),
        (lambda d: d.update(colour="red"), "/colour: is not a key"),
        (lambda d: d["characteristics"].update(sex={"reason_code": "SEX"}), "sex: is a protected attribute"),
        (lambda d: d["characteristics"].update(mood={"reason_code": "MOOD"}), "mood: is not a fact"),
        (lambda d: d["characteristics"]["months"].update(bad_rate="wobbles"), "must be rises or falls"),
        (lambda d: d["characteristics"]["months"].update(special=["1"]), "only enumerations"),
        (lambda d: d["characteristics"]["tenure"].update(order=["castle"]), "does not have"),
        (lambda d: d["characteristics"]["tenure"].update(order=[], bad_rate="falls"), "follow an order"),
    ],
)
def test_a_spec_that_makes_no_sense_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], words: str
) -> None:
    with pytest.raises(BuildError, match=words):
        tiny_spec(tmp_path, change)


def test_rows_become_exact_facts_and_an_empty_cell_is_missing(tmp_path: Path) -> None:
    sample = read_sample(
        data_file(tmp_path, HEADER, "12,6,own,f,paid", "7,,other,m,default"),
        tiny_spec(tmp_path),
    )
    assert sample.facts == (
        {"requested_amount": 1200, "months": 6, "tenure": "own"},
        {"requested_amount": 700, "tenure": "other"},
    )
    assert sample.bads == (False, True)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([HEADER.replace("months", "weeks"), "12,6,own,f,paid"], "same columns: months, weeks"),
        ([HEADER, "12,6,own,f,paid", "12,six,own,f,default"], "line 3: months must be an integer"),
        ([HEADER, "12,6,castle,f,paid"], "line 2: tenure must be one of"),
        ([HEADER, "12,6,own,f,perhaps"], "line 2: outcome is neither good nor bad"),
        ([HEADER, "12,6,own,f"], "line 2: does not have one cell for each column"),
        ([HEADER, "12,6,own,f,paid,more"], "line 2: does not have one cell for each column"),
        ([HEADER, "12,6,own,f,paid", "13,6,own,f,paid"], "both goods and bads"),
    ],
)
def test_data_that_do_not_fit_the_spec_are_refused_by_line_and_column(
    tmp_path: Path, lines: list[str], words: str
) -> None:
    with pytest.raises(BuildError, match=words):
        read_sample(data_file(tmp_path, *lines), tiny_spec(tmp_path))


def test_data_in_another_encoding_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(HEADER.encode() + b"\n12,6,\xfc,f,paid\n")
    with pytest.raises(BuildError, match="UTF-8"):
        read_sample(path, tiny_spec(tmp_path))


@given(st.lists(st.booleans(), min_size=20, max_size=200), st.integers(0, 5), st.integers(50, 90))
def test_the_training_part_holds_its_share_of_goods_and_of_bads(bads: list[bool], seed: int, percent: int) -> None:
    train = train_rows(bads, seed, percent)
    for outcome in (False, True):
        share = sum(bads[row] is outcome for row in train)
        assert abs(share - bads.count(outcome) * percent / 100) <= 0.5
    assert train == train_rows(bads, seed, percent)
    assert sorted(train + others(train, len(bads))) == list(range(len(bads)))


@given(st.lists(st.booleans(), min_size=20, max_size=200), st.integers(2, 6))
def test_every_row_is_tested_in_exactly_one_fold(bads: list[bool], folds: int) -> None:
    parts = fold_rows(bads, 42, folds)
    assert sorted(row for part in parts for row in part) == list(range(len(bads)))
    sizes = [sum(bads[row] for row in part) for part in parts]
    assert max(sizes) - min(sizes) <= 1


def test_another_seed_gives_another_split() -> None:
    bads = [False, True] * 50
    assert train_rows(bads, 1, 70) != train_rows(bads, 2, 70)


def test_weight_of_evidence_and_information_value_are_those_of_the_textbook() -> None:
    holders = [
        Holder(BinRole.REGULAR, "below 10", end=10),
        Holder(BinRole.REGULAR, "10 or more", start=10),
        Holder(BinRole.MISSING, "missing"),
        Holder(BinRole.UNSEEN, "not seen in training"),
    ]
    values = [9] * 50 + [10] * 50
    bads = [False] * 40 + [True] * 10 + [False] * 20 + [True] * 30
    low, high, missing, unseen = count_bins(holders, values, bads)
    assert (low.goods, low.bads, high.goods, high.bads) == (40, 10, 20, 30)
    assert low.woe == pytest.approx(0.980829)  # ln((40/60) / (10/40))
    assert high.woe == pytest.approx(-0.810930)  # ln((20/60) / (30/40))
    assert (missing.woe, unseen.woe) == (None, None)
    assert information_value([low, high, missing, unseen]) == pytest.approx(0.746566)


def test_a_bin_of_only_goods_or_only_bads_keeps_a_finite_weight_of_evidence() -> None:
    holders = [Holder(BinRole.REGULAR, value, values=(value,)) for value in ("safe", "mixed", "risky")]
    values = ["safe", "safe", "mixed", "mixed", "risky"]
    safe, _, risky = count_bins(holders, values, [False, False, False, True, True])
    assert safe.woe == pytest.approx(0.980829)  # ln((2/3) / (0.5/2))
    assert risky.woe == pytest.approx(-1.098612)  # ln((0.5/3) / (1/2))


def test_importing_the_builder_and_the_scorer_loads_no_training_library() -> None:
    program = (
        "import sys, services.scorecards.build, services.scoring.domain.scorecard;"
        "print([name for name in ('optbinning', 'sklearn', 'pandas', 'numpy', 'ortools') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
