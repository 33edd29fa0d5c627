"""Names that are not known, and values that do not go together."""

from collections.abc import Mapping
from typing import Any

import pytest

from services.decision.domain.policy import PolicyError, load_policy
from shared.products import parse_product
from tests.decision.domain.policy.refusals.kit import KNOCK_OUT, Refused, faults, refusal, with_row
from tests.decision.domain.policy.small import DOCUMENT, REASONS, changed

CASES: list[Refused] = [
    (
        changed("knock_outs/rows/3", {"when": {"months": "> 3", "dtii": "> 0.6"}, **KNOCK_OUT}),
        "/knock_outs/rows/3/when/dtii",
        "unknown_fact",
        "unknown fact `dtii` in table knock_outs, row 4, column 2; did you mean `dti`?",
    ),
    (
        changed("knock_outs/rows/0/when", {"age": "< 21"}),
        "/knock_outs/rows/0/when/age",
        "protected_fact",
        "protected fact `age` may not be used in table knock_outs, row 1, column 1",
    ),
    (
        changed("terms/approve/limit", "requested_amount * age"),
        "/terms/approve/limit",
        "protected_fact",
        "protected fact `age` may not be used in the limit of approve",
    ),
    (
        changed("terms/approve/limit", "requested_amount * shares"),
        "/terms/approve/limit",
        "unknown_fact",
        "unknown fact `shares` in the limit of approve; did you mean `share`?",
    ),
    (
        changed("terms/approve/limit", "requested_amount * region"),
        "/terms/approve/limit",
        "wrong_type",
        "`requested_amount` is money and `region` is an enum: they cannot be multiplied in the limit of approve",
    ),
    (
        changed("knock_outs/rows/0/when", {"region": '"nort"'}),
        "/knock_outs/rows/0/when/region",
        "unknown_value",
        '`region` has no value "nort" in table knock_outs, row 1, column 1; did you mean "north"?',
    ),
    (
        changed("knock_outs/rows/0/when", {"region": '> "north"'}),
        "/knock_outs/rows/0/when/region",
        "wrong_type",
        "`region` is an enum: its values have no order in table knock_outs, row 1, column 1",
    ),
    (
        changed("knock_outs/rows/0/when", {"employed": '"true"'}),
        "/knock_outs/rows/0/when/employed",
        "wrong_type",
        '`employed` is a boolean and `"true"` is text: they cannot be compared in table knock_outs, row 1, column 1',
    ),
    (
        changed("knock_outs/rows/0/when", {"months": "2.5"}),
        "/knock_outs/rows/0/when/months",
        "too_precise",
        "`2.5` has more decimals than `months` can have (0) in table knock_outs, row 1, column 1",
    ),
    (
        changed("knock_outs/rows/0/when", {"income": "2.555"}),
        "/knock_outs/rows/0/when/income",
        "too_precise",
        "`2.555` has more decimals than `income` can have (2) in table knock_outs, row 1, column 1",
    ),
    (
        changed("knock_outs/rows/0/when", {"customer_since": "> 2020"}),
        "/knock_outs/rows/0/when/customer_since",
        "wrong_type",
        "`customer_since` is a date and `2020` is an integer: they cannot be compared in table knock_outs, row 1, "
        "column 1",
    ),
    (
        changed("matrix/rows/0/when", {"grade": '"AA"'}),
        "/matrix/rows/0/when/grade",
        "unknown_value",
        '`grade` has no value "AA" in table matrix, row 1, column 1; did you mean "A"?',
    ),
    (
        changed("knock_outs/rows/0/when", {"grade": '"A"'}),
        "/knock_outs/rows/0/when/grade",
        "unknown_fact",
        "unknown fact `grade` in table knock_outs, row 1, column 1",
    ),
    (changed("product", "cards"), "/product", "other_product", "the policy is not for product `card`"),
    (
        with_row(when={"months": "> 3"}, **{"if": "dtii > 1"}),
        "/knock_outs/rows/3/if",
        "unknown_fact",
        "unknown fact `dtii` in table knock_outs, row 4, column 2; did you mean `dti`?",
    ),
    (
        with_row(when={"months": "> 3"}, **{"if": "age > 1"}),
        "/knock_outs/rows/3/if",
        "protected_fact",
        "protected fact `age` may not be used in table knock_outs, row 4, column 2",
    ),
    (
        with_row(when={"months": "> (for x in [1] return age)"}),
        "/knock_outs/rows/3/when/months",
        "protected_fact",
        "protected fact `age` may not be used in table knock_outs, row 4, column 1",
    ),
    (
        with_row(**{"if": "foo(months) > 1"}),
        "/knock_outs/rows/3/if",
        "unknown_function",
        "unknown function `foo` in table knock_outs, row 4, column 1; did you mean `floor`?",
    ),
    (
        changed("routing/rows/0/when", {"limit": "> 1"}),
        "/routing/rows/0/when/limit",
        "unknown_fact",
        "unknown fact `limit` in table routing, row 1, column 1",
    ),
    (
        changed("definitions", {"d": {"type": "boolean", "value": 'grade = "A"'}}),
        "/definitions/d/value",
        "unknown_fact",
        "unknown fact `grade` in definition d",
    ),
    (
        changed("definitions", {"dti": {"type": "integer", "value": "1"}}),
        "/definitions/dti",
        "name_taken",
        "`dti` is a fact of the product; choose another name",
    ),
    (
        changed("definitions", {"limit": {"type": "integer", "value": "1"}}),
        "/definitions/limit",
        "reserved_name",
        "`limit` is what policies call an output of a stage; choose another name",
    ),
    (
        changed("terms/approve/other_terms", {"rate": {"type": "integer", "value": "1"}}),
        "/terms/approve/other_terms/rate",
        "reserved_name",
        "`rate` of approve is what policies call an output of a stage; choose another name",
    ),
    (
        changed("terms/counter_offer/round_down_to", "0"),
        "/terms/counter_offer/round_down_to",
        "not_an_amount",
        "`round_down_to` of counter_offer is not an amount in USD above zero",
    ),
    (
        changed("terms/counter_offer/round_down_to", "0.001"),
        "/terms/counter_offer/round_down_to",
        "not_an_amount",
        "`round_down_to` of counter_offer is not an amount in USD above zero",
    ),
]


