import pytest

from shared.dmn.faults import DmnError
from shared.dmn.model import Aggregation, BoxedConditional, BoxedContext, DecisionTable, HitPolicy
from shared.dmn.read import read_model
from tests.shared.dmn.writing import NAMESPACES, decision, definitions, literal

HOSTILE = {
    "an entity bomb": '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><a>&b;</a>',
    "an external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "an external document type": '<!DOCTYPE a SYSTEM "http://example.invalid/a.dtd"><a/>',
    "an undeclared entity": "<a>&nbsp;</a>",
    "an unknown encoding": '<?xml version="1.0" encoding="klingon"?><a/>',
    "nothing": "",
    "no end": "<a><b>",
    "a bomb of depth": "<a>" * 100_000,
    "a crowd": "<a>" + "<b/>" * 300_000 + "</a>",
    "an undeclared prefix": "<dmn:definitions/>",
    "another document": '<html xmlns="http://www.w3.org/1999/xhtml"/>',
    "six million bytes": "<a>" + " " * 6_000_000 + "</a>",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_or_foreign_xml_is_refused(text: str) -> None:
    with pytest.raises(DmnError):
        read_model(text.encode(), "policy.dmn")


def test_a_fault_names_its_file_and_line() -> None:
    text = definitions("\n<decision id='a' name='A'>\n<decisionTable>\n<input/>\n</decisionTable>\n</decision>")
    with pytest.raises(DmnError, match=r"policy.dmn:4: an input without an `inputExpression`"):
        read_model(text, "policy.dmn")


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_each_version_from_1_2_to_1_5_is_read(namespace: str) -> None:
    model = read_model(definitions(decision("Rate", literal("0.05")), namespace))
    assert model.decisions[0].name == "Rate"


def test_an_older_version_is_refused_by_name() -> None:
    with pytest.raises(DmnError, match=r"not the definitions of DMN 1.2 to 1.5"):
        read_model(definitions("", "http://www.omg.org/spec/DMN/20151101/dmn.xsd"))


def test_names_lose_the_line_breaks_that_editors_put_into_them() -> None:
    model = read_model(definitions("<inputData id='i' name='Monthly &#10;  income'/>"))
    assert model.input_data[0].variable.name == "Monthly income"


def test_vendors_extensions_and_layout_are_passed_over() -> None:
    model = read_model(
        definitions(
            """
            <extensionElements><camunda:entry xmlns:camunda="http://camunda.org/schema/1.0/dmn"/></extensionElements>
            <decision id="d" name="D">
              <extensionElements>
                <kie:literalExpression xmlns:kie="https://kie.org/dmn"><kie:text>2</kie:text></kie:literalExpression>
              </extensionElements>
              <literalExpression><text>1</text></literalExpression>
            </decision>
            <dmndi:DMNDI xmlns:dmndi="https://www.omg.org/spec/DMN/20230324/DMNDI/"><dmndi:DMNDiagram/></dmndi:DMNDI>
            """
        )
    )
    assert model.decisions[0].expression is not None
    assert model.decisions[0].expression.text == "1"


def test_a_decision_table_is_read_whole() -> None:
    model = read_model(
        definitions(
            decision(
                "Fee",
                """
                <decisionTable hitPolicy="COLLECT" aggregation="SUM" outputLabel="Fee">
                  <input label="Score"><inputExpression typeRef="number"><text>score</text></inputExpression>
                    <inputValues><text>[0..999]</text></inputValues></input>
                  <output typeRef="number"><outputValues><text>1, 2</text></outputValues>
                    <defaultOutputEntry><text>0</text></defaultOutputEntry></output>
                  <annotation name="Why"/>
                  <rule><inputEntry><text>&lt; 600</text></inputEntry><outputEntry><text>2</text></outputEntry>
                    <annotationEntry><text>Risk</text></annotationEntry></rule>
                </decisionTable>
                """,
            )
        )
    )
    table = model.decisions[0].expression
    assert isinstance(table, DecisionTable)
    assert (table.hit_policy, table.aggregation) == (HitPolicy.COLLECT, Aggregation.SUM)
    assert (table.inputs[0].expression.text, table.inputs[0].allowed_values) == ("score", "[0..999]")
    assert table.outputs[0].allowed_values == "1, 2"
    assert table.outputs[0].default is not None
    assert [test.text for test in table.rules[0].tests] == ["< 600"]
    assert table.rules[0].annotations == ("Risk",)


def test_a_rule_of_another_width_than_its_table_is_refused() -> None:
    table = """<decisionTable><input><inputExpression><text>a</text></inputExpression></input><output/>
        <rule><outputEntry><text>1</text></outputEntry></rule></decisionTable>"""
    with pytest.raises(DmnError, match="a rule of 0 inputs and 1 outputs in a table of 1 and 1"):
        read_model(definitions(decision("A", table)))


def test_an_unknown_hit_policy_is_refused() -> None:
    with pytest.raises(DmnError, match="`LAST` is none of UNIQUE, FIRST"):
        read_model(definitions(decision("A", "<decisionTable hitPolicy='LAST'><output/></decisionTable>")))


def test_boxed_expressions_nest() -> None:
    model = read_model(
        definitions(
            decision(
                "A",
                f"""<context><contextEntry><variable name="b"/><conditional><if>{literal("true")}</if>
                <then>{literal("1")}</then><else>{literal("2")}</else></conditional></contextEntry></context>""",
            )
        )
    )
    context = model.decisions[0].expression
    assert isinstance(context, BoxedContext)
    assert isinstance(context.entries[0].expression, BoxedConditional)


def test_the_language_of_an_expression_is_its_own_or_that_of_the_file() -> None:
    own = read_model(
        definitions(decision("A", "<literalExpression expressionLanguage='juel'><text>1</text></literalExpression>"))
    )
    feel = read_model(
        definitions(decision("A", "<literalExpression expressionLanguage='FEEL'><text>1</text></literalExpression>"))
    )
    assert [own.decisions[0].expression.language, feel.decisions[0].expression.language] == ["juel", None]
