"""Tables whose rows do not fit together, each shown by an example."""

from collections.abc import Mapping
from typing import Any

import pytest

from services.decision.domain.policy import PolicyError, load_policy
from shared.products import parse_product
from tests.decision.domain.policy.refusals.kit import KNOCK_OUT, Refused, refusal, with_row
from tests.decision.domain.policy.small import DOCUMENT, REASONS, changed, policy, without

CASES: list[Refused] = [
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
    (
        with_row(**{"if": "false"}),
        "/knock_outs/rows/3/if",
        "impossible_cell",
        "`false` holds never, in table knock_outs, row 4, column 1",
    ),
    (
        changed("grade/rows/1", {"when": {"score": "[500..600)"}, "if": "employed", "grade": "B"}),
        "/grade",
        "gap",
        "table grade has no default row, and it can't be proven that a row hits for score 500",
    ),
    (
        changed("grade/rows/1", {"when": {"score": "> months"}, "grade": "B"}),
        "/grade/rows/1",
        "coverage_not_proven",
        "table grade is UNIQUE, and it can't be proven that rows 1 and 2 never hit together: a cell depends on more "
        "than its column; use FIRST",
    ),
    (
        changed("matrix/hit_policy", "ANY"),
        "/matrix/rows/2",
        "overlap",
        'table matrix is ANY, but rows 2 and 3 hit with different outputs for grade "B", requested_amount 0.01 USD',
    ),
    (
        changed(
            "grade",
            {
                "hit_policy": "PRIORITY",
                "values": ["A", "B"],
                "rows": [{"when": {"score": "> 600"}, "grade": "B"}, {"when": {"score": "> 500"}, "grade": "A"}],
                "default": {"grade": "B"},
            },
        ),
        "/grade/rows/0",
        "unreachable_row",
        "table grade, row 1 is never reached: rows that go before it hit too",
    ),
    (
        changed(
            "conditions",
            {
                "hit_policy": "COLLECT",
                "rows": [
                    {"if": "months > dti", "condition": "GUARANTEE", "on_missing": "refer"},
                    {"if": "months > dti", "condition": "GUARANTEE", "on_missing": "refer"},
                ],
            },
        ),
        "/conditions/rows/1",
        "unreachable_row",
        "table conditions, row 2 adds nothing to row 1",
    ),
]


@pytest.mark.parametrize(("document", "pointer", "code", "detail"), CASES)
def test_rows_that_do_not_fit_together_are_refused_with_an_example(
    document: Mapping[str, Any], pointer: str, code: str, detail: str
) -> None:
    assert (pointer, code, detail) in refusal(document)


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


def test_rows_that_an_opaque_cell_keeps_apart_only_for_people_may_stand_in_a_first_table_with_a_default() -> None:
    rows = [{"when": {"score": "> months"}, "grade": "A"}, {"if": "employed", "grade": "B"}]
    assert policy(changed("grade", {"hit_policy": "FIRST", "rows": rows, "default": {"grade": "C"}}))


def test_rows_may_have_opaque_cells_in_a_unique_table_when_their_other_cells_keep_them_apart() -> None:
    rows = [
        {"when": {"score": ">= 600"}, "if": "employed", "grade": "A"},
        {"when": {"score": "< 600"}, "if": "not(employed)", "grade": "B"},
    ]
    assert policy(changed("grade", {"hit_policy": "UNIQUE", "rows": rows, "default": {"grade": "C"}}))


def test_thousands_of_rows_that_all_meet_are_refused_with_a_few_examples() -> None:
    rows = [{"when": {"score": f">= {at}"}, "grade": "A"} for at in range(2_000)]
    found = refusal(changed("grade", {"hit_policy": "UNIQUE", "rows": rows, "default": {"grade": "B"}}))
    assert [code for _, code, _ in found] == ["overlap"] * 20
