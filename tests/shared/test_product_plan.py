"""What a product says about needs, screening, investigation and clock."""

from typing import Any

import pytest

from shared.facts import Source
from shared.products import (
    Clock,
    Consult,
    Investigation,
    Key,
    Needs,
    OnFailure,
    Plan,
    Product,
    Screening,
    Velocity,
    parse_product,
)

FACTS: dict[str, Any] = {
    "requested_amount": {"type": "money", "required": True},
    "annual_income": {"type": "money"},
    "bureau_score": {"type": "integer", "source": "file"},
}
WHOLE: dict[str, Any] = {
    "needs": {"facts": ["annual_income"], "documents": ["identity", "income_proof"]},
    "screening": {
        "duplicate_days": 30,
        "cooling_off_days": 90,
        "velocity": [{"key": "phone", "days": 7, "at_most": 3}],
    },
    "investigation": {
        "purpose": "credit_assessment",
        "sources": [
            {"source": "consumer-bureau", "max_age_days": 30, "unless_known": ["bureau_score"]},
            {"source": "company-registry", "on_failure": "proceed"},
        ],
    },
    "clock": "us-reg-b",
}


def product(**sections: Any) -> Product:
    document = {"name": "loan", "title": "Loan", "currency": "USD", "facts": FACTS, **sections}
    return parse_product(document)


def test_a_product_says_what_happens_before_it_is_scored() -> None:
    assert product(**WHOLE).plan == Plan(
        Needs(("annual_income",), ("identity", "income_proof")),
        Screening(30, 90, (Velocity(Key.PHONE, 7, 3),)),
        Investigation(
            "credit_assessment",
            (
                Consult("consumer-bureau", 30, ("bureau_score",), OnFailure.REFER),
                Consult("company-registry", 0, (), OnFailure.PROCEED),
            ),
        ),
        Clock("us-reg-b"),
    )


def test_a_product_that_says_nothing_of_it_is_sent_on_at_once() -> None:
    plan = product().plan
    assert plan == Plan(Needs(), Screening())


def test_a_source_that_fails_refers_unless_the_product_says_otherwise() -> None:
    investigation = product(**WHOLE).plan.investigation
    assert investigation is not None
    assert [entry.on_failure for entry in investigation.sources] == [OnFailure.REFER, OnFailure.PROCEED]


def test_a_fact_of_the_credit_file_is_known_as_such() -> None:
    assert product().dictionary.facts["bureau_score"].source is Source.FILE


@pytest.mark.parametrize(
    ("section", "value", "said"),
    [
        ("needs", {"facts": ["unheard_of"]}, "names 'unheard_of', which is no fact"),
        ("needs", {"papers": []}, "unknown key 'papers' in needs"),
        ("needs", {"documents": "identity"}, "must be a list"),
        ("needs", {"documents": ["Not A Name"]}, "lower-case name"),
        ("needs", [], "needs must be a mapping"),
        ("screening", {"cooling_off_days": -1}, "whole number of days"),
        ("screening", {"cooling_off_days": True}, "whole number of days"),
        ("screening", {"velocity": [{"key": "shoe_size", "days": 7, "at_most": 3}]}, "key is one of"),
        ("screening", {"velocity": [{"key": "phone", "days": 7, "at_most": 0}]}, "at_most"),
        ("screening", {"velocity": [{"key": "phone", "days": 7}]}, "at_most"),
        ("screening", {"velocity": [{}] * 51}, "at most 50"),
        ("investigation", {"purpose": "credit", "sources": []}, "sources is empty"),
        ("investigation", {"sources": [{"source": "a"}]}, "purpose must be"),
        ("investigation", {"purpose": "credit", "sources": [{"source": "a"}, {"source": "a"}]}, "stands twice"),
        ("investigation", {"purpose": "credit", "sources": [{"source": "a", "on_failure": "approve"}]}, "on_failure"),
        ("investigation", {"purpose": "credit", "sources": [{"source": "a", "unless_known": ["b"]}]}, "no fact"),
        ("investigation", {"purpose": "credit", "sources": ["a"]}, "must be a mapping"),
        ("clock", "", "lower-case name"),
        ("clock", {"days": 30}, "lower-case name"),
    ],
)
def test_a_section_that_is_not_understood_is_refused_and_named(section: str, value: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        product(**{section: value})


def test_a_fact_of_the_credit_file_cannot_be_required_of_the_applicant() -> None:
    facts = {**FACTS, "bureau_score": {"type": "integer", "source": "file", "required": True}}
    with pytest.raises(ValueError, match="use needs"):
        product(facts=facts)
