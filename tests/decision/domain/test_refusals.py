"""What cannot be loaded, and the words and place with which it is refused."""

from collections.abc import Mapping
from typing import Any

import pytest

from services.decision.domain.policy import PolicyError, load_policy
from services.decision.domain.reasons import parse_reasons
from shared.products import parse_product
from tests.decision.domain.small import DOCUMENT, PRODUCT, REASONS, changed, policy, without

KNOCK_OUT = {"outcome": "decline", "reason": "DEBT_HIGH", "on_missing": "refer"}


def refusal(document: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    with pytest.raises(PolicyError) as refused:
        policy(document)
    return [(fault.pointer, fault.code, fault.detail) for fault in refused.value.faults]


NAMES_AND_TYPES = [
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
        "`region` is enum, not a number",
    ),
    (
        changed("knock_outs/rows/0/when", {"region": '"nort"'}),
        "/knock_outs/rows/0/when/region",
        "wrong_type",
        '`region` has no value "nort"; did you mean `north`? in table knock_outs, row 1, column 1',
    ),
    (
        changed("knock_outs/rows/0/when", {"region": '> "north"'}),
        "/knock_outs/rows/0/when/region",
        "wrong_type",
        "`region` is enum: its values have no order in table knock_outs, row 1, column 1",
    ),
    (
        changed("knock_outs/rows/0/when", {"employed": '"true"'}),
        "/knock_outs/rows/0/when/employed",
        "wrong_type",
        "`employed` is boolean and cannot be compared with `true` in table knock_outs, row 1, column 1",
    ),
    (
        changed("knock_outs/rows/0/when", {"months": "< 2.5"}),
        "/knock_outs/rows/0/when/months",
        "wrong_type",
        "`months` has 0 decimal places; `2.5` has more in table knock_outs, row 1, column 1",
    ),
    (
        changed("knock_outs/rows/0/when", {"income": "< 2.555"}),
        "/knock_outs/rows/0/when/income",
        "wrong_type",
        "`income` has 2 decimal places; `2.555` has more in table knock_outs, row 1, column 1",
    ),
    (
        changed("knock_outs/rows/0/when", {"customer_since": "> 2020"}),
        "/knock_outs/rows/0/when/customer_since",
        "wrong_type",
        "`customer_since` is date and cannot be compared with `2020` in table knock_outs, row 1, column 1",
    ),
    (
        changed("matrix/rows/0/when", {"grade": '"AA"'}),
        "/matrix/rows/0/when/grade",
        "wrong_type",
        '`grade` has no value "AA"; did you mean `A`? in table matrix, row 1, column 1',
    ),
    (
        changed("knock_outs/rows/0/when", {"grade": '"A"'}),
        "/knock_outs/rows/0/when/grade",
        "unknown_fact",
        "unknown fact `grade` in table knock_outs, row 1, column 1",
    ),
    (changed("product", "cards"), "/product", "other_product", "the policy is not for product `card`"),
]

