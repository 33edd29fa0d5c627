"""Boxed expressions (DMN 1.5, 7.3.4 to 7.3.14 and 10.2)."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from shared.dmn.model import (
    Binding,
    BoxedConditional,
    BoxedContext,
    BoxedFilter,
    BoxedFor,
    BoxedFunction,
    BoxedInvocation,
    BoxedList,
    BoxedQuantified,
    BoxedRelation,
    ContextEntry,
    Expression,
    LiteralExpression,
)
from shared.dmn.read.fields import Source, text_of, type_ref
from shared.dmn.read.tables import decision_table
from shared.dmn.xml import Element
from shared.feel.syntax.names import normalise_name


def expression_in(parent: Element, source: Source) -> Expression | None:
    """The first expression among the children of an element. Raises `DmnError` when it is malformed."""
    found = expressions_in(parent, source)
    return found[0] if found else None


def expressions_in(parent: Element, source: Source) -> tuple[Expression, ...]:
    """All expressions among the children of an element, in order."""
    return tuple(
        _READERS[child.name](child, source)
        for child in parent.children
        if child.name in _READERS and child.namespace == parent.namespace
    )


def function_definition(element: Element, source: Source) -> BoxedFunction:
    """A `functionDefinition`, or the `encapsulatedLogic` of a business knowledge model."""
    return BoxedFunction(
        tuple(source.variable(parameter) for parameter in element.all("formalParameter")),
        expression_in(element, source),
        element.attributes.get("kind", "FEEL"),
        type_ref(element),
        line=element.line,
    )


def _literal(element: Element, source: Source) -> LiteralExpression:
    language = source.language_of(element)
    if element.first("importedValues") is not None:
        language = language or "imported values"
    return LiteralExpression(text_of(element), type_ref(element), language, line=element.line)


def _context(element: Element, source: Source) -> BoxedContext:
    entries = []
    for entry in element.all("contextEntry"):
        variable = entry.first("variable")
        # Some editors give the result entry a variable without a name.
        named = variable is not None and bool(variable.attributes.get("name", "").strip())
        entries.append(
            ContextEntry(
                source.variable(variable) if variable is not None and named else None,
                expression_in(entry, source),
                line=entry.line,
            )
        )
    return BoxedContext(tuple(entries), type_ref(element), line=element.line)


def _invocation(element: Element, source: Source) -> BoxedInvocation:
    bindings = []
    for binding in element.all("binding"):
        parameter = binding.first("parameter")
        if parameter is None:
            raise source.fault("a `binding` names no `parameter`", binding)
        bindings.append(Binding(source.named(parameter), expression_in(binding, source), line=binding.line))
    return BoxedInvocation(expression_in(element, source), tuple(bindings), type_ref(element), line=element.line)


def _relation(element: Element, source: Source) -> BoxedRelation:
    columns = tuple(normalise_name(source.required(column, "name")) for column in element.all("column"))
    rows = tuple(expressions_in(row, source) for row in element.all("row"))
    for row, cells in zip(element.all("row"), rows, strict=True):
        if len(cells) != len(columns):
            raise source.fault(f"a row of {len(cells)} cells in a relation of {len(columns)} columns", row)
    return BoxedRelation(columns, rows, type_ref(element), line=element.line)


def _list(element: Element, source: Source) -> BoxedList:
    return BoxedList(expressions_in(element, source), type_ref(element), line=element.line)


def _part(element: Element, name: str, source: Source) -> Expression:
    part = element.first(name)
    found = expression_in(part, source) if part is not None else None
    if found is None:
        raise source.fault(f"`{element.name}` has no expression for `{name}`", element)
    return found


def _conditional(element: Element, source: Source) -> BoxedConditional:
    condition, then, otherwise = (_part(element, name, source) for name in ("if", "then", "else"))
    return BoxedConditional(condition, then, otherwise, type_ref(element), line=element.line)


def _filter(element: Element, source: Source) -> BoxedFilter:
    collection, match = _part(element, "in", source), _part(element, "match", source)
    return BoxedFilter(collection, match, type_ref(element), line=element.line)


def _for(element: Element, source: Source) -> BoxedFor:
    iterator = normalise_name(source.required(element, "iteratorVariable"))
    collection, result = _part(element, "in", source), _part(element, "return", source)
    return BoxedFor(iterator, collection, result, type_ref(element), line=element.line)


def _quantified(element: Element, source: Source, every: bool) -> BoxedQuantified:
    iterator = normalise_name(source.required(element, "iteratorVariable"))
    collection, condition = _part(element, "in", source), _part(element, "satisfies", source)
    return BoxedQuantified(every, iterator, collection, condition, type_ref(element), line=element.line)


_READERS: Final[Mapping[str, Callable[[Element, Source], Expression]]] = {
    "literalExpression": _literal,
    "decisionTable": decision_table,
    "context": _context,
    "invocation": _invocation,
    "relation": _relation,
    "list": _list,
    "functionDefinition": function_definition,
    "conditional": _conditional,
    "filter": _filter,
    "for": _for,
    "some": partial(_quantified, every=False),
    "every": partial(_quantified, every=True),
}
