"""A product's document is read in full or not at all."""

from typing import Any

import pytest

from services.migrate import PROJECT
from shared.facts import Change, FactType
from shared.products import parse_product
from shared.yaml import load_yaml

REQUESTED = {"requested_amount": {"type": "money", "required": True}}


def product(**changes: Any) -> dict[str, Any]:
    return {"name": "loan", "title": "Loan", "currency": "DEM", "facts": dict(REQUESTED), **changes}


def with_fact(**entry: Any) -> dict[str, Any]:
    return product(facts={**REQUESTED, "extra": entry})


def test_money_is_in_the_currency_of_the_product() -> None:
    parsed = parse_product(with_fact(type="integer", minimum=1, maximum=5))
    assert parsed.dictionary.facts["requested_amount"].currency == "DEM"
    assert parsed.dictionary.facts["extra"].currency is None
    assert parsed.dictionary.facts["extra"].maximum == 5


def test_a_fact_says_in_which_direction_the_applicant_can_change_it() -> None:
    facts = parse_product(with_fact(type="integer", mutable="lower")).dictionary.facts
    assert facts["extra"].mutable is Change.LOWER
    assert facts["requested_amount"].mutable is None


def test_a_label_is_a_text_in_english_or_has_a_text_in_both_languages() -> None:
    plain = parse_product(with_fact(type="boolean", label="Employed")).dictionary.facts["extra"]
    assert (plain.label, plain.label_zh) == ("Employed", "")
    both = parse_product(with_fact(type="boolean", label={"en": "Employed", "zh": "在职"})).dictionary.facts["extra"]
    assert (both.label, both.label_zh) == ("Employed", "在职")


@pytest.mark.parametrize("path", sorted((PROJECT / "deploy/catalogue/products").glob("*.yaml")), ids=lambda p: p.stem)
def test_the_catalogue_holds_sound_products(path: Any) -> None:
    parsed = parse_product(load_yaml(path.read_text()))
    assert parsed.name == path.stem
    assert parsed.dictionary.facts["requested_amount"].type is FactType.MONEY
    assert all(fact.label and fact.label_zh for fact in parsed.dictionary.facts.values())


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({}, "lacks 'name'"),
        (product(colour="red"), "unknown key 'colour'"),
        (product(facts={}), "requested_amount"),
        (product(facts={"requested_amount": {"type": "integer"}}), "requested_amount"),
        (product(facts=[]), "facts"),
        (product(facts=None), "facts"),
        (product(name=""), "name"),
        (product(name=5), "name"),
        (product(title=None), "title"),
        (product(currency="dem"), "currency"),
        (product(currency=["DEM"]), "currency"),
        (with_fact(), "'' is not a valid FactType"),
        (with_fact(type="float"), "'float' is not a valid FactType"),
        (with_fact(type="integer", minumum=1), "unknown key 'minumum'"),
        (with_fact(type="integer", source="bureau"), "'bureau' is not a valid Source"),
        (with_fact(type="integer", minimum="1"), "minimum"),
        (with_fact(type="integer", maximum=1.5), "maximum"),
        (with_fact(type="integer", minimum=True), "minimum"),
        (with_fact(type="integer", minimum=2, maximum=1), "minimum"),
        (with_fact(type="integer", mutable="down"), "'down' is not a valid Change"),
        (with_fact(type="integer", mutable=True), "mutable"),
        (with_fact(type="integer", mutable="any", protected=True), "only an applicant's own, unprotected fact"),
        (with_fact(type="integer", mutable="any", source="scoring"), "only an applicant's own, unprotected fact"),
        (with_fact(type="boolean", mutable="lower"), "have no order"),
        (with_fact(type="boolean", minimum=0), "minimum"),
        (with_fact(type="decimal", scale="2"), "scale"),
        (with_fact(type="decimal", scale=13), "scale"),
        (with_fact(type="enum"), "needs its values"),
        (with_fact(type="enum", values="own"), "values"),
        (with_fact(type="enum", values=["own", "own"]), "values"),
        (with_fact(type="enum", values=["yes", True]), "values"),
        (with_fact(type="boolean", required="no"), "required"),
        (with_fact(type="boolean", protected="false"), "protected"),
        (with_fact(type="boolean", label=5), "label of fact 'extra' must be a text, or a mapping"),
        (with_fact(type="boolean", label=None), "label of fact 'extra' must be a text, or a mapping"),
        (with_fact(type="boolean", label={}), "a text at `en` and at `zh`"),
        (with_fact(type="boolean", label={"en": "Extra"}), "a text at `en` and at `zh`"),
        (with_fact(type="boolean", label={"en": "Extra", "zh": "额外", "de": "Mehr"}), "a text at `en` and at `zh`"),
        (with_fact(type="boolean", label={"en": "Extra", "zh": 5}), "label of fact 'extra' must have a text"),
        (with_fact(type="boolean", label={"en": " ", "zh": "额外"}), "label of fact 'extra' must have a text"),
        (with_fact(type="boolean", unit=5), "unit"),
        (product(facts={**REQUESTED, "extra": 5}), "extra"),
        (product(facts={**REQUESTED, "Extra": {"type": "boolean"}}), "lower snake case"),
        (product(facts={**REQUESTED, 5: {"type": "boolean"}}), "lower snake case"),
    ],
)
def test_an_unsound_product_is_refused_with_the_reason(document: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_product(document)