FORM = [
    (
        changed("knock_outs/rows/0/when", {"debt/income": "<"}),
        "/knock_outs/rows/0/when/debt~1income",
        "unparseable_cell",
        "table knock_outs, row 1, column 1: `<` does not parse: it ends too early",
    ),
    (changed("titel", "x"), "/titel", "unknown_key", "unknown key `titel`; did you mean `title`?"),
    (
        changed("knock_outs/rows/0/on_mising", "refer"),
        "/knock_outs/rows/0/on_mising",
        "unknown_key",
        "unknown key `on_mising`; did you mean `on_missing`?",
    ),
    (without("grade"), "/grade", "missing_key", "`grade` is missing"),
    (changed("title", ""), "/title", "not_text", "`title` must be text"),
    (changed("version", True), "/version", "not_text", "`version` must be text"),
    (changed("grade", []), "/grade", "not_a_mapping", "`grade` must be a mapping"),
    (changed("grade/rows", {}), "/grade/rows", "not_a_list", "`rows` must be a list of mappings"),
    (
        changed("knock_outs/rows/0/when", {"dti": "> > 0.6"}),
        "/knock_outs/rows/0/when/dti",
        "unparseable_cell",
        "table knock_outs, row 1, column 1: `> > 0.6` does not parse: unexpected `>` at character 3",
    ),
    (
        changed("knock_outs/rows/0/when", {}),
        "/knock_outs/rows/0/when",
        "no_condition",
        "table knock_outs, row 1: has no condition; use `default` for what is left",
    ),
    (
        without("knock_outs/rows/0/reason"),
        "/knock_outs/rows/0/reason",
        "missing_reason",
        "table knock_outs, row 1: decline needs a reason code",
    ),
    (
        without("matrix/rows/2/reason"),
        "/matrix/rows/2/reason",
        "missing_reason",
        "table matrix, row 3: refer needs a reason code or from_score",
    ),
    (
        without("matrix/default/reason"),
        "/matrix/default/reason",
        "missing_reason",
        "table matrix, default row: decline needs a reason code or from_score",
    ),
    (
        without("knock_outs/rows/0/on_missing"),
        "/knock_outs/rows/0/on_missing",
        "missing_key",
        "`on_missing` is missing",
    ),
    (
        changed("knock_outs/rows/0/on_missing", "approve"),
        "/knock_outs/rows/0/on_missing",
        "not_a_choice",
        "`on_missing` must be one of refer, decline, ignore",
    ),
    (
        changed("knock_outs/rows/0/outcome", "declin"),
        "/knock_outs/rows/0/outcome",
        "not_a_choice",
        "`outcome` must be one of decline, refer, pend_info; did you mean `decline`?",
    ),
    (
        changed("knock_outs/rows/0/outcome", "approve"),
        "/knock_outs/rows/0/outcome",
        "not_a_choice",
        "`outcome` must be one of decline, refer, pend_info",
    ),
    (
        changed("grade/hit_policy", "PRIORITY"),
        "/grade/hit_policy",
        "unsupported_hit_policy",
        "table grade: PRIORITY is not for this stage; use UNIQUE or FIRST",
    ),
    (
        changed("knock_outs/hit_policy", "FIRST"),
        "/knock_outs/hit_policy",
        "unsupported_hit_policy",
        "table knock_outs: FIRST is not for this stage; use COLLECT",
    ),
    (
        changed("grade/hit_policy", "ANY"),
        "/grade/hit_policy",
        "not_a_choice",
        "`hit_policy` must be one of UNIQUE, FIRST, PRIORITY, COLLECT",
    ),
    (
        changed("matrix/rows/0/rate", "a lot"),
        "/matrix/rows/0/rate",
        "not_a_number",
        "`rate` must be a number in quotes, 0 or more",
    ),
    (
        changed("terms/approve/limit", "requested_amount +"),
        "/terms/approve/limit",
        "unparseable_formula",
        "terms of approve: `requested_amount +` does not parse: it ends too early",
    ),
    (changed("terms/refer", {"limit": "1"}), "/terms/refer", "unknown_key", "unknown key `refer`"),
    (without("routing/default"), "/routing/default", "missing_key", "`default` is missing"),
    (
        changed("matrix/rows/0/share", 0.8),
        "/matrix/rows/0/share",
        "binary_float",
        "is a binary floating-point number; write it in quotes",
    ),
    (changed("title", "\ud800"), "/title", "not_unicode", "is not valid Unicode text"),
    (changed("title", b"x"), "/title", "not_json", "is a bytes; write it in quotes"),
    (changed("routing", {1: 2}), "/routing", "key_not_text", "has a key that is not text"),
    (
        changed("title", [[[[[[[[[[[[[]]]]]]]]]]]]]),
        "",
        "too_large",
        "has more than 200000 values or 12 levels",
    ),
    (
        changed("cases", [{"name": "n", "facts": {}, "expect": {}, "score_reasons": "X"}]),
        "/cases/0/score_reasons",
        "not_a_list",
        "`score_reasons` must be a list of texts",
    ),
]

