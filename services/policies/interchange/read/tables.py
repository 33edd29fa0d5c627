"""Decision tables as rows of `when`, `if`, `note` and outputs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.policies.interchange.read.names import Names, policy_name
from services.policies.interchange.read.source import Source, own, text_of
from services.policies.interchange.vocabulary import ANYTHING, CONDITION
from shared.dmn.xml import Element
from shared.feel.syntax import FeelSyntaxError, parse_expression, parse_unary_tests, tree

_NOT: Final = re.compile(r"\s*not\s*\((.*)\)\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Column:
    """An output column: its name (empty where it has none), the texts of its rules and of its default, its values."""

    element: Element
    name: str
    cells: tuple[str, ...]
    default: str | None
    values: str | None


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A decision table: the conditions of its rules as in a policy's rows, and its outputs column by column.

    `always` has the numbers, from 0, of rules without any condition.
    """

    element: Element
    hit_policy: str
    aggregation: str | None
    rows: tuple[dict[str, Any], ...]
    outputs: tuple[Column, ...]
    always: frozenset[int]


def read_table(element: Element, names: Names, source: Source) -> ReadTable | None:
    """Return a decision table, None, with a note, where its logic is not FEEL or an input has no expression.

    Such a table is left out as a whole: its rules without one of their conditions would hit where they should not.
    """
    inputs = list(element.all("input"))
    rules = list(element.all("rule"))
    language = next(filter(None, map(source.language_of, _entries(inputs, rules))), None)
    if language is not None:
        source.note(element, f"the decision table is written in {language}, not in FEEL, and is left out")
        return None
    for each in inputs:
        if each.first("inputValues") is not None and not source.own:
            source.note(each, "the values that an input may have are the product's to say; they are left out")
    silent = next((each for each in inputs if not text_of(each.first("inputExpression")).strip()), None)
    if silent is not None:
        source.note(silent, "an input has no expression; the decision table is left out")
        return None
    subjects = [_subject(each, names) for each in inputs]
    rows = tuple(_row(rule, subjects, names) for rule in rules)
    outputs = [[names.expression(text_of(entry)) for entry in rule.all("outputEntry")] for rule in rules]
    columns = list(zip(*outputs, strict=True)) or [()] * sum(1 for _ in element.all("output"))
    always = frozenset(number for number, row in enumerate(rows) if not row.keys() & {"when", "if"})
    return ReadTable(
        element,
        element.attributes.get("hitPolicy", "UNIQUE").strip(),
        element.attributes.get("aggregation"),
        rows,
        tuple(_column(output, cells, names) for output, cells in zip(element.all("output"), columns, strict=True)),
        always,
    )


def _entries(inputs: Sequence[Element], rules: Sequence[Element]) -> list[Element]:
    entries = [entry for rule in rules for entry in rule.children if entry.name in ("inputEntry", "outputEntry")]
    return [*(expression for each in inputs for expression in each.all("inputExpression")), *entries]


def _column(output: Element, cells: tuple[str, ...], names: Names) -> Column:
    default = output.first("defaultOutputEntry")
    stated = names.expression(text_of(default)) if default is not None and text_of(default).strip() else None
    # What a policy gives by itself where no row hits is no default of its own, unless somebody changed it.
    implied = default is not None and own(default, "implied") is not None and stated == "0"
    values = output.first("outputValues")
    return Column(
        output,
        output.attributes.get("name", "") or output.attributes.get("label", ""),
        cells,
        None if implied else stated,
        text_of(values) if values is not None and text_of(values).strip() else None,
    )


@dataclass(frozen=True, slots=True)
class _Subject:
    """What an input column is about: an expression, and whether it is just a name."""

    expression: str
    named: bool


def _subject(each: Element, names: Names) -> _Subject:
    expression = names.expression(text_of(each.first("inputExpression"))).strip()
    return _Subject(expression, _is_name(expression))


def _row(rule: Element, subjects: Sequence[_Subject], names: Names) -> dict[str, Any]:
    when: dict[str, str] = {}
    conditions: list[str] = []
    for subject, entry in zip(subjects, rule.all("inputEntry"), strict=True):
        cell = names.cell(text_of(entry))
        if not cell.strip() or (cell == ANYTHING and own(entry, "stated") is None):
            continue
        if subject.expression == CONDITION:
            conditions.append(cell)
        elif subject.named and subject.expression not in when:
            when[subject.expression] = cell
        else:
            conditions.append(_condition(subject.expression, cell))
    row: dict[str, Any] = {}
    if when:
        row["when"] = when
    if conditions:
        row["if"] = conditions[0] if len(conditions) == 1 else " and ".join(f"({each})" for each in conditions)
    note = "; ".join(_remarks(rule))
    if note:
        row["note"] = note
    return row


def _remarks(rule: Element) -> list[str]:
    """The notes of a rule: its annotations, and its description, which is where Camunda's modeler writes them."""
    found = [text_of(entry) for entry in rule.all("annotationEntry")]
    found += [description.text for description in rule.all("description")]
    return [each for each in dict.fromkeys(found) if each.strip()]


def _is_name(text: str) -> bool:
    try:
        return isinstance(parse_expression(text), tree.Name)
    except FeelSyntaxError:
        # A name that FEEL does not know stays in its place, where it will be found unknown.
        return policy_name(text) == text


def _condition(expression: str, cell: str) -> str:
    """Return the condition that a cell over an expression states, for a column of a policy is over a name."""
    try:
        tests = parse_unary_tests(cell)
    except FeelSyntaxError:
        return f"({expression}) in ({cell})"
    negated = _NOT.fullmatch(cell) if tests.negated else None
    return f"not(({expression}) in ({negated[1]}))" if negated else f"({expression}) in ({cell})"


def text_value(feel: str) -> str | None:
    """Return the text that a FEEL string literal stands for, None where it is something else."""
    try:
        node = parse_expression(feel)
    except FeelSyntaxError:
        return None
    return node.value if isinstance(node, tree.StringLiteral) else None


def text_values(tests: str) -> list[str] | None:
    """Return the texts that unary tests list, None where they say something else."""
    try:
        parsed = parse_unary_tests(tests)
    except FeelSyntaxError:
        return None
    values = [test.value for test in parsed.tests if isinstance(test, tree.StringLiteral)]
    return values if values and len(values) == len(parsed.tests) and not parsed.negated else None


def is_nothing(feel: str) -> bool:
    """Tell whether an output says nothing."""
    return feel.strip() in ("", "null", ANYTHING)
