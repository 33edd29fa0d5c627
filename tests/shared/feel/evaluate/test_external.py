from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.feel.evaluate.trigonometry import cosine, sine
from tests.shared.feel.evaluate.evaluating import notes_of, value_of


def call(class_name: str, signature: str, *arguments: str) -> str:
    names = ", ".join(f"p{place}" for place, _ in enumerate(arguments))
    java = f'{{java: {{class: "{class_name}", method signature: "{signature}"}}}}'
    return f"(function({names}) external {java})({', '.join(arguments)})"


@pytest.mark.parametrize(
    ("class_name", "signature", "arguments", "value"),
    [
        ("java.lang.Math", "max(double, double)", ("123.45", "456.78"), Decimal("456.78")),
        ("java.lang.Math", "abs(int)", ("-5",), Decimal(5)),
        ("java.lang.Math", "pow(double,double)", ("2", "10"), Decimal(1024)),
        ("java.lang.Math", "round(double)", ("-2.5",), Decimal(-2)),
        ("java.lang.Math", "signum(double)", ("-2.5",), Decimal(-1)),
        ("java.lang.Integer", "valueOf(java.lang.String)", ('"123"',), Decimal(123)),
        ("java.lang.Double", "valueOf(java.lang.String)", ('"12.50"',), Decimal("12.5")),
        ("java.lang.String", "valueOf(char)", ('"a"',), "a"),
        (
            "java.lang.String",
            "format(java.lang.String, [Ljava.lang.Object;)",
            ('"%s owes %.2f (%d%%)"', '"Ann"', "1234.5", "7"),
            "Ann owes 1234.50 (7%)",
        ),
    ],
)
def test_the_pure_java_methods_that_models_call_are_there(class_name, signature, arguments, value):
    assert value_of(call(class_name, signature, *arguments)) == value


@pytest.mark.parametrize(
    ("class_name", "signature", "arguments"),
    [
        ("java.lang.Runtime", "exec(java.lang.String)", ('"ls"',)),
        ("java.lang.System", "exit(int)", ("1",)),
        ("java.lang.Math", "foo(double)", ("1",)),
        ("java.lang.Math", "max(java.lang.String, java.lang.String)", ('"1"', '"2"')),
        ("java.lang.Math", "max(int, int)", ("1.5", "2")),
        ("java.lang.Byte", "valueOf(byte)", ("128",)),
        ("java.lang.Integer", "valueOf(java.lang.String)", ('"x"',)),
        ("java.lang.String", "valueOf(char)", ('"abc"',)),
        ("java.lang.String", "format(java.lang.String, [Ljava.lang.Object;)", ('"%s %s"', '"a"')),
        ("java.lang.String", "format(java.lang.String, [Ljava.lang.Object;)", ('"%x"', "1")),
        ("java.lang.Math", "max(double", ("1",)),
    ],
)
def test_every_other_method_is_refused(class_name, signature, arguments):
    assert notes_of(call(class_name, signature, *arguments))


angles = st.decimals(-1000, 1000, places=6)


@given(angles)
def test_sine_and_cosine_lie_on_the_unit_circle(angle):
    assert abs(sine(angle) ** 2 + cosine(angle) ** 2 - 1) < Decimal("1e-25")


def test_the_cosine_of_one_is_exact_to_34_digits():
    assert cosine(Decimal(1)) == Decimal("0.5403023058681397174009366074429766")