COVERAGE = [
    (
        changed("grade/rows/1/when", {"score": "[500..590)"}),
        "/grade",
        "gap",
        "table grade has no default row, and no row hits for score 590",
    ),
    (
        changed("grade/rows/1/when", {"score": "[500..600]"}),
        "/grade/rows/1",
        "overlap",
        "table grade is UNIQUE, but rows 1 and 2 both hit for score 600",
    ),
    (
        without("matrix/default"),
        "/matrix",
        "gap",
        'table matrix has no default row, and no row hits for grade "C", requested_amount 0.01 USD',
    ),
    (
        changed("matrix/rows/3", {"when": {"grade": '"B"', "months": "> 3"}, "outcome": "refer", "reason": "NO_JOB"}),
        "/matrix/rows/3",
        "unreachable_row",
        "table matrix, row 4 is never reached: earlier rows hit first",
    ),
    (
        changed("knock_outs/rows/3", {"when": {"dti": "> 0.7"}, **KNOCK_OUT}),
        "/knock_outs/rows/3",
        "unreachable_row",
        "table knock_outs, row 4 adds nothing to row 1",
    ),
    (
        changed("knock_outs/rows/3", {"when": {"dti": "> 0.6"}, **KNOCK_OUT}),
        "/knock_outs/rows/3",
        "unreachable_row",
        "table knock_outs, row 4 adds nothing to row 1",
    ),
    (
        changed("knock_outs/rows/0/when", {"dti": "> 0.1", "months": "> 120"}),
        "/knock_outs/rows/0/when/months",
        "impossible_cell",
        "`> 120` holds for no value that `months` can have, in table knock_outs, row 1, column 2",
    ),
    (
        changed("knock_outs/rows/0/when", {"dti": "[0.7..0.6]"}),
        "/knock_outs/rows/0/when/dti",
        "impossible_cell",
        "`[0.7..0.6]` holds for no value that `dti` can have, in table knock_outs, row 1, column 1",
    ),
    (
        {
            **without("matrix/default"),
            "matrix": {
                "hit_policy": "UNIQUE",
                "rows": [
                    {
                        "when": {"employed": "true", "customer_since": '>= date("2020-01-01")', "dti": "< 0.5"},
                        "outcome": "refer",
                        "reason": "NO_JOB",
                    }
                ],
            },
        },
        "/matrix",
        "gap",
        "table matrix has no default row, and no row hits for employed false, customer_since 0001-01-01, dti 0.0000",
    ),
]