@pytest.mark.parametrize(("document", "pointer", "code", "detail"), CASES)
def test_a_wrong_name_or_type_is_refused_with_the_place_and_a_hint(
    document: Mapping[str, Any], pointer: str, code: str, detail: str
) -> None:
    assert (pointer, code, detail) in refusal(document)


def test_the_words_that_the_platform_is_known_for() -> None:
    rows = [{"when": {"months": f"> {at}", "dtii": "> 0.6"}, **KNOCK_OUT} for at in range(7)]
    (fault,) = faults(changed("knock_outs/rows", rows[:1]))
    assert fault.of_key
    words = "unknown fact `dtii` in table knock_outs, row 7, column 2; did you mean `dti`?"
    assert words in [found.detail for found in faults(changed("knock_outs/rows", rows))]


def test_a_fault_in_an_expression_points_at_the_characters() -> None:
    (fault,) = faults(with_row(when={"months": "> 3"}, **{"if": "employed and dtii > 1"}))
    assert (fault.span, fault.of_key) == ((13, 17), False)


def test_every_fault_of_a_step_is_told_at_once() -> None:
    document = changed("knock_outs/rows/0/when", {"dtii": "> 0.6", "age": "> 3", "region": '"x"'})
    assert [code for _, code, _ in refusal(document)] == ["unknown_fact", "protected_fact", "unknown_value"]


def test_a_product_fact_may_not_have_a_name_that_policies_use_themselves() -> None:
    facts = {"requested_amount": {"type": "money"}, "grade": {"type": "integer"}}
    product = parse_product({"name": "card", "title": "t", "currency": "USD", "facts": facts})
    with pytest.raises(PolicyError, match="the product has a fact `grade`, which policies use themselves"):
        load_policy(DOCUMENT, product, REASONS)


@pytest.mark.parametrize(
    ("values", "circle"),
    [
        ({"mine": "mine + 1"}, "mine -> mine"),
        ({"first": "second", "second": "months + third", "third": "first"}, "first -> second -> third -> first"),
    ],
)
def test_definitions_that_use_one_another_are_refused_naming_the_circle(values: dict[str, str], circle: str) -> None:
    definitions = {name: {"type": "integer", "value": value} for name, value in values.items()}
    (fault,) = faults(changed("definitions", definitions))
    assert (fault.pointer, fault.code, fault.of_key) == (f"/definitions/{circle.split(maxsplit=1)[0]}", "circle", True)
    assert fault.detail == f"definitions go in a circle: {circle}"
