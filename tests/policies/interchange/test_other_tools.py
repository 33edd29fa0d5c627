"""Models in the manner of other tools: what they say is read, what has no counterpart is listed with its line."""

from functools import cache
from pathlib import Path

import pytest

from services.policies.interchange import Imported, read_dmn
from tests.shared.dmn.writing import decision, definitions, input_data, knowledge, literal

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


CUSTOMER = (
    "<itemDefinition name='tCustomer'><itemComponent name='Age'><typeRef>number</typeRef></itemComponent>"
    "<itemComponent name='Postal code'><typeRef>string</typeRef></itemComponent></itemDefinition>"
    + input_data("Customer", "tCustomer")
    + input_data("Monthly income", "number")
    + input_data("Monthly debt", "number")
)
BANDS = (
    "<decisionTable hitPolicy='FIRST'>"
    "<input><inputExpression><text>age</text></inputExpression></input>"
    "<input><inputExpression><text>debt ratio</text></inputExpression></input><output/>"
    "<rule><inputEntry><text>&lt; 21</text></inputEntry><inputEntry><text>> least / 2</text></inputEntry>"
    '<outputEntry><text>"high"</text></outputEntry></rule>'
    "<rule><inputEntry><text>-</text></inputEntry><inputEntry><text>not(&lt; least)</text></inputEntry>"
    '<outputEntry><text>if age > 60 then "high" else "low"</text></outputEntry></rule></decisionTable>'
)


def invocation(name: str, **bindings: str) -> str:
    bound = "".join(
        f"<binding><parameter name='{parameter.replace('_', ' ')}'/>{literal(text)}</binding>"
        for parameter, text in bindings.items()
    )
    return f"<invocation>{literal(name)}{bound}</invocation>"


def invoking(expression: str, body: str, parameters: str, needs: str = "") -> Imported:
    """Read a model with a decision `Result` that invokes the business knowledge model `Some rules`."""
    rules = knowledge("Some rules", body, parameters, "number", needs)
    return read_dmn(definitions(CUSTOMER + rules + decision("Result", expression, needs="k:Some rules")))


def result(imported: Imported, name: str = "result") -> object:
    return imported.document["definitions"][name].get("value")


def left_out(imported: Imported) -> bool:
    """Tell whether the notes have both the business knowledge model and the requirement of it, or neither."""
    found = [any(words in note for note in imported.notes) for words in ("businessKnowledgeModel", "knowledgeReq")]
    assert found[0] == found[1]
    return found[0]


def test_a_table_that_a_decision_invokes_becomes_its_table_over_what_the_parameters_are_bound_to() -> None:
    ratio = "Monthly debt / Monthly income"
    found = invoking(
        invocation("Some rules", age="Customer.Age", debt_ratio=ratio, least="0.4"), BANDS, "age, debt ratio, least"
    )
    assert found.document["definitions"]["result"]["hit_policy"] == "FIRST"
    assert found.document["definitions"]["result"]["rows"] == [
        {
            "when": {"customer_age": "< 21"},
            "if": "(monthly_debt / monthly_income) in (> 0.4 / 2)",
            "value": '"high"',
        },
        {
            "if": "not((monthly_debt / monthly_income) in (< 0.4))",
            "value": 'if customer_age > 60 then "high" else "low"',
        },
    ]
    assert not left_out(found)


@pytest.mark.parametrize("call", ["Some rules(rate: 2 + 3, of: Customer)", "Some rules(2 + 3, Customer)"])
def test_a_call_by_names_or_by_position_becomes_the_expression_with_brackets_where_they_matter(call: str) -> None:
    found = invoking(literal(call), literal("rate * of.Age - -rate"), "rate, of")
    assert result(found) == "(2 + 3) * customer_age - -(2 + 3)"
    assert not left_out(found)


def test_parts_of_what_a_parameter_is_bound_to_are_found_by_names_with_spaces() -> None:
    found = invoking(literal("Some rules(Customer)"), literal("substring(who.Postal code, 1, 2)"), "who")
    assert result(found) == "substring(customer_postal_code, 1, 2)"


