"""A monitoring plan is read strictly, and begins from defaults."""

import re
from decimal import Decimal
from typing import Any

import pytest

from services.migrate import PROJECT
from services.scoring.domain.monitoring.plan import Plan, PlanError, Plans, Thresholds, parse_plans
from shared.yaml import load_yaml


def test_without_a_document_everything_is_as_the_defaults_say() -> None:
    assert parse_plans({}) == Plans()
    assert parse_plans({}).of("anything") == Plan()


def test_a_product_begins_from_the_default_of_the_document() -> None:
    plans = parse_plans(
        {
            "default": {"psi": {"watch": "0.05", "act": "0.10"}, "population_days": 7},
            "products": {"loan": {"population_days": 90, "cutoff": 520, "edges": {"age_years": [25, 62]}}},
        }
    )
    loan = plans.of("loan")
    assert (loan.population_days, loan.cutoff, loan.edges["age_years"]) == (90, 520, (25, 62))
    assert loan.psi == plans.of("other").psi == Thresholds(Decimal("0.05"), Decimal("0.10"))
    assert plans.of("other").population_days == 7


def test_the_plan_that_the_guide_shows_can_be_read() -> None:
    guide = (PROJECT / "docs" / "monitoring.md").read_text()
    (example,) = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    plans = parse_plans(load_yaml(example))
    assert plans.default == Plan()
    assert plans.of("consumer-loan").cutoff == 520


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ([], "/"),
        ({"defaults": {}}, "/defaults"),
        ({"default": {"psi": {"watch": "0.3", "act": "0.2"}}}, "/default/psi"),
        ({"default": {"impact_ratio": {"watch": "0.8", "act": "0.9"}}}, "/default/impact_ratio"),
        ({"default": {"psi": {"watch": 0.1, "act": "0.2"}}}, "/default/psi/watch"),
        ({"default": {"psi": {"watch": "NaN", "act": "0.2"}}}, "/default/psi/watch"),
        ({"default": {"psi": {"act": "0.2"}}}, "/default/psi/watch"),
        ({"default": {"release": "1.5"}}, "/default/release"),
        ({"default": {"population_days": True}}, "/default/population_days"),
        ({"default": {"population_days": 0}}, "/default/population_days"),
        ({"default": {"outcome": {"definition": "90+ dpd"}}}, "/default/outcome/window_months"),
        ({"default": {"outcome": {"definition": "", "window_months": 12}}}, "/default/outcome/definition"),
        ({"default": {"segments": "purpose"}}, "/default/segments"),
        ({"default": {"edges": {"age_years": [62, 25]}}}, "/default/edges/age_years"),
        ({"default": {"edges": {"age_years": []}}}, "/default/edges/age_years"),
        ({"default": {"references": {"sex": 1}}}, "/default/references/sex"),
        ({"products": {"loan": {"treshold": 1}}}, "/products/loan/treshold"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_with_its_place(document: Any, place: str) -> None:
    with pytest.raises(PlanError) as refused:
        parse_plans(document)
    assert str(refused.value).startswith(f"{place}: ")
