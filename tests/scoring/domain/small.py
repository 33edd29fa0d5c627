"""A scorecard small enough to check by hand, and ways to spoil it."""

import copy
from collections.abc import Callable
from typing import Any

from services.scoring.domain.scorecard import content_hash
from shared.products import parse_product

SMALL_FACTS = {
    "requested_amount": {"type": "money", "minimum": 1},
    "debt_ratio": {"type": "decimal", "scale": 2},
    "purpose": {"type": "enum", "values": ["car", "boat", "holiday", "unknown"]},
    "home_owner": {"type": "boolean"},
    "started_on": {"type": "date"},
    "age_years": {"type": "integer", "protected": True},
    "score": {"type": "integer", "source": "scoring"},
}
SMALL_PRODUCT = parse_product({"name": "small-loan", "title": "Small loan", "currency": "EUR", "facts": SMALL_FACTS})

MISSING = {"label": "missing", "role": "missing", "count": 0, "bads": 0}
UNSEEN = {"label": "not seen", "role": "unseen", "count": 0, "bads": 0}


def regular(label: str, points: int, **held: Any) -> dict[str, Any]:
    counted = {"points": points, "count": 50, "bads": 10, "bad_rate": "0.2000", "woe": "0.0000"}
    return {"label": label, "role": "regular", **held, **counted}


def characteristic(fact: str, code: str, reference: int, bins: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "fact": fact,
        "reason_code": code,
        "reference_millipoints": reference,
        "information_value": "0.1000",
        "coefficient": "1.0000",
        "bins": bins,
    }


def small_document() -> dict[str, Any]:
    """Four characteristics; with a good value in each they add up to the base score of 600."""
    characteristics = [
        characteristic(
            "requested_amount",
            "AMOUNT_TOO_HIGH",
            180_000,
            [
                regular("below 1,000.00", 200, below=100_000),
                regular("1,000.00 or more", 160, **{"from": 100_000}),
                MISSING | {"points": 160},
                UNSEEN | {"points": 160},
            ],
        ),
        characteristic(
            "debt_ratio",
            "DEBT_TOO_HIGH",
            140_000,
            [
                regular("below 0.35", 150, below="0.35"),
                regular("0.35 or more", 130, **{"from": "0.35"}),
                MISSING | {"points": 125},
                UNSEEN | {"points": 125},
            ],
        ),
        characteristic(
            "purpose",
            "PURPOSE_RISK",
            140_000,
            [
                regular("car", 150, values=["car"]),
                regular("boat", 130, values=["boat"]),
                MISSING | {"points": 120},
                UNSEEN | {"points": 110},
                regular("unknown", 140, values=["unknown"]) | {"role": "special", "count": 0, "bads": 0},
            ],
        ),
        characteristic(
            "home_owner",
            "HOUSING_TENURE",
            90_000,
            [
                regular("owner", 100, values=[True]),
                regular("not an owner", 80, values=[False]),
                MISSING | {"points": 80},
                UNSEEN | {"points": 80},
            ],
        ),
    ]
    document = {
        "format": "assay.scorecard/1",
        "name": "small",
        "version": 1,
        "title": "Small",
        "product": "small-loan",
        "target": {"bad": "made up"},
        "scaling": {"base_score": 600, "base_odds": 30, "points_to_double_odds": 20, "direction": "higher_is_better"},
        "reasons": {"method": "shortfall_against_population_mean", "reference": "mean", "limit": 4},
        "characteristics": characteristics,
        "psi_baseline": {
            "sample": "train",
            "rows": 100,
            "characteristics": {
                "requested_amount": [50, 50, 0, 0],
                "debt_ratio": [50, 50, 0, 0],
                "purpose": [50, 50, 0, 0, 0],
                "home_owner": [50, 50, 0, 0],
            },
            "score_bands": [
                {"below": 560, "count": 40, "bads": 20, "bad_rate": "0.5000"},
                {"from": 560, "count": 60, "bads": 10, "bad_rate": "0.1667"},
            ],
        },
        "metrics": {"train": {"auc": "0.8000"}},
        "golden_vectors": [
            {
                "facts": {
                    "requested_amount": {"amount_minor": 100_000, "currency": "EUR"},
                    "debt_ratio": "0.34",
                    "purpose": "boat",
                },
                "score": 520,
                "pd": "0.347826",
                "points": [160, 150, 130, 80],
                "reasons": [
                    {
                        "code": "AMOUNT_TOO_HIGH",
                        "characteristic": "requested_amount",
                        "shortfall_millipoints": 20_000,
                    },
                    {"code": "PURPOSE_RISK", "characteristic": "purpose", "shortfall_millipoints": 10_000},
                    {"code": "HOUSING_TENURE", "characteristic": "home_owner", "shortfall_millipoints": 10_000},
                ],
            }
        ],
        "provenance": {"data": "made up"},
    }
    return signed(document)


def full_document() -> dict[str, Any]:
    """Return the small document with everything that an artefact may say beside what it must."""
    document = small_document()
    first, second, third, fourth = document["characteristics"]
    first["outside"] = {"minimum": 1_000, "maximum": 900_000, "treat": "missing"}
    second["outside"] = {"minimum": "0.01", "maximum": "3.00", "treat": "score"}
    third["bins"][3]["treat"] = "refuse"
    fourth["bins"][1]["reason_code"] = "NOT_AN_OWNER"
    document["reasons"] |= {"method": "shortfall_at_cutoff", "cutoff": 540, "within": 10}
    document["grades"] = [{"grade": "A", "from": 560}, {"grade": "B", "from": 500, "below": 560}]
    document["grades"].append({"grade": "C", "below": 500})
    document["validity"] = {"days": 30}
    document["golden_vectors"][0]["grade"] = "B"
    return signed(document)


def signed(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with the content hash that belongs to it."""
    return document | {"content_hash": content_hash(document)}


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Return a signed small document after `change`, as a forger with the hash function would hand it in."""
    document = copy.deepcopy(small_document())
    change(document)
    return signed(document)
