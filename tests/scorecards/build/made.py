"""A made-up product, its build spec and its data: small enough to build in a moment."""

import copy
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

from services.scorecards.build.spec import BuildSpec, read_spec

Change = Callable[[dict[str, Any]], object]

PRODUCT = {
    "name": "tiny-loan",
    "title": "Tiny loan",
    "currency": "EUR",
    "facts": {
        "requested_amount": {"type": "money", "minimum": 1},
        "months": {"type": "integer", "minimum": -1, "maximum": 1000},
        "tenure": {"type": "enum", "values": ["rent", "own", "other", "unknown"]},
        "share": {"type": "decimal", "scale": 4},
        "member": {"type": "boolean"},
        "sex": {"type": "enum", "values": ["f", "m"], "protected": True},
        "score": {"type": "integer", "source": "scoring"},
    },
}
HEADER = "amount,months,tenure,share,member,sex,day,outcome"

SPEC: dict[str, Any] = {
    "format": "assay.scorecard-build/2",
    "name": "tiny-loan",
    "version": 1,
    "title": "Tiny loan, application scorecard",
    "product": "tiny-loan.yaml",
    "citation": "made up",
    "population": "accepted",
    "target": {"column": "outcome", "bad": ["default"], "good": ["paid"], "definition": "90 days past due"},
    "data": {
        "missing": ["", "?"],
        "as_of": "day",
        "facts": {
            "requested_amount": "amount",
            "months": "months",
            "tenure": "tenure",
            "share": "share",
            "member": "member",
        },
        "protected": {"sex": {"column": "sex"}},
    },
    "excluded": {},
    "split": {"method": "stratified", "seed": 7, "train_percent": 70, "folds": 2},
    "scaling": {"base_score": 600, "base_odds": 20, "points_to_double_odds": 20, "direction": "higher_is_better"},
    "binning": {"minimum_bin_percent": 5, "maximum_bins": 5, "minimum_special_rows": 5},
    "selection": {"minimum_information_value": "0.01"},
    "regression": {"penalty": ["1"]},
    "reasons": {"limit": 4},
    "characteristics": {
        "requested_amount": {"reason_code": "AMOUNT_TOO_HIGH", "bad_rate": "rises"},
        "months": {"reason_code": "TERM_TOO_LONG", "bad_rate": "rises", "special": [-1]},
        "tenure": {"reason_code": "HOUSING_TENURE"},
        "share": {"reason_code": "SHARE_HIGH"},
        "member": {"reason_code": "NO_MEMBER"},
    },
}


def document(change: Change = lambda _: None) -> dict[str, Any]:
    """Return the build spec as a document, changed."""
    copied = copy.deepcopy(SPEC)
    change(copied)
    return copied


def spec_file(folder: Path, change: Change = lambda _: None) -> Path:
    """Write product and spec and return the path of the latter."""
    (folder / "tiny-loan.yaml").write_text(yaml.safe_dump(PRODUCT), encoding="utf-8")
    path = folder / "tiny.build.yaml"
    path.write_text(yaml.safe_dump(document(change), sort_keys=False), encoding="utf-8")
    return path


def tiny_spec(folder: Path, change: Change = lambda _: None) -> BuildSpec:
    """Write product and spec, and read them."""
    return read_spec(spec_file(folder, change))


def data_file(folder: Path, *lines: str, header: str = HEADER) -> Path:
    """Write a CSV file of `lines` under `header`."""
    path = folder / "data.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def rows(count: int = 600, seed: int = 1) -> list[list[str]]:
    """Return rows in which every characteristic says something of the outcome, some cells missing or special."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        amount, months = chance.randint(10, 900), chance.choice([*range(6, 72, 6), -1])
        tenure, member = chance.choice(["rent", "own", "own", "other"]), chance.choice(["true", "false"])
        share = chance.random()
        risk = amount / 900 + months / 72 + (tenure == "rent") + share - (member == "true") * 0.7
        outcome = "default" if risk + chance.gauss(0, 0.7) > 1.9 else "paid"
        cells = [str(amount), str(months), tenure, f"{share:.6f}", member, chance.choice("fm")]
        if number % 20 == 3:
            cells[3] = "?"
        if number % 25 == 4:
            cells[2] = ""
        made.append([*cells, f"20{20 + number * 3 // count}-0{1 + number % 9}-15", outcome])
    return made


def lines(made: Iterable[list[str]]) -> list[str]:
    """Return rows as lines of a CSV file."""
    return [",".join(cells) for cells in made]
