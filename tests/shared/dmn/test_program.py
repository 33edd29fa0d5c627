from decimal import Decimal

import pytest

from shared.dmn import DmnError, load, read_model
from shared.feel.values import Date, DateTime, Time, Value
from tests.shared.dmn.evaluating import AS_OF, decided, exact, program
from tests.shared.dmn.writing import decision, definitions, input_data, knowledge, literal


def service(name: str, outputs: str, given: str = "", type_ref: str = "") -> str:
    """A decision service; `outputs` are names of decisions, `given` is a list of `i:name` and `d:name`."""
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    hrefs = [(each.strip().split(":")) for each in given.split(",") if each]
    return (
        f'<decisionService id="s {name}" name="{name}"><variable name="{name}"{typed}/>'
        + "".join(f'<outputDecision href="#d {each.strip()}"/>' for each in outputs.split(","))
        + "".join(f'<inputDecision href="#d {each}"/>' for kind, each in hrefs if kind == "d")
        + "".join(f'<inputData href="#i {each}"/>' for kind, each in hrefs if kind == "i")
        + "</decisionService>"
    )


def needing_service(name: str, expression: str, needed: str) -> str:
    return (
        f'<decision id="d {name}" name="{name}"><knowledgeRequirement><requiredKnowledge href="#s {needed}"/>'
        f"</knowledgeRequirement>{literal(expression)}</decision>"
    )


INCOME = input_data("monthly income", "number")


def test_decisions_are_made_after_those_they_require() -> None:
    result = decided(
        "affordable",
        INCOME,
        decision("affordable", literal("disposable > 500"), "boolean", "d:disposable"),
        decision("disposable", literal("monthly income - living costs"), "number", "i:monthly income, d:living costs"),
        decision("living costs", literal("monthly income * 0.4"), "number", "i:monthly income"),
        **{"monthly income": Decimal(1000)},
    )
    assert (result.value, result.notes) == (True, ())


def test_only_what_is_required_is_known() -> None:
    result = decided("D", INCOME, decision("D", literal("monthly income")), **{"monthly income": Decimal(1)})
    assert (result.value, result.notes) == (None, ("D: unknown name `monthly income`",))


@pytest.mark.parametrize(
    ("given", "note"),
    [
        ({}, "D: the input `monthly income` has no value"),
        ({"monthly income": "a lot"}, "a string is not a number"),
        ({"monthly income": Decimal(1), "montly income": Decimal(1)}, "there is no input `montly income`"),
    ],
)
def test_missing_mistyped_and_misspelt_inputs_are_noted(given: dict[str, Value], note: str) -> None:
    model = program(INCOME, decision("D", literal("monthly income"), needs="i:monthly income"))
    assert note in model.evaluate_decision("D", given, AS_OF).notes


def test_the_result_of_a_decision_is_held_to_its_type() -> None:
    result = decided("D", decision("D", literal('"x"'), "number"))
    assert (result.value, result.notes) == (None, ("D: a string is not a number",))


def test_a_list_of_one_stands_for_its_item_where_one_is_wanted() -> None:
    assert decided("D", decision("D", literal('["x"]'), "string")).value == "x"


def test_now_is_the_moment_of_the_evaluation() -> None:
    moment = DateTime(Date(2031, 5, 17), Time(8, 30, 0, 0, 0, None))
    model = program(decision("D", literal("now()")))
    assert model.evaluate_decision("D", {}, moment).value == moment


def test_an_unknown_decision_is_refused() -> None:
    with pytest.raises(DmnError, match=r"test.dmn: there is no decision `E`"):
        decided("E", decision("D", literal("1")))


def test_knowledge_is_called_with_checked_arguments() -> None:
    fee = knowledge("fee", literal("amount / 100"), "amount:number")
    assert decided("D", fee, decision("D", literal("fee(250)"), needs="k:fee")).value == Decimal("2.5")
    refused = decided("D", fee, decision("D", literal('fee("250")'), needs="k:fee"))
    assert (refused.value, refused.notes) == (None, ("D: `amount`: a string is not a number",))


