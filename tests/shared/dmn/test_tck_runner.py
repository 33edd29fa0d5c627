from decimal import Decimal
from pathlib import Path

import pytest

from services.tck import run_tck, same
from shared.feel.values import Value
from tests.shared.dmn.writing import decision, definitions, input_data, knowledge, literal

DOUBLED = definitions(
    input_data("x", "number")
    + decision("doubled", literal("x * 2"), "number", "i:x")
    + decision("both", literal("[x, {twice: doubled}]"), needs="i:x, d:doubled")
    + decision("misspelt", literal("x +"), needs="i:x")
    + knowledge("half", literal("n / 2"), "n:number")
    + """<decisionService id="s" name="service"><variable name="service"/><outputDecision href="#d doubled"/>
         <outputDecision href="#d both"/><inputData href="#i x"/></decisionService>"""
)


def number(value: str) -> str:
    return f'<value xsi:type="xsd:decimal">{value}</value>'


def case(identifier: str, result: str, given: str = number("4"), attributes: str = "", parameter: str = "x") -> str:
    given = f'<inputNode name="{parameter}">{given}</inputNode>' if given else ""
    return f'<testCase id="{identifier}" {attributes}>{given}{result}</testCase>'


def expecting(name: str, expected: str, error: bool = False) -> str:
    return f'<resultNode name="{name}" errorResult="{str(error).lower()}"><expected>{expected}</expected></resultNode>'


def kit(folder: Path, *cases: str, model: bytes = DOUBLED) -> Path:
    group = folder / "compliance-level-2" / "0001-doubled"
    group.mkdir(parents=True)
    (group / "0001-doubled.dmn").write_bytes(model)
    (group / "0001-doubled-test-01.xml").write_text(
        '<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<modelName>0001-doubled.dmn</modelName>{''.join(cases)}</testCases>"
    )
    return folder


def lines_of(folder: Path) -> list[str]:
    lines: list[str] = []
    run_tck(folder, lines.append)
    return lines


def test_a_group_is_counted_and_the_sum_is_the_last_line(tmp_path: Path) -> None:
    folder = kit(
        tmp_path, case("1", expecting("doubled", number("8"))), case("2", expecting("doubled", number("8.000000001")))
    )
    assert lines_of(folder) == ["0001-doubled 2/2", "passed 2 of 2"]


def test_a_failure_says_what_was_and_what_should_be(tmp_path: Path) -> None:
    folder = kit(tmp_path, case("1", expecting("doubled", number("9"))))
    assert lines_of(folder) == ["0001-doubled 0/1", "  1: doubled is 8, not 9", "passed 0 of 1"]


def test_a_case_passes_when_all_its_results_do(tmp_path: Path) -> None:
    right, wrong = expecting("doubled", number("8")), expecting("doubled", number("9"))
    assert lines_of(kit(tmp_path, case("1", right + wrong)))[-1] == "passed 0 of 1"


def test_lists_components_and_nothing_are_read(tmp_path: Path) -> None:
    nested = f"""<list><item>{number("4")}</item>
        <item><component name="twice">{number("8")}</component></item></list>"""
    nothing = '<value xsi:nil="true"/>'
    folder = kit(
        tmp_path,
        case("1", expecting("both", nested)),
        case("2", expecting("doubled", nothing, error=True), given=nothing),
        case("3", expecting("misspelt", nothing, error=True)),
    )
    assert lines_of(folder)[-1] == "passed 3 of 3"


def test_services_and_knowledge_models_are_called_directly(tmp_path: Path) -> None:
    folder = kit(
        tmp_path,
        case("1", expecting("doubled", number("8")), attributes='type="decisionService" invocableName="service"'),
        case("2", expecting("half", number("2")), attributes='type="bkm" invocableName="half"', parameter="n"),
    )
    assert lines_of(folder)[-1] == "passed 2 of 2"


@pytest.mark.parametrize("model", [b"<nonsense", definitions(decision("a", literal("1"), needs="d:missing"))])
def test_a_model_that_cannot_be_loaded_fails_its_cases(tmp_path: Path, model: bytes) -> None:
    folder = kit(tmp_path, case("1", expecting("a", number("1")), given=""), model=model)
    assert lines_of(folder)[-1] == "passed 0 of 1"


def test_a_decision_that_is_not_there_fails_its_case(tmp_path: Path) -> None:
    assert lines_of(kit(tmp_path, case("1", expecting("tripled", number("12")))))[-1] == "passed 0 of 1"


def test_a_file_of_cases_that_cannot_be_read_counts_as_a_case(tmp_path: Path) -> None:
    folder = kit(tmp_path, case("1", expecting("doubled", '<value xsi:type="xsd:decimal">eight</value>')))
    lines = lines_of(folder)
    assert "`eight` is no decimal" in lines[1]
    assert lines[-1] == "passed 0 of 1"


def test_a_case_with_a_value_that_cannot_be_read_fails_alone(tmp_path: Path) -> None:
    folder = kit(
        tmp_path, case("1", expecting("doubled", number("eight"))), case("2", expecting("doubled", number("8")))
    )
    assert lines_of(folder) == ["0001-doubled 1/2", "  1: model:1: `eight` is no decimal", "passed 1 of 2"]


def test_a_folder_without_cases_has_none(tmp_path: Path) -> None:
    assert lines_of(tmp_path) == ["passed 0 of 0"]


@pytest.mark.parametrize(
    ("actual", "expected", "equal"),
    [
        (Decimal("1.000000001"), Decimal(1), True),
        (Decimal("1.0000001"), Decimal(1), False),
        ({"a": Decimal(1)}, {"a": Decimal(1), "b": None}, False),
        ([Decimal(1)], Decimal(1), False),
        (None, None, True),
        (False, None, False),
    ],
)
def test_results_are_compared_like_the_kit_does(actual: Value, expected: Value, equal: bool) -> None:
    assert same(actual, expected) is equal
