"""Decision tables (DMN 1.5, 8.3)."""

from enum import StrEnum
from typing import TypeVar

from shared.dmn.model import Aggregation, DecisionTable, HitPolicy, Input, LiteralExpression, Output, Rule
from shared.dmn.read.fields import Source, text_of, type_ref
from shared.dmn.xml import Element
from shared.feel.syntax.names import normalise_name

Choice = TypeVar("Choice", bound=StrEnum)


def decision_table(element: Element, source: Source) -> DecisionTable:
    """A `decisionTable`. Raises `DmnError`, for a rule of another width than the table among others."""
    inputs = tuple(_input(child, source) for child in element.all("input"))
    outputs = tuple(_output(child, source) for child in element.all("output"))
    if not outputs:
        raise source.fault("a decision table without an output", element)
    rules = tuple(_rule(child, len(inputs), len(outputs), source) for child in element.all("rule"))
    aggregation = element.attributes.get("aggregation")
    return DecisionTable(
        _chosen(HitPolicy, element.attributes.get("hitPolicy", "UNIQUE"), element, source),
        inputs,
        outputs,
        rules,
        _chosen(Aggregation, aggregation, element, source) if aggregation else None,
        tuple(child.attributes.get("name", "") for child in element.all("annotation")),
        type_ref(element),
        element.attributes.get("outputLabel"),
        line=element.line,
    )


def _chosen(kind: type[Choice], stated: str, element: Element, source: Source) -> Choice:
    try:
        return kind(stated.strip().upper())
    except ValueError:
        raise source.fault(f"`{stated}` is none of {', '.join(kind)}", element) from None


def _input(element: Element, source: Source) -> Input:
    expression = element.first("inputExpression")
    if expression is None:
        raise source.fault("an input without an `inputExpression`", element)
    return Input(
        LiteralExpression(
            text_of(expression), type_ref(expression), source.language_of(expression), line=expression.line
        ),
        text_of(element.first("inputValues")) or None,
        element.attributes.get("label"),
        line=element.line,
    )


def _output(element: Element, source: Source) -> Output:
    default = element.first("defaultOutputEntry")
    name = element.attributes.get("name", "")
    return Output(
        normalise_name(name) or None,
        type_ref(element),
        text_of(element.first("outputValues")) or None,
        _entry(default, source) if default is not None and text_of(default) else None,
        element.attributes.get("label"),
        line=element.line,
    )


def _rule(element: Element, inputs: int, outputs: int, source: Source) -> Rule:
    tests = tuple(_entry(entry, source) for entry in element.all("inputEntry"))
    entries = tuple(_entry(entry, source) for entry in element.all("outputEntry"))
    if len(tests) != inputs or len(entries) != outputs:
        raise source.fault(
            f"a rule of {len(tests)} inputs and {len(entries)} outputs in a table of {inputs} and {outputs}", element
        )
    return Rule(tests, entries, tuple(text_of(entry) for entry in element.all("annotationEntry")), line=element.line)


def _entry(element: Element, source: Source) -> LiteralExpression:
    return LiteralExpression(text_of(element), type_ref(element), source.language_of(element), line=element.line)
