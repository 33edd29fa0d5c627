"""Boxed expressions, compiled from the inside out (DMN 1.5, 10.2)."""

from collections.abc import Sequence

from shared.dmn import boxed
from shared.dmn.boxed import Part
from shared.dmn.compile.tables import decision_table
from shared.dmn.compile.texts import Names, Texts
from shared.dmn.model import (
    BoxedConditional,
    BoxedContext,
    BoxedFilter,
    BoxedFor,
    BoxedFunction,
    BoxedInvocation,
    BoxedList,
    BoxedQuantified,
    BoxedRelation,
    DecisionTable,
    Expression,
    LiteralExpression,
)
from shared.feel.types import ANY, FeelType

_Boxed = (
    DecisionTable
    | BoxedContext
    | BoxedInvocation
    | BoxedRelation
    | BoxedList
    | BoxedFunction
    | BoxedConditional
    | BoxedFilter
    | BoxedFor
    | BoxedQuantified
)


class ExpressionCompiler:
    """Compiles the expressions of one model. The depth of their nesting is that of the XML, which is bounded."""

    def __init__(self, texts: Texts) -> None:
        """Compile with the texts of the model."""
        self.texts = texts

    def part(self, expression: Expression | None, names: Names) -> Part:
        """The code of an expression; null for None, which editors leave where nothing was written."""
        if expression is None:
            return boxed.null()
        if isinstance(expression, LiteralExpression):
            return self.texts.expression(expression, names)
        return boxed.typed(self._boxed(expression, names), self.texts.type_of(expression.type_ref, expression.line))

    def function_parts(self, definition: BoxedFunction, names: Names) -> tuple[list[tuple[str, FeelType]], Part]:
        """The parameters of a function definition, and the code of its body."""
        parameters = [(each.name, self.texts.type_of(each.type_ref, each.line)) for each in definition.parameters]
        body = self.part(definition.body, names | {name for name, _ in parameters})
        if definition.kind.upper() != "FEEL":
            body = boxed.external(body, definition.kind, [name for name, _ in parameters])
        return parameters, body

    def _boxed(self, expression: _Boxed, names: Names) -> Part:
        match expression:
            case DecisionTable():
                part = decision_table(expression, self.texts, names)
            case BoxedContext():
                part = self._context(expression, names)
            case BoxedInvocation(function, bindings):
                arguments = [self.part(binding.expression, names) for binding in bindings]
                part = boxed.invocation(self.part(function, names), [each.name for each in bindings], arguments)
            case BoxedRelation(columns, rows):
                part = boxed.list_of([self._row(columns, row, names) for row in rows])
            case BoxedList(items):
                part = boxed.list_of([self.part(item, names) for item in items])
            case BoxedFunction():
                parameters, body = self.function_parts(expression, names)
                part = boxed.function(parameters, ANY, body)
            case BoxedConditional(condition, then, otherwise):
                part = boxed.conditional(*(self.part(each, names) for each in (condition, then, otherwise)))
            case BoxedFilter(collection, match):
                part = boxed.filtered(self.part(collection, names), self.part(match, names | {"item"}))
            case BoxedFor(iterator, collection, result):
                inner = names | {iterator, "partial"}
                part = boxed.iterated(iterator, self.part(collection, names), self.part(result, inner))
            case BoxedQuantified(every, iterator, collection, condition):
                held = self.part(condition, names | {iterator})
                part = boxed.quantified(every, iterator, self.part(collection, names), held)
        return part

    def _context(self, expression: BoxedContext, names: Names) -> Part:
        entries: list[tuple[str | None, Part]] = []
        for entry in expression.entries:
            variable = entry.variable
            if variable is None:
                entries.append((None, self.part(entry.expression, names)))
                continue
            own = {variable.name} if isinstance(entry.expression, BoxedFunction) else set()
            part = self.part(entry.expression, names | own)
            entries.append((variable.name, boxed.typed(part, self.texts.type_of(variable.type_ref, variable.line))))
            names |= {variable.name}
        return boxed.context(entries)

    def _row(self, columns: Sequence[str], cells: Sequence[Expression | None], names: Names) -> Part:
        parts = (self.part(cell, names) for cell in cells)
        return boxed.record(list(zip(columns, parts, strict=True)))