def test_knowledge_uses_knowledge_but_not_what_its_caller_knows() -> None:
    result = decided(
        "D",
        knowledge("base", literal("10")),
        knowledge("fee", literal("{fee: base() + 1, other: secret}"), needs="k:base"),
        decision("secret", literal("1")),
        decision("D", literal("fee()"), needs="k:fee, d:secret"),
    )
    assert result.value == {"fee": Decimal(11), "other": None}
    assert "D: unknown name `secret`" in result.notes


def test_knowledge_may_call_itself() -> None:
    factorial = knowledge("factorial", literal("if n <= 1 then 1 else n * factorial(n - 1)"), "n:number")
    assert decided("D", factorial, decision("D", literal("factorial(20)"), needs="k:factorial")).value == Decimal(
        "2432902008176640000"
    )


def test_endless_recursion_ends_with_a_note() -> None:
    endless = knowledge("endless", literal("endless(n + 1)"), "n:number")
    result = decided("D", endless, decision("D", literal("endless(1)"), needs="k:endless"))
    assert (result.value, result.notes) == (None, ("D: functions call one another too deeply",))


def test_a_decision_table_alone_is_a_function_of_its_inputs() -> None:
    table = """<decisionTable><input><inputExpression typeRef="number"><text>score</text></inputExpression></input>
        <output/><rule><inputEntry><text>&lt; 600</text></inputEntry><outputEntry><text>"no"</text></outputEntry></rule>
        </decisionTable>"""
    assert decided("D", knowledge("T", table), decision("D", literal("T(500)"), needs="k:T")).value == "no"


def test_knowledge_can_be_called_from_outside() -> None:
    fee = program(knowledge("fee", literal("amount / 100"), "amount:number"))
    assert fee.call_knowledge_model("fee", exact({"amount": 300}), AS_OF).value == 3
    assert fee.call_knowledge_model("fee", exact({"sum": 300}), AS_OF).value is None


SERVICE = (
    INCOME,
    decision("score", literal("700")),
    decision("limit", literal("monthly income * score / 100"), "number", "i:monthly income, d:score"),
    service("granting", "limit", "i:monthly income, d:score"),
)


def test_a_service_takes_its_decisions_from_its_caller() -> None:
    result = program(*SERVICE).evaluate_service("granting", exact({"monthly income": 1000, "score": 500}), AS_OF)
    assert result.value == 5000


def test_a_service_called_by_a_decision_takes_input_data_first() -> None:
    model = program(*SERVICE, needing_service("D", "granting(1000, 600)", "granting"))
    assert model.evaluate_decision("D", {}, AS_OF).value == 6000


def test_what_a_service_is_given_stays_within_it() -> None:
    both = decision("D", literal("{own: score, granted: granting(1000, 100)}"), needs="d:score").replace(
        "<literalExpression",
        '<knowledgeRequirement><requiredKnowledge href="#s granting"/></knowledgeRequirement><literalExpression',
    )
    assert program(*SERVICE, both).evaluate_decision("D", {}, AS_OF).value == {
        "own": Decimal(700),
        "granted": Decimal(1000),
    }


def test_a_service_of_several_outputs_gives_a_context() -> None:
    model = program(decision("a", literal("1")), decision("b", literal("2")), service("both", "a, b"))
    assert model.evaluate_service("both", {}, AS_OF).value == {"a": Decimal(1), "b": Decimal(2)}
    assert model.outputs_of("both") == ("a", "b")


def test_a_service_that_requires_itself_ends_with_a_note() -> None:
    looping = needing_service("D", "looping()", "looping")
    result = program(looping, service("looping", "D")).evaluate_decision("D", {}, AS_OF)
    assert result.value is None
    assert "too deeply" in result.notes[-1]


