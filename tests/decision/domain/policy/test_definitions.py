"""Named values: computed from facts and from each other, brought to their type, missing when they cannot be told."""

from typing import Any

import pytest

from services.decision.domain.policy import CompactTrace, Evaluation, TraceMismatch, expand_trace
from tests.decision.domain.policy.small import AS_OF, GOOD, changed, evaluated, policy


def with_definitions(**definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the small document with definitions; a row of the conditions reads each, so that all are used."""
    document = changed("definitions", definitions)
    document["conditions"] = {
        "hit_policy": "COLLECT",
        "rows": [
            {"if": f"{name} = null", "condition": "GUARANTEE", "on_missing": "ignore"} for name in list(definitions)
        ],
    }
    return document


def defined(definition: dict[str, Any], **change: Any) -> Any:
    """Return the value, in wire form, that a definition has for the good application, changed."""
    answer = evaluated(policy(with_definitions(d=definition)), {**GOOD, **change})
    return answer.trace.get("definitions", {})["d"]


def table(hit_policy: str, *rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "integer", "hit_policy": hit_policy, "rows": list(rows), **more}


@pytest.mark.parametrize(
    ("definition", "value"),
    [
        ({"type": "decimal", "scale": 4, "value": "requested_amount / income"}, "0.2222"),
        ({"type": "decimal", "scale": 0, "value": "months / 16"}, "2"),
        ({"type": "integer", "value": "-months / 16"}, -2),
        ({"type": "integer", "value": "months / 16 + 1"}, 3),
        ({"type": "money", "value": "income / 7"}, {"amount_minor": 128_571, "currency": "USD"}),
        ({"type": "money", "value": "income * 0.000005"}, {"amount_minor": 5, "currency": "USD"}),
        ({"type": "money", "value": "250"}, {"amount_minor": 25_000, "currency": "USD"}),
        ({"type": "boolean", "value": 'employed and region in ("north", "west")'}, True),
        ({"type": "date", "value": 'customer_since + duration("P1M")'}, "2020-02-29"),
        ({"type": "date", "value": "today()"}, "2026-11-21"),
        ({"type": "enum", "values": ["new", "old"], "value": 'if months > 12 then "old" else "new"'}, "old"),
        ({"type": "integer", "value": "count([1, 2, months][item > 1])"}, 2),
        ({"type": "decimal", "scale": 2, "value": "sum(for x in 1..3 return x * dti)"}, "1.20"),
    ],
)
def test_an_expression_is_brought_to_its_declared_type_half_up(definition: dict[str, Any], value: object) -> None:
    assert defined(definition) == value


@pytest.mark.parametrize(
    "definition",
    [
        {"type": "decimal", "scale": 4, "value": "dti / (months - 24)"},
        {"type": "integer", "value": "months ** 200"},
        {"type": "money", "value": "income * 999999999999999999"},
        {"type": "integer", "value": "[1, months][3]"},
        {"type": "integer", "value": 'if region = "north" then null else 1'},
    ],
)
def test_what_cannot_be_told_is_missing_not_zero(definition: dict[str, Any]) -> None:
    assert defined(definition) is None


ROWS = [
    {"when": {"months": "> 10"}, "value": "5"},
    {"when": {"months": "> 20"}, "value": "months / 3"},
    {"when": {"months": "> 30"}, "value": "-4"},
]


@pytest.mark.parametrize(
    ("definition", "months", "value"),
    [
        (table("COLLECT", *ROWS, aggregation="SUM"), 24, 13),
        (table("COLLECT", *ROWS, aggregation="SUM"), 36, 13),
        (table("COLLECT", *ROWS, aggregation="SUM"), 3, 0),
        (table("COLLECT", *ROWS, aggregation="SUM", default={"value": "-1"}), 3, -1),
        (table("COLLECT", *ROWS, aggregation="SUM"), None, None),
        (table("COLLECT", *ROWS, aggregation="MIN", default={"value": "9"}), 24, 5),
        (table("COLLECT", *ROWS, aggregation="MIN", default={"value": "9"}), 3, 9),
        (table("COLLECT", *ROWS, aggregation="MAX", default={"value": "9"}), 24, 8),
        (table("COLLECT", *({"when": row["when"]} for row in ROWS), aggregation="COUNT"), 36, 3),
        (table("COLLECT", *({"when": row["when"]} for row in ROWS), aggregation="COUNT"), 3, 0),
        (table("FIRST", *reversed(ROWS), default={"value": "0"}), 24, 8),
        (table("FIRST", *reversed(ROWS), default={"value": "0"}), 3, 0),
        (table("FIRST", *reversed(ROWS), default={"value": "0"}), None, None),
    ],
)
def test_a_table_gives_what_its_hit_policy_says(definition: dict[str, Any], months: int | None, value: object) -> None:
    assert defined(definition, months=months) == value


def test_decimals_add_up_at_their_scale() -> None:
    definition = table(
        "COLLECT",
        {"when": {"months": "> 10"}, "value": "0.125"},
        {"when": {"months": "> 20"}, "value": "0.1"},
        type="decimal",
        scale=2,
        aggregation="SUM",
    )
    assert defined(definition) == "0.23"


def test_priority_goes_by_the_order_of_the_values() -> None:
    definition = table(
        "PRIORITY",
        {"when": {"months": "> 10"}, "value": '"watch"'},
        {"when": {"employed": "false"}, "value": '"worst"'},
        type="enum",
        values=["worst", "watch", "fine"],
        default={"value": '"fine"'},
    )
    assert defined(definition) == "watch"
    assert defined(definition, employed=False) == "worst"
    assert defined(definition, months=3) == "fine"
    # What is not known might be the worst.
    assert defined(definition, employed=None) is None
    assert defined(definition, employed=False, months=None) == "worst"


def test_rows_of_any_may_overlap_where_they_agree() -> None:
    definition = table(
        "ANY",
        {"when": {"months": "> 10"}, "value": "1"},
        {"when": {"employed": "true"}, "value": "1"},
        default={"value": "0"},
    )
    assert defined(definition) == 1
    assert defined(definition, months=None) == 1
    assert defined(definition, months=None, employed=False) is None


def test_definitions_may_stand_in_any_order() -> None:
    document = with_definitions(
        last={"type": "integer", "value": "middle * 10"},
        middle={"type": "integer", "value": "first + 1"},
        first={"type": "integer", "value": "months"},
    )
    values = evaluated(policy(document), GOOD).trace.get("definitions")
    assert values == {"first": 24, "middle": 25, "last": 250}


def refused_when_missing(**change: Any) -> Evaluation:
    document = changed("definitions", {"burden": {"type": "decimal", "scale": 2, "value": "requested_amount / income"}})
    document["knock_outs"]["rows"][0]["when"] = {"burden": "> 0.6"}
    return evaluated(policy(document), {**GOOD, **change})


def test_a_rule_on_a_definition_whose_facts_are_missing_says_that_information_is_incomplete() -> None:
    assert refused_when_missing().outcome == "approve"
    found = refused_when_missing(income=None)
    assert (found.outcome, found.reasons) == ("refer", ("INFORMATION_INCOMPLETE",))


def test_a_rule_on_a_definition_that_has_no_value_refers_without_blaming_a_fact() -> None:
    found = refused_when_missing(income=0)
    assert (found.outcome, found.reasons) == ("refer", ("POLICY_UNRESOLVED",))


def test_a_missing_score_behind_a_definition_is_called_so() -> None:
    document = changed("definitions", {"risk": {"type": "integer", "value": "1000 - score"}})
    document["grade"]["rows"] = [{"when": {"risk": "<= 400"}, "grade": "A"}, {"when": {"risk": "> 400"}, "grade": "B"}]
    document["matrix"]["rows"][1]["when"]["grade"] = '"B"'
    found = evaluated(policy(document), {**GOOD, "score": None})
    assert (found.outcome, found.grade, found.reasons) == ("refer", None, ("SCORE_UNAVAILABLE",))


def test_a_trace_shows_a_definition_with_its_operands_and_its_value() -> None:
    burden = {"type": "decimal", "scale": 2, "label": "Burden", "value": "requested_amount / income"}
    points = table("COLLECT", *ROWS[:2], aggregation="SUM")
    loaded = policy(with_definitions(burden=burden, points=points))
    shown = expand_trace(loaded, GOOD, evaluated(loaded, GOOD).trace, AS_OF)
    assert [entry["table"] for entry in shown[:2]] == ["definitions.burden", "definitions.points"]
    assert shown[0] == {
        "table": "definitions.burden",
        "kind": "formula",
        "rows": [
            {
                "row": 1,
                "status": "hit",
                "conditions": [],
                "formula": "requested_amount / income",
                "operands": [
                    {"fact": "income", "value": {"amount_minor": 900_000, "currency": "USD"}},
                    {"fact": "requested_amount", "value": {"amount_minor": 200_000, "currency": "USD"}},
                ],
                "output": {"value": "0.22"},
            }
        ],
        "nearest_miss": None,
        "value": "0.22",
    }
    assert (shown[1]["hit_policy"], shown[1]["value"]) == ("COLLECT", 13)
    assert [row["output"] for row in shown[1]["rows"]] == [{"value": "5"}, {"value": "months / 3"}]


def test_the_value_that_a_definition_had_is_part_of_the_record() -> None:
    loaded = policy(with_definitions(burden={"type": "decimal", "scale": 2, "value": "requested_amount / income"}))
    trace = evaluated(loaded, GOOD).trace
    assert trace.get("definitions") == {"burden": "0.22"}
    forged: CompactTrace = {**trace, "definitions": {"burden": "0.21"}}
    with pytest.raises(TraceMismatch, match=r"^definition burden: stored 0.21, now 0.22$"):
        expand_trace(loaded, GOOD, forged, AS_OF)
