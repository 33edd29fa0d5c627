"""A made-up sample of loans with what real ones have: amounts, shares, categories, gaps, and a protected attribute."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

ROWS = 2_000

PRODUCT: dict[str, Any] = {
    "name": "made-up-loan",
    "title": "Made-up loan",
    "currency": "EUR",
    "facts": {
        "requested_amount": {"type": "money", "minimum": 1},
        "debt_ratio": {"type": "decimal", "scale": 4},
        "months_employed": {"type": "integer"},
        "savings": {"type": "enum", "values": ["none", "some", "much"]},
        "purpose": {"type": "enum", "values": ["car", "boat", "holiday"]},
        "home_owner": {"type": "boolean"},
        "sex": {"type": "enum", "values": ["female", "male"], "protected": True},
        "applied_on": {"type": "date"},
    },
}

SAMPLE: dict[str, Any] = {
    "format": "assay.scorecard-build/2",
    "name": "made-up-scorecard",
    "version": 1,
    "title": "Made up",
    "product": "product.yaml",
    "citation": "made up",
    "population": "through_the_door",
    "target": {"column": "bad", "bad": ["1"], "good": ["0"], "definition": "made up"},
    "data": {
        "facts": {
            "requested_amount": "amount",
            "debt_ratio": "debt",
            "months_employed": "months",
            "savings": "savings",
            "purpose": "purpose",
            "home_owner": "owner",
        },
        "protected": {"sex": {"column": "sex"}},
    },
    "excluded": {"number": "identifier"},
    "split": {"method": "shuffled", "seed": 7, "train_percent": 70, "folds": 3, "folds_over": "train"},
    "scaling": {"base_score": 600, "base_odds": 20, "points_to_double_odds": 40, "direction": "higher_is_better"},
    "binning": {"minimum_bin_percent": 5, "maximum_bins": 6},
    "selection": {"minimum_information_value": "0.02"},
    "reasons": {"limit": 4},
    "characteristics": {"requested_amount": {"reason_code": "AMOUNT_TOO_HIGH"}},
}

SPEC: dict[str, Any] = {
    "format": "assay.boosted-build/1",
    "name": "made-up-trees",
    "version": 3,
    "title": "Made up",
    "sample": "sample.yaml",
    "scaling": {"base_score": 600, "base_odds": 20, "points_to_double_odds": 40, "direction": "higher_is_better"},
    "trees": {
        "number": 40,
        "learning_rate": "0.1",
        "maximum_leaves": 6,
        "minimum_leaf_rows": 20,
        "ridge": "1",
        "share_of_inputs": "0.5",
        "seed": 11,
    },
    "inputs": {
        "requested_amount": {"reason_code": "AMOUNT_TOO_HIGH", "bad_rate": "rises"},
        "debt_ratio": {"reason_code": "DEBT_TOO_HIGH"},
        "months_employed": {"reason_code": "EMPLOYMENT_SHORT"},
        "savings": {"reason_code": "CIRCUMSTANCES", "order": ["none", "some", "much"], "bad_rate": "falls"},
        "purpose": {"reason_code": "PURPOSE_RISK"},
        "home_owner": {"reason_code": "CIRCUMSTANCES"},
    },
    "reasons": {"limit": 3},
    "grades": [{"grade": "A", "from": 540}, {"grade": "B", "below": 540}],
    "validity_days": 30,
}


def write_data(path: Path, change: Callable[[dict[str, str]], object] = lambda row: None) -> Path:
    """Write the sample as CSV, each row after `change`; an empty cell is missing."""
    draw = random.Random(5)
    lines = []
    for number in range(ROWS):
        amount, debt, months = draw.randint(200, 20_000), draw.random(), draw.randint(0, 240)
        savings, purpose = draw.choice(["none", "some", "much"]), draw.choice(["car", "boat", "holiday"])
        owner, sex = draw.choice(["true", "false"]), draw.choice(["female", "male"])
        risk = amount / 20_000 + 1.5 * debt - months / 240 + {"none": 0.6, "some": 0.2, "much": -0.4}[savings]
        risk += 0.4 * (purpose == "boat") + draw.gauss(0, 0.6)
        row = {
            "number": str(number),
            "amount": f"{amount}.00",
            "debt": "" if draw.random() < 0.1 else f"{debt:.4f}",
            "months": "" if draw.random() < 0.05 else str(months),
            "savings": savings,
            "purpose": purpose,
            "owner": "" if draw.random() < 0.2 else owner,
            "sex": sex,
            "bad": str(int(risk > 1.4)),
        }
        change(row)
        lines.append(row)
    content = [",".join(lines[0]), *(",".join(row.values()) for row in lines)]
    path.write_text("\n".join(content) + "\n", encoding="utf-8")
    return path


def write_specs(
    folder: Path,
    change: Callable[[dict[str, Any]], object] = lambda spec: None,
    change_sample: Callable[[dict[str, Any]], object] = lambda spec: None,
) -> Path:
    """Write product, sample and spec, each after its change; return the path of the spec."""
    sample, spec = (yaml.safe_load(yaml.safe_dump(each)) for each in (SAMPLE, SPEC))
    change_sample(sample)
    change(spec)
    for name, document in (("product", PRODUCT), ("sample", sample), ("spec", spec)):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return folder / "spec.yaml"
