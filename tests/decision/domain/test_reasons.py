"""The catalogue of reason codes."""

from typing import Any

import pytest

from services.decision.domain.reasons import ReasonCatalogueError, parse_reasons

WORDS = {"en": "Your income is low.", "zh": "您的收入偏低。"}
ANY = {"product": "any", "reasons": {"INCOME_LOW": WORDS}}


def test_a_reason_for_any_product_is_found_for_each() -> None:
    catalogue = parse_reasons([ANY, {"product": "card", "reasons": {"CARD_LOST": WORDS}}])
    found = catalogue.find("INCOME_LOW", "card")
    assert found is not None
    assert found.wording["zh"] == "您的收入偏低。"
    assert catalogue.codes("card") == ("CARD_LOST", "INCOME_LOW")
    assert catalogue.codes("loan") == ("INCOME_LOW",)
    assert catalogue.find("CARD_LOST", "loan") is None


@pytest.mark.parametrize(
    ("documents", "pointer", "code"),
    [
        ([{**ANY, "reason": {}}], "/0/reason", "unknown_key"),
        ([{"product": "any"}], "/0", "missing_key"),
        ([{"product": "any", "reasons": {"low": WORDS}}], "/0/reasons/low", "bad_code"),
        ([{"product": "any", "reasons": {"INCOME_LOW": {"en": "x"}}}], "/0/reasons/INCOME_LOW", "bad_wording"),
        ([{"product": "any", "reasons": {"INCOME_LOW": {**WORDS, "zh": " "}}}], "/0/reasons/INCOME_LOW", "bad_wording"),
        ([ANY, {"product": "card", "reasons": {"INCOME_LOW": WORDS}}], "/1/reasons/INCOME_LOW", "duplicate_reason"),
        ([ANY, ANY], "/1/reasons/INCOME_LOW", "duplicate_reason"),
    ],
)
def test_a_faulty_catalogue_is_refused_with_the_place(documents: list[dict[str, Any]], pointer: str, code: str) -> None:
    with pytest.raises(ReasonCatalogueError) as refused:
        parse_reasons(documents)
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [(pointer, code)]


def test_two_products_may_word_the_same_code_differently() -> None:
    catalogue = parse_reasons([{"product": name, "reasons": {"INCOME_LOW": WORDS}} for name in ("card", "loan")])
    assert catalogue.codes("card") == catalogue.codes("loan") == ("INCOME_LOW",)
