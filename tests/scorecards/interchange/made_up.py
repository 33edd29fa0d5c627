"""The made-up product, its applicants, and what other tools wrote about them (see made/make_tables.py)."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from services.scorecards.interchange.document import Rounding
from services.scorecards.interchange.reading import import_scorecard
from services.scoring.domain.scorecard import Scorecard, load_scorecard
from shared.facts import FactValue
from shared.products import parse_product
from shared.yaml import load_yaml
from tests.scorecards.interchange.made.people import Applicant

MADE = Path(__file__).parent / "made"
PRODUCT = parse_product(load_yaml((MADE / "product.yaml").read_text()))
MAPPING: dict[str, Any] = load_yaml((MADE / "mapping.yaml").read_text())


def mapping(**changes: Any) -> bytes:
    """The committed mapping with other top-level keys; None takes a key away. JSON is YAML."""
    document = {key: value for key, value in {**MAPPING, **changes}.items() if value is not None}
    return json.dumps(document).encode()


def mapped(variable: str, **changes: Any) -> bytes:
    """The committed mapping with other words about one variable."""
    entry = {
        key: value for key, value in {**MAPPING["characteristics"][variable], **changes}.items() if value is not None
    }
    return mapping(characteristics={**MAPPING["characteristics"], variable: entry})


def imported(name: str, tool: str, said: bytes | None = None, rounding: Rounding | None = None) -> dict[str, Any]:
    """The artefact of a committed file."""
    return import_scorecard((MADE / name).read_bytes(), tool, said or mapping(), PRODUCT, rounding)


def loaded(document: Mapping[str, Any]) -> Scorecard:
    """The scorecard of an artefact after its journey through a file."""
    return load_scorecard(json.loads(json.dumps(document)), PRODUCT)


def rows(people: Sequence[Applicant]) -> list[dict[str, FactValue]]:
    """The facts of made-up people."""
    return [_facts(each) for each in people]


def scores(name: str) -> list[float]:
    """What the other tool itself scored these applicants."""
    return [float(line) for line in (MADE / f"{name}.scores.txt").read_text().split()]


def _facts(row: Applicant) -> dict[str, FactValue]:
    wire: dict[str, object] = {
        "requested_amount": {"amount_minor": round(row["amount"] * 100), "currency": "EUR"},
        "duration_months": row["duration"],
        "payment_ratio": None if row["ratio"] is None else str(row["ratio"]),
        "months_since_arrears": row["arrears"],
        "housing": row["housing"],
        "has_phone": None if row["phone"] is None else row["phone"] == "yes",
    }
    facts = PRODUCT.dictionary.facts
    return {name: facts[name].parse(value) for name, value in wire.items() if value is not None}
