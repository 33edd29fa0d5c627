"""What no boosted model is built from: each fault is named, and nothing is written."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.scorecards.boosting.build import build_boosted
from services.scorecards.build.spec import BuildError
from tests.scorecards.boosting.made_up import write_data, write_specs

Change = Callable[[dict[str, Any]], object]


def nothing(_document: dict[str, Any]) -> None:
    pass


def refusal(folder: Path, spec: Path, data: Path) -> str:
    out = folder / "model.json"
    with pytest.raises(BuildError) as refused:
        build_boosted(data, spec, out, lambda *_: None)
    assert not out.exists()
    return str(refused.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: s.update(format="assay.boosted-build/2"), "/format: must be assay.boosted-build/1"),
        (lambda s: s.update(colour="red"), "/colour: is not a key"),
        (lambda s: s.update(sample="nowhere.yaml"), "/sample: nowhere.yaml can't be read"),
        (lambda s: s.update(inputs={}), "/inputs: must not be empty"),
        (lambda s: s["inputs"].update(shoe_size={"reason_code": "X"}), "/inputs/shoe_size: is not a fact"),
        (lambda s: s["inputs"].update(sex={"reason_code": "X"}), "/inputs/sex: is"),
        (lambda s: s["inputs"].update(applied_on={"reason_code": "X"}), "/inputs/applied_on: is"),
        (lambda s: s["inputs"]["purpose"].update(bad_rate="rises"), "/inputs/purpose/bad_rate: has no order"),
        (lambda s: s["inputs"]["purpose"].update(bad_rate="wanders"), "must be rises, falls or any"),
        (lambda s: s["inputs"]["savings"].update(order=["none", "some"]), "must list every value"),
        (lambda s: s["trees"].update(number=0), "/trees/number: must be 1 to 5000"),
        (lambda s: s["trees"].update(learning_rate="NaN"), "/trees/learning_rate: must be a decimal"),
        (lambda s: s["trees"].update(share_of_inputs="0"), "/trees/share_of_inputs: must be above 0"),
        (lambda s: s["scaling"].update(direction="lower_is_better"), "/scaling/direction"),
    ],
)
def test_a_spec_that_makes_no_sense_is_refused_at_its_place(tmp_path: Path, change: Change, words: str) -> None:
    assert words in refusal(tmp_path, write_specs(tmp_path, change), write_data(tmp_path / "data.csv"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda row: row.update(amount="500.00"), "requested_amount has the same value in every row"),
        (lambda row: row.update(debt=""), "debt_ratio is missing in every row"),
        (lambda row: row.update(months=row["number"]), "months_employed has another value in every row"),
        (lambda row: row.update(bad="0"), "both goods and bads"),
        (lambda row: row.update(bad="2"), "neither good nor bad"),
        (lambda row: row.update(debt=f"0.{row['bad']}{row['number'].zfill(3)[-3:]}"), "knows the outcome: debt_ratio"),
        (
            lambda row: row.update(purpose="boat" if row["sex"] == "male" else "car"),
            "stands for a protected attribute: purpose for sex",
        ),
    ],
)
def test_data_that_no_model_should_be_built_on_are_refused(
    tmp_path: Path, change: Callable[[dict[str, str]], object], words: str
) -> None:
    assert words in refusal(tmp_path, write_specs(tmp_path), write_data(tmp_path / "data.csv", change))


def test_ten_rows_are_too_few(tmp_path: Path) -> None:
    data = write_data(tmp_path / "data.csv")
    data.write_text("\n".join(data.read_text().splitlines()[:11]) + "\n")
    assert "too few rows" in refusal(tmp_path, write_specs(tmp_path), data)
