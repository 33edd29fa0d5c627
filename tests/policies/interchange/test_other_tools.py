"""Models in the manner of other tools: what they say is read, what has no counterpart is listed with its line."""

from functools import cache
from pathlib import Path

import pytest

from services.policies.interchange import Imported, read_dmn
from tests.shared.dmn.writing import decision, definitions

MODELS = Path(__file__).parent / "models"


@cache
def model(name: str) -> Imported:
    return read_dmn((MODELS / f"{name}.dmn").read_bytes())


def noted(name: str, *words: str) -> bool:
    """Tell whether a note with a line has all these words."""
    return any(note.startswith("line ") and all(word in note for word in words) for note in model(name).notes)


def test_decisions_called_like_stages_are_stages_whatever_their_ids_and_hyphens() -> None:
    assert model("camunda").document["knock_outs"]["rows"][0] == {
        "when": {"burden_of_debt": "> 0.5"},
        "outcome": "decline",
        "reason": "DEBT_HIGH",
        "note": "Half of the income goes into other debts",
    }
    assert model("camunda").document["grade"]["hit_policy"] == "UNIQUE"
    assert model("kogito").document["eligibility"]["hit_policy"] == "COLLECT"
    assert set(model("trisotech").document["terms"]) == {"approve"}


def test_camundas_variables_are_known_by_output_and_by_variable() -> None:
    definitions = model("camunda").document["definitions"]
    assert definitions["burden_of_debt"]["value"] == "monthly_debt / monthly_income"
    assert [row["when"] for row in model("camunda").document["grade"]["rows"]] == [
        {"risk_band": '"low"'},
        {"risk_band": '"high"'},
    ]


def test_an_input_that_is_an_expression_becomes_a_condition() -> None:
    row = model("camunda").document["knock_outs"]["rows"][1]
    assert row["if"] == "not((max(days_past_due, 0)) in ([0..30)))"


def test_the_last_rule_of_a_first_table_is_the_default_if_it_always_hits() -> None:
    band = model("camunda").document["definitions"]["risk_band"]
    assert (band["type"], band["values"]) == ("enum", ["high", "low"])
    assert [row["value"] for row in band["rows"]] == ['"high"']
    assert band["default"] == {"value": '"low"'}


def test_parts_of_inputs_and_outputs_of_tables_get_names_of_their_own() -> None:
    document = model("trisotech").document
    size = document["definitions"]["business_size"]
    assert size["value"] == 'if applicant_annual_revenue < 1000000 then "small" else "large"'
    assert (size["type"], size["values"], size["label"]) == ("enum", ["small", "large"], "Size of the business")
    assert document["definitions"]["pricing_base_rate"]["scale"] == 4
    assert document["definitions"]["pricing_fee_class"]["values"] == ["full", "reduced"]
    assert document["terms"]["approve"]["rate"] == "pricing_base_rate + 0.01"
    assert noted("trisotech", "`Applicant`", "read as facts `applicant_...`")


def test_boxed_contexts_become_terms_or_feel() -> None:
    document = model("trisotech").document
    assert document["terms"]["approve"]["limit"] == "min(requested_amount, 0.25 * applicant_annual_revenue)"
    assert document["terms"]["approve"]["other_terms"]["first_payment"]["type"] == "date"
    assert document["definitions"]["total"]["value"] == (
        "{Down Payment: 0.1 * requested_amount, result: requested_amount - Down Payment}.result"
    )


def test_priorities_and_defaults_of_kogito_are_kept() -> None:
    level = model("kogito").document["definitions"]["level"]
    assert (level["hit_policy"], level["values"]) == ("PRIORITY", ["high", "low"])
    assert level["default"] == {"value": '"low"'}
    assert level["label"] == "How much we know of the customer"
    assert model("kogito").document["eligibility"]["rows"] == [
        {
            "when": {"level": '"low"'},
            "if": "isNew(account_age)",
            "outcome": "pend_info",
            "reason": "PAPERS_NEEDED",
            "on_missing": "refer",
        }
    ]


@pytest.mark.parametrize("name", ["camunda", "trisotech", "kogito"])
def test_what_a_model_does_not_say_is_left_out_and_listed(name: str) -> None:
    assert not model(name).document.keys() & {"version", "product"}
    assert noted(name, "does not tell `version`, `product`")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("camunda", ["`old_rule`", "javascript"]),
        ("camunda", ["`on_missing`", "knock_outs"]),
        ("camunda", ["the type of `burden_of_debt`"]),
        ("camunda", ["camunda.org/schema/1.0/dmn", "first `historyTimeToLive`"]),
        ("camunda", ["bpmn.io/schema/dmn/biodi"]),
        ("trisotech", ["import `Rates`"]),
        ("trisotech", ["knowledgeSource `Lending manual`"]),
        ("trisotech", ["textAnnotation"]),
        ("trisotech", ["trisotech.com/2015/triso"]),
        ("trisotech", ["types that the product gives", "`Requested Amount` (number)"]),
        ("kogito", ["businessKnowledgeModel `isNew`"]),
        ("kogito", ["`reviews` is a list"]),
        ("kogito", ["no output `Severity`"]),
        ("kogito", ["question of `Reviews`"]),
        ("kogito", ["kie.org/dmn/extensions"]),
    ],
)
def test_what_has_no_counterpart_is_listed(name: str, words: list[str]) -> None:
    assert noted(name, *words), model(name).notes


def test_a_table_with_an_input_that_cannot_be_read_is_left_out_rather_than_made_wider() -> None:
    table = (
        "<decisionTable hitPolicy='COLLECT'><input><inputExpression><text/></inputExpression></input>"
        "<output name='outcome'/><rule><inputEntry><text>5</text></inputEntry>"
        "<outputEntry><text>'decline'</text></outputEntry></rule></decisionTable>"
    )
    found = read_dmn(definitions(decision("eligibility", table)))
    assert "eligibility" not in found.document
    assert any("an input has no expression" in note for note in found.notes)


def test_a_drawing_is_no_loss() -> None:
    assert not any("DMNDI" in note for name in ("camunda", "kogito") for note in model(name).notes)
