from decimal import Decimal

import pytest

from shared.feel.values import Value
from tests.shared.dmn.evaluating import decided, exact, program
from tests.shared.dmn.writing import decision, input_data, literal


def item(name: str, type_ref: str = "", collection: bool = False, content: str = "") -> str:
    stated = f"<typeRef>{type_ref}</typeRef>" if type_ref else ""
    return f"<itemDefinition name='{name}' isCollection='{str(collection).lower()}'>{stated}{content}</itemDefinition>"


def component(name: str, type_ref: str) -> str:
    return f"<itemComponent name='{name}'><typeRef>{type_ref}</typeRef></itemComponent>"


def allowing(text: str, kind: str = "allowedValues") -> str:
    return f"<{kind}><text>{text}</text></{kind}>"


def taken(type_ref: str, value: Value, *items: str) -> Value:
    """What a decision gets of an input of a type."""
    contents = (*items, input_data("x", type_ref), decision("D", literal("x"), needs="i:x"))
    return decided("D", *contents, **exact({"x": value})).value


GRADE = item("tGrade", "string", content=allowing('"A", "B"'))
APPLICANT = item("tApplicant", content=component("name", "string") + component("grade", "tGrade"))


@pytest.mark.parametrize(
    ("type_ref", "value", "fits"),
    [
        ("tGrade", "A", True),
        ("tGrade", "C", False),
        ("tGrade", None, True),
        ("tGrades", ["A", "B"], True),
        ("tGrades", ["A", "C"], False),
        ("tTwo", [Decimal(1), Decimal(2)], True),
        ("tTwo", [Decimal(1), Decimal(2), Decimal(3)], False),
        ("tApplicant", {"name": "Li", "grade": "A"}, True),
        ("tApplicant", {"name": "Li", "grade": "C"}, False),
        ("tApplicant", {"name": "Li"}, False),
        ("tApplicants", [{"name": "Li", "grade": "A", "more": Decimal(1)}], True),
        ("integer", Decimal(3), True),
        ("feel:string", "x", True),
        ("Any", ["x", Decimal(1)], True),
    ],
)
def test_inputs_are_held_to_their_types(type_ref: str, value: Value, fits: bool) -> None:
    items = (
        item("tGrades", "tGrade", collection=True),
        item("tTwo", "number", collection=True, content=allowing("count(?) = 2", "typeConstraint")),
        item("tApplicants", "tApplicant", collection=True),
        APPLICANT,
        GRADE,
    )
    assert taken(type_ref, value, *items) == (value if fits else None)


def test_an_expression_can_ask_for_a_type_of_the_model() -> None:
    expression = literal('{a: {name: "Li", grade: "A"} instance of tApplicant, b: 1 instance of tGrade}')
    assert decided("D", GRADE, APPLICANT, decision("D", expression)).value == {"a": True, "b": False}


def test_a_component_with_signs_in_its_name_is_known_in_paths_and_filters() -> None:
    offers = item("tOffers", collection=True, content=component("Approved/Declined", "string"))
    model = (
        offers,
        input_data("offers", "tOffers"),
        decision("D", literal('offers[Approved/Declined = "Approved"].Approved/Declined'), needs="i:offers"),
    )
    given: Value = [{"Approved/Declined": "Approved"}, {"Approved/Declined": "Declined"}]
    assert decided("D", *model, **exact({"offers": given})).value == ["Approved"]


def test_functions_have_types() -> None:
    pricing = """<itemDefinition name="tPricing"><functionItem outputTypeRef="number">
        <parameters name="score" typeRef="number"/></functionItem></itemDefinition>"""
    fits = decision("D", literal("function(s: number) s * 2"), "tPricing")
    misfit = decision("D", literal("function(s: number, t: number) s * t"), "tPricing")
    assert decided("D", pricing, fits).value is not None
    assert decided("D", pricing, misfit).value is None


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([item("tA", "tMissing")], "unknown type `tMissing`"),
        ([item("tA", "tB"), item("tB", "tA")], "is made of itself"),
        ([item("tA", content=component("next", "tA"))], "is made of itself"),
        ([item("tA", "number", content=allowing("&lt; &lt; 3"))], "in `< < 3`"),
        (
            [item("t0", "number")]
            + [item(f"t{i}", content=component("a", f"t{i - 1}") + component("b", f"t{i - 1}")) for i in range(1, 40)],
            "has more than 5,000 parts",
        ),
    ],
)
def test_types_that_cannot_be_are_faults_of_the_check(items: list[str], message: str) -> None:
    faults = program(*items, input_data("x", items[-1].split("'")[1])).check()
    assert any(message in fault.message for fault in faults), faults
    assert all(fault.source == "test.dmn" for fault in faults)
