"""Documents that are not of the form of a policy."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.decision.domain.policy.refusals.kit import KNOCK_OUT, Refused, faults, refusal, with_row
from tests.decision.domain.policy.small import changed, without

DEFINITIONS: list[tuple[dict[str, Any], str, str, str]] = [
    ({"value": "1", "label": 5}, "label", "not_text", "`label` must be text"),
    ({"value": "1", "label": {}}, "label/en", "missing_key", "`en` is missing"),
    ({"value": "1", "label": {"en": "Debt"}}, "label/zh", "missing_key", "`zh` is missing"),
    ({"value": "1", "label": {"en": "Debt", "zh": 5}}, "label/zh", "not_text", "`zh` must be text"),
    ({"value": "1", "label": {"en": "Debt", "zh": "债", "d": "S"}}, "label/d", "unknown_key", "unknown key `d`"),
    ({}, "value", "missing_key", "`value` is missing"),
    ({"rows": []}, "hit_policy", "missing_key", "`hit_policy` is missing"),
    ({"value": "1", "scale": 2}, "scale", "needless_key", "definition `d`: a scale is for decimals"),
    ({"value": "1", "type": "enum"}, "values", "missing_key", "definition `d`: an enum needs its values"),
    (
        {"value": "1", "type": "monney"},
        "type",
        "not_a_choice",
        "`type` must be one of integer, money, decimal, enum, boolean, date; did you mean `money`?",
    ),
    (
        {"hit_policy": "COLLECT", "rows": []},
        "aggregation",
        "missing_key",
        "table definitions.d: COLLECT needs an aggregation, one of SUM, MIN, MAX, COUNT",
    ),
    (
        {"hit_policy": "FIRST", "aggregation": "SUM", "rows": []},
        "aggregation",
        "needless_key",
        "table definitions.d: an aggregation is for COLLECT",
    ),
    (
        {"hit_policy": "COLLECT", "aggregation": "SUM", "type": "boolean", "rows": []},
        "aggregation",
        "wrong_type",
        "table definitions.d: only numbers and money are aggregated",
    ),
    (
        {"hit_policy": "PRIORITY", "rows": []},
        "hit_policy",
        "unsupported_hit_policy",
        "table definitions.d: PRIORITY is for the values of an enum",
    ),
    (
        {"hit_policy": "COLLECT", "aggregation": "COUNT", "rows": [{"if": "employed", "value": "1"}]},
        "rows/0/value",
        "needless_key",
        "table definitions.d, row 1: COUNT counts rows, whatever their value",
    ),
]

CASES: list[Refused] = [
    (
        changed("knock_outs/rows/0/when", {"debt/income": "<"}),
        "/knock_outs/rows/0/when/debt~1income",
        "unparseable_cell",
        "table knock_outs, row 1, column 1: `<` does not parse: expected a value before the end",
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
        "table knock_outs, row 1, column 1: `> > 0.6` does not parse: expected a value before `>`",
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
        "/grade/values",
        "missing_key",
        "table grade: PRIORITY goes by the order of `values`",
    ),
    (
        changed("grade/values", ["AA", "B", "C"]),
        "/grade/rows/0/grade",
        "unknown_value",
        "table grade, row 1: `A` is not one of `values`; did you mean `AA`?",
    ),
    *(
        (changed("definitions", {"d": {"type": "integer", **definition}}), f"/definitions/d/{key}", code, words)
        for definition, key, code, words in DEFINITIONS
    ),
    (
        changed("definitions", {"D": {"type": "integer", "value": "1"}}),
        "/definitions/D",
        "bad_name",
        "definition `D`: a name is lower snake case, of up to 63 characters",
    ),
    (
        changed("knock_outs/hit_policy", "FIRST"),
        "/knock_outs/hit_policy",
        "unsupported_hit_policy",
        "table knock_outs: FIRST is not for this table; use COLLECT",
    ),
    (
        changed("grade/hit_policy", "SOME"),
        "/grade/hit_policy",
        "not_a_choice",
        "`hit_policy` must be one of UNIQUE, FIRST, PRIORITY, ANY, COLLECT",
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
        "unparseable_expression",
        "the limit of approve: `requested_amount +` does not parse: expected a value before the end",
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
    (
        with_row(when={"dti": "> 0.6"}, **{"if": 3}),
        "/knock_outs/rows/3/if",
        "not_text",
        "table knock_outs, row 4, column 2: an expression is text; put `3` in quotes",
    ),
    (
        with_row(when={"dti": "> 0.6"}, **{"if": "1 ="}),
        "/knock_outs/rows/3/if",
        "unparseable_expression",
        "table knock_outs, row 4, column 2: `1 =` does not parse: expected a value before the end",
    ),
    (with_row(when={"dti": "> 0.6"}, note=""), "/knock_outs/rows/3/note", "not_text", "`note` must be text"),
    (changed("conditions", {"hit_policy": "COLLECT"}), "/conditions/rows", "missing_key", "`rows` is missing"),
    (
        changed("conditions", {"hit_policy": "COLLECT", "rows": [{"if": "employed", "condition": "GUARANTEE"}]}),
        "/conditions/rows/0/on_missing",
        "missing_key",
        "`on_missing` is missing",
    ),
    (
        changed("routing/hit_policy", "PRIORITY"),
        "/routing/hit_policy",
        "unsupported_hit_policy",
        "table routing: PRIORITY is not for this table; use UNIQUE or FIRST or ANY",
    ),
    (
        changed("cases", [{"name": "n", "facts": {}, "expect": {}, "as_of": "21.11.2026"}]),
        "/cases/0/as_of",
        "not_a_day",
        "`as_of` must be a day written in quotes as YYYY-MM-DD",
    ),
    (
        changed("terms/counter_offer/less_reason", "INCOME_LOW"),
        "/terms/counter_offer/less_reason",
        "unknown_key",
        "unknown key `less_reason`",
    ),
    (
        changed("description", "x" * 10_001),
        "/description",
        "too_long",
        "is longer than 10000 characters",
    ),
    (
        with_row(when={"dti": "> 0." + "1" * 2_000}),
        "/knock_outs/rows/3/when/dti",
        "unparseable_cell",
        "table knock_outs, row 4, column 1: is longer than 2000 characters",
    ),
    (
        changed("knock_outs/rows", [{"when": {"dti": "> 0.6"}, **KNOCK_OUT}] * 5_001),
        "",
        "too_many_rows",
        "the tables have more than 5000 rows together",
    ),
    (
        changed("cases", [{"name": "the same again", "facts": {}, "expect": {}}] * 501),
        "/cases",
        "too_many_cases",
        "there are more than 500 golden cases",
    ),
    (
        changed("definitions", {f"d{at}": {"type": "integer", "value": "1"} for at in range(201)}),
        "/definitions",
        "too_many_definitions",
        "there are more than 200 definitions",
    ),
]


@pytest.mark.parametrize(("document", "pointer", "code", "detail"), CASES)
def test_a_document_of_another_form_is_refused_with_the_place_and_the_reason(
    document: Mapping[str, Any], pointer: str, code: str, detail: str
) -> None:
    assert (pointer, code, detail) in refusal(document)


def test_something_that_is_not_a_mapping_is_refused() -> None:
    nothing: Any = []
    assert refusal(nothing) == [("", "not_a_mapping", "must be a mapping")]


def test_a_fault_of_syntax_points_at_the_characters() -> None:
    (fault,) = faults(changed("knock_outs/rows/0/when", {"dti": "> > 0.6"}))
    assert (fault.span, fault.of_key) == ((2, 3), False)


def test_a_key_that_nobody_knows_is_pointed_at_itself() -> None:
    (fault,) = faults(changed("titel", "x"))
    assert (fault.span, fault.of_key) == (None, True)


def test_a_document_with_a_fault_in_every_row_is_told_of_so_many_as_people_read() -> None:
    rows = [{"when": {"dtii": "> > 1"}, "outcome": "declin"}] * 4_900
    assert len(faults(changed("knock_outs/rows", rows))) == 200