def test_what_is_invoked_tells_the_type_where_the_decision_does_not() -> None:
    rules = knowledge("Some rules", literal("a + 1"), "a", "boolean")
    found = read_dmn(definitions(CUSTOMER + rules + decision("Result", literal("Some rules(1)"), needs="k:Some rules")))
    assert found.document["definitions"]["result"] == {"type": "boolean", "value": "1 + 1"}


def test_a_stage_may_be_a_table_that_it_invokes() -> None:
    table = (
        "<decisionTable hitPolicy='COLLECT'><input><inputExpression><text>years</text></inputExpression></input>"
        "<output name='outcome'/><rule><inputEntry><text>&lt; 18</text></inputEntry>"
        '<outputEntry><text>"decline"</text></outputEntry></rule></decisionTable>'
    )
    rules = knowledge("Too young", table, "years")
    stage = decision("Eligibility", invocation("Too young", years="Customer.Age"), needs="k:Too young")
    assert read_dmn(definitions(CUSTOMER + rules + stage)).document["eligibility"]["rows"] == [
        {"when": {"customer_age": "< 18"}, "outcome": "decline"}
    ]


@pytest.mark.parametrize(
    ("body", "parameters", "argument"),
    [
        (literal("Some rules(a)"), "a", "1"),
        (literal("a(1)"), "a", "1"),
        (literal("a + Monthly income"), "a", "1"),
        (literal("for x in [1] return x + a"), "a", "x"),
        (literal("[{Age: 1}][Age < a]"), "a", "1"),
        (literal("a + b"), "a, b", "1"),
        (literal("a +"), "a", "1"),
        ("<context><contextEntry>" + literal("a") + "</contextEntry></context>", "a", "1"),
        ("<literalExpression expressionLanguage='urn:js'><text>a</text></literalExpression>", "a", "1"),
    ],
    ids=["itself", "function", "surroundings", "capture", "items", "too few", "no feel", "boxed", "language"],
)
def test_what_cannot_stand_in_place_of_its_invocation_stays_and_is_listed(
    body: str, parameters: str, argument: str
) -> None:
    found = invoking(literal(f"Some rules({argument})"), body, parameters)
    assert str(result(found)).startswith("Some rules(")
    assert left_out(found)


def test_a_business_knowledge_model_that_needs_another_stays_and_is_listed() -> None:
    found = invoking(literal("Some rules(1)"), literal("a + 1"), "a", "k:Some rules")
    assert result(found) == "Some rules(1)"
    assert left_out(found)


def test_a_model_that_is_invoked_once_more_in_an_argument_is_still_listed() -> None:
    found = invoking(literal("Some rules(Some rules(1))"), literal("a + 1"), "a")
    assert result(found) == "(Some rules(1)) + 1"
    assert left_out(found)


def test_invocations_that_would_grow_beyond_all_bounds_stay() -> None:
    wide = " + ".join(["Monthly income"] * 2_000)
    found = invoking(literal(f"Some rules({wide})"), literal(" + ".join(["a"] * 2_000)), "a")
    assert str(result(found)).startswith("Some rules(")
    assert left_out(found)


def test_tables_are_repeated_only_as_often_as_a_policy_may_have_rules() -> None:
    rule = "<rule><inputEntry><text>1</text></inputEntry><outputEntry><text>2</text></outputEntry></rule>"
    table = BANDS[: BANDS.index("<input>")] + (
        "<input><inputExpression><text>a</text></inputExpression></input><output/>" + rule * 2_000 + "</decisionTable>"
    )
    decisions = "".join(decision(f"Result {number}", literal("Rules(1)"), needs="k:Rules") for number in (1, 2))
    found = read_dmn(definitions(knowledge("Rules", table, "a") + decisions))
    assert len(found.document["definitions"]["result_1"]["rows"]) == 2_000
    assert result(found, "result_2") == "Rules(1)"
    assert left_out(found)