MEANING = [
    (
        changed("knock_outs/rows/0/reason", "DEBT_HIHG"),
        "/knock_outs/rows/0/reason",
        "unknown_reason",
        "unknown reason code `DEBT_HIHG` in table knock_outs, row 1; did you mean `DEBT_HIGH`?",
    ),
    (
        changed("matrix/default/reason", "WHY"),
        "/matrix/default/reason",
        "unknown_reason",
        "unknown reason code `WHY` in table matrix, default row",
    ),
    (
        changed("knock_outs/rows/0/reason", "from_score"),
        "/knock_outs/rows/0/reason",
        "unknown_reason",
        "unknown reason code `from_score` in table knock_outs, row 1",
    ),
    (
        without("terms/counter_offer"),
        "/terms",
        "missing_terms",
        "table matrix, row 2 gives counter_offer, for which there is no limit",
    ),
    (
        without("matrix/rows/1/share"),
        "/terms/counter_offer/limit",
        "missing_operand",
        "the limit of counter_offer needs `share`, which table matrix, row 2 does not state",
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


@pytest.mark.parametrize(("document", "pointer", "code", "detail"), [*FORM, *NAMES_AND_TYPES, *MEANING, *COVERAGE])
def test_a_faulty_policy_is_refused_with_the_place_and_the_reason(
    document: Mapping[str, Any], pointer: str, code: str, detail: str
) -> None:
    assert (pointer, code, detail) in refusal(document)


def test_every_fault_of_a_step_is_told_at_once() -> None:
    document = changed("knock_outs/rows/0/when", {"dtii": "> 0.6", "age": "> 3", "region": '"x"'})
    assert [code for _, code, _ in refusal(document)] == ["unknown_fact", "protected_fact", "wrong_type"]


def test_something_that_is_not_a_mapping_is_refused() -> None:
    assert refusal([]) == [("", "not_a_mapping", "must be a mapping")]  # type: ignore[arg-type]


def test_a_table_too_intricate_to_prove_complete_needs_a_default_row() -> None:
    """The rows cover everything, but to see it one has to try every combination of the first seventeen facts."""
    first, second = [f"f{at}" for at in range(17)], [f"g{at}" for at in range(17)]
    facts: dict[str, Any] = {name: {"type": "integer"} for name in (*first, *second)}
    product = parse_product(
        {"name": "card", "title": "t", "currency": "USD", "facts": facts | {"requested_amount": {"type": "money"}}}
    )
    pairs = [{f: "< 0", g: cell} for f, g in zip(first, second, strict=True) for cell in ("< 0", ">= 0")]
    rows = [{"when": when, "outcome": "refer", "reason": "NO_JOB"} for when in (dict.fromkeys(first, ">= 0"), *pairs)]
    document = {
        **{key: DOCUMENT[key] for key in ("name", "version", "product", "title")},
        "eligibility": {"hit_policy": "COLLECT", "rows": []},
        "knock_outs": {"hit_policy": "COLLECT", "rows": []},
        "grade": {"hit_policy": "UNIQUE", "rows": [], "default": {"grade": "A"}},
        "matrix": {"hit_policy": "FIRST", "rows": rows},
        "terms": {},
    }
    with pytest.raises(PolicyError) as refused:
        load_policy(document, product, REASONS)
    assert [(fault.code, fault.detail) for fault in refused.value.faults] == [
        (
            "coverage_not_proven",
            "table matrix is too intricate to prove that a row always hits; give it a default row",
        )
    ]


def test_a_product_fact_may_not_have_a_name_that_policies_use_themselves() -> None:
    facts = {"requested_amount": {"type": "money"}, "grade": {"type": "integer"}}
    product = parse_product({"name": "card", "title": "t", "currency": "USD", "facts": facts})
    with pytest.raises(PolicyError, match="the product has a fact `grade`, which policies use themselves"):
        load_policy(DOCUMENT, product, REASONS)


def test_a_catalogue_without_the_reasons_of_the_platform_is_not_enough() -> None:
    empty = parse_reasons([{"product": "any", "reasons": {}}])
    with pytest.raises(PolicyError, match="unknown reason code `SCORE_UNAVAILABLE` of the platform"):
        load_policy(DOCUMENT, PRODUCT, empty)


CASE = {"name": "good", "facts": {"score": 640}, "expect": {"outcome": "refer"}}


@pytest.mark.parametrize(
    ("change", "pointer", "code", "detail"),
    [
        (
            {"expect": {"outcome": "approve"}},
            "/cases/0/expect/outcome",
            "case_failed",
            "case `good`: outcome is 'decline', not 'approve'",
        ),
        ({"expect": {}}, "/cases/0/expect", "missing_key", "case `good` expects no outcome"),
        (
            {"expect": {"outcome": "decline", "grad": "A"}},
            "/cases/0/expect/grad",
            "unknown_key",
            "case `good`: nothing is called `grad`; did you mean `grade`?",
        ),
        (
            {"facts": {"scor": 640}},
            "/cases/0/facts/scor",
            "unknown_fact",
            "case `good`: unknown fact `scor`; did you mean `score`?",
        ),
        (
            {"facts": {"score": "640"}},
            "/cases/0/facts/score",
            "invalid_fact",
            "case `good`: `score` must be an integer",
        ),
        (
            {"score_reasons": ["NOPE"]},
            "/cases/0/score_reasons",
            "unknown_reason",
            "unknown reason code `NOPE` in case `good`",
        ),
    ],
)
def test_a_golden_case_that_does_not_come_out_stops_the_policy(
    change: dict[str, Any], pointer: str, code: str, detail: str
) -> None:
    assert (pointer, code, detail) in refusal(changed("cases", [{**CASE, **change}]))


def test_golden_cases_that_come_out_let_the_policy_load() -> None:
    facts = {
        "requested_amount": {"amount_minor": 200_000, "currency": "USD"},
        "income": {"amount_minor": 900_000, "currency": "USD"},
        "dti": "0.2",
        "employed": True,
        "region": None,
        "score": 640,
    }
    expect = {
        "outcome": "approve",
        "grade": "A",
        "approved_minor": 200_000,
        "rate": "0.0900",
        "reasons": [],
        "queue": None,
    }
    loaded = policy(changed("cases", [{"name": "good", "facts": facts, "expect": expect}]))
    assert loaded.document["cases"][0]["name"] == "good"