def test_a_chain_of_ten_thousand_decisions_is_no_burden() -> None:
    chain = [decision("d0", literal("1"))]
    chain += [decision(f"d{i}", literal(f"d{i - 1} + 1"), needs=f"d:d{i - 1}") for i in range(1, 10_000)]
    assert decided("d9999", *chain).value == 10_000


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        ([decision("a", literal("1"), needs="d:b")], "test.dmn:1: there is no element `#d b`"),
        (
            [decision("a", literal("b"), needs="d:b"), decision("b", literal("a"), needs="d:a")],
            "requires itself, by way of others",
        ),
        ([decision("a", literal("1"), needs="d:a")], "`a` requires itself"),
        ([decision("a", literal("1")), decision("a", literal("2"))], "a second element with the id `d a`"),
        (
            [decision("a", literal("1")), decision("a", literal("2")).replace("d a", "d b")],
            "a second element with the name `a`",
        ),
        (["<decisionService id='s' name='s'><variable name='s'/></decisionService>"], "`s` has no output decision"),
        (["<import name='m' namespace='urn:other' importType='urn:x/MODEL/'/>"], "the imported model urn:other is not"),
    ],
)
def test_what_cannot_be_linked_is_refused(contents: list[str], message: str) -> None:
    with pytest.raises(DmnError) as refused:
        program(*contents)
    assert message in str(refused.value)


def test_a_misspelt_expression_is_a_fault_of_the_check_and_null_when_evaluated() -> None:
    model = program("\n" + decision("D", literal("1 +")), "\n" + decision("E", literal("2")))
    [fault] = model.check()
    assert (fault.line, fault.source) == (2, "test.dmn")
    assert "`1 +`" in fault.message
    assert model.evaluate_decision("D", {}, AS_OF).value is None
    assert model.evaluate_decision("E", {}, AS_OF).value == 2


BASE = definitions(
    "<itemDefinition name='tMoney'><typeRef>number</typeRef><allowedValues><text>&gt;= 0</text></allowedValues>"
    "</itemDefinition>"
    + input_data("requested amount", "tMoney")
    + decision("rounded amount", literal("floor(requested amount)"), "tMoney", "i:requested amount")
    + knowledge("half-off", literal("x / 2"), "x:tMoney"),
    namespace="urn:base",
    name="base",
)


def importing(*contents: str, name: str = "b") -> bytes:
    imported = f"<import name='{name}' namespace='urn:base' importType='https://www.omg.org/spec/DMN/20230324/MODEL/'/>"
    return definitions(imported + "".join(contents), namespace="urn:main")


REQUIRED = (
    "<informationRequirement><requiredDecision href='urn:base#d rounded amount'/></informationRequirement>"
    "<knowledgeRequirement><requiredKnowledge href='urn:base#k half-off'/></knowledgeRequirement>"
)


@pytest.mark.parametrize("name", ["b", "base model", ""])
def test_elements_of_an_import_are_known_behind_its_name(name: str) -> None:
    prefix = f"{name}." if name else ""
    text = f"{prefix}half-off({prefix}rounded amount)"
    main = importing(
        f"<decision id='m' name='M'><variable name='M' typeRef='{prefix}tMoney'/>{REQUIRED}{literal(text)}</decision>",
        name=name,
    )
    model = load([read_model(main), read_model(BASE)])
    assert model.check() == ()
    assert model.evaluate_decision("M", {"requested amount": Decimal("9.5")}, AS_OF).value == Decimal("4.5")
    assert model.evaluate_decision("M", {"{urn:base}requested amount": Decimal(8)}, AS_OF).value == 4


def test_a_model_that_is_not_imported_cannot_be_referred_to() -> None:
    main = definitions(decision("M", literal("1")).replace("<lit", f"{REQUIRED}<lit"), namespace="urn:main")
    with pytest.raises(DmnError, match="is in a model that is not imported"):
        load([read_model(main), read_model(BASE)])


def test_two_models_of_one_namespace_are_refused() -> None:
    with pytest.raises(DmnError, match="a second model of the namespace"):
        load([read_model(BASE), read_model(BASE)])


def test_an_evaluation_leaves_no_trace_in_the_next() -> None:
    model = program(INCOME, decision("D", literal("monthly income"), needs="i:monthly income"))
    first = model.evaluate_decision("D", {"monthly income": Decimal(1)}, AS_OF)
    second = model.evaluate_decision("D", {}, AS_OF)
    assert (first.value, second.value) == (1, None)
