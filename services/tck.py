"""The cases of the DMN Technology Compatibility Kit: read, evaluated, compared, reported."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from services.dmn import read_with_imports
from shared.dmn import DmnError, Program, Result, load
from shared.dmn.xml import Element, read_xml
from shared.feel.operators import equal
from shared.feel.values import Date, DateTime, FeelError, Time, Value
from shared.feel.values.text import parse_date, parse_date_time, parse_duration, parse_time, to_text

_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance "
_TOLERANCE: Final = Decimal("1e-8")
_AS_OF: Final = DateTime(Date(2026, 1, 15), Time(12, 0, 0, 0, 0, None))
"""What `now()` says: no case depends on it."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The result that a case expects of a decision, or of an output decision of a service."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class Case:
    """A test case: what is evaluated (for a service or a business knowledge model, `invocable`) with which inputs."""

    id: str
    kind: str
    invocable: str
    inputs: Mapping[str, Value]
    expected: tuple[Expected, ...]


@dataclass(frozen=True, slots=True)
class UnreadableCase:
    """A test case with a value that is not one of its type."""

    id: str
    why: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that did not give what it should, and why."""

    group: str
    case: str
    why: str


def run_tck(path: Path, write: Callable[[str], object]) -> tuple[int, int]:
    """Run every case below a folder and write, in lines, each group's count, its failures, and the sum.

    Returns the numbers of cases passed and of all cases. A model that cannot be loaded fails its cases.
    """
    passed = total = 0
    for group in groups_in(path):
        count, failures = run_group(group)
        write(f"{group.name} {count - len(failures)}/{count}")
        for failure in failures:
            write(f"  {failure.case}: {failure.why}")
        passed += count - len(failures)
        total += count
    write(f"passed {passed} of {total}")
    return passed, total


def groups_in(path: Path) -> list[Path]:
    """The folders at or below a path that have cases, in order of their names."""
    return sorted({file.parent for file in path.rglob("*-test-*.xml")}, key=lambda folder: folder.parts)


def run_group(folder: Path) -> tuple[int, list[Failure]]:
    """Run the cases of one folder: how many there are, and those that fail.

    A case that cannot be read fails; of a file that cannot be read, nobody knows the cases: it counts as one.
    """
    count = 0
    failures: list[Failure] = []
    for file in sorted(folder.glob("*-test-*.xml")):
        try:
            model, read = read_cases(file)
        except DmnError as error:
            count += 1
            failures.append(Failure(folder.name, file.name, str(error)))
            continue
        count += len(read)
        cases = [case for case in read if isinstance(case, Case)]
        failures.extend(Failure(folder.name, case.id, case.why) for case in read if isinstance(case, UnreadableCase))
        failures.extend(Failure(folder.name, case, why) for case, why in _failing(folder / model, cases))
    return count, failures


def _failing(path: Path, cases: Sequence[Case]) -> Iterator[tuple[str, str]]:
    try:
        program = load(read_with_imports(path))
    except DmnError as error:
        yield from ((case.id, str(error)) for case in cases)
        return
    for case in cases:
        why = "; ".join(_differences(program, case))
        if why:
            yield case.id, why


def _differences(program: Program, case: Case) -> Iterator[str]:
    """What each result is instead of what it should be."""
    for expected in case.expected:
        try:
            result = _evaluate(program, case, expected.name)
        except DmnError as error:
            yield str(error)
            continue
        if not same(result.value, expected.value):
            notes = f" ({'; '.join(result.notes)})" if result.notes else ""
            yield f"{expected.name} is {to_text(result.value)}, not {to_text(expected.value)}{notes}"


def _evaluate(program: Program, case: Case, name: str) -> Result:
    """The result that a case looks at: of several output decisions of a service, the one of this name."""
    match case.kind:
        case "decisionService":
            result = program.evaluate_service(case.invocable, case.inputs, _AS_OF)
            if isinstance(result.value, dict) and len(program.outputs_of(case.invocable)) > 1:
                return Result(result.value.get(name), result.notes)
            return result
        case "bkm":
            return program.call_knowledge_model(case.invocable or name, case.inputs, _AS_OF)
    return program.evaluate_decision(name, case.inputs, _AS_OF)


def same(actual: Value, expected: Value) -> bool:
    """Whether a result is the expected one; numbers may differ by 1e-8, as in the kit's own runner."""
    if isinstance(actual, Decimal) and isinstance(expected, Decimal):
        return abs(actual - expected) < _TOLERANCE
    if isinstance(actual, list) and isinstance(expected, list):
        return len(actual) == len(expected) and all(map(same, actual, expected))
    if isinstance(actual, dict) and isinstance(expected, dict):
        return actual.keys() == expected.keys() and all(same(actual[name], expected[name]) for name in actual)
    return equal(actual, expected) is True


def read_cases(path: Path) -> tuple[str, list[Case | UnreadableCase]]:
    """The cases of a file, and the file name of the model that they are about. Raises DmnError."""
    root = read_xml(path.read_bytes(), path.name)
    model = root.first("modelName")
    if root.name != "testCases" or model is None:
        raise DmnError("not a file of test cases", path.name, root.line)
    return model.text.strip(), [_case_or_fault(element) for element in root.all("testCase")]


def _case_or_fault(element: Element) -> Case | UnreadableCase:
    try:
        return _case(element)
    except (DmnError, FeelError) as error:
        return UnreadableCase(element.attributes.get("id", ""), str(error))


def _case(element: Element) -> Case:
    expected = []
    for node in element.all("resultNode"):
        value = node.first("expected")
        expected.append(Expected(node.attributes.get("name", ""), _value(value) if value is not None else None))
    return Case(
        element.attributes.get("id", ""),
        element.attributes.get("type", "decision"),
        element.attributes.get("invocableName", ""),
        {_input_name(node): _value(node) for node in element.all("inputNode")},
        tuple(expected),
    )


def _input_name(node: Element) -> str:
    namespace, name = node.attributes.get("namespace"), node.attributes.get("name", "")
    return f"{{{namespace}}}{name}" if namespace else name


def _value(element: Element) -> Value:
    """The value that an element holds: components, a list, or a simple value."""
    components = list(element.all("component"))
    if components:
        return {component.attributes.get("name", ""): _value(component) for component in components}
    items = element.first("list")
    if items is not None:
        return None if _is_nil(items) else [_value(item) for item in items.all("item")]
    simple = element.first("value")
    return None if simple is None or _is_nil(simple) else _simple(simple)


def _is_nil(element: Element) -> bool:
    return element.attributes.get(f"{_XSI}nil") in {"true", "1"}


def _simple(element: Element) -> Value:
    kind = element.attributes.get(f"{_XSI}type", "").rpartition(":")[2]
    if kind in {"", "string"}:
        return element.text
    text = element.text.strip()
    read = _READERS.get(kind)
    value = read(text) if read else None
    if value is None:
        raise DmnError(f"`{text}` is no {kind}", line=element.line)
    return value


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


_READERS: Final[Mapping[str, Callable[[str], Value]]] = {
    "boolean": {"true": True, "1": True, "false": False, "0": False}.get,
    **dict.fromkeys(("decimal", "double", "float", "integer", "int", "long"), _number),
    "date": parse_date,
    "time": parse_time,
    "dateTime": parse_date_time,
    "duration": parse_duration,
}
