"""Looking through the expressions of a model."""

from collections.abc import Iterator

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
    Model,
)


def parts_of(expression: Expression) -> Iterator[Expression | None]:
    """The expressions directly within another; the cells of a table are not looked into."""
    match expression:
        case LiteralExpression() | DecisionTable():
            pass
        case BoxedContext(entries):
            yield from (entry.expression for entry in entries)
        case BoxedInvocation(function, bindings):
            yield function
            yield from (binding.expression for binding in bindings)
        case BoxedRelation(_, rows):
            yield from (cell for row in rows for cell in row)
        case BoxedList(items):
            yield from items
        case BoxedFunction(_, body):
            yield body
        case BoxedConditional(condition, then, otherwise):
            yield from (condition, then, otherwise)
        case BoxedFilter(collection, match):
            yield from (collection, match)
        case BoxedFor(_, collection, result):
            yield from (collection, result)
        case BoxedQuantified(_, _, collection, condition):
            yield from (collection, condition)


def expressions_of(model: Model) -> Iterator[Expression]:
    """All expressions of a model, outer ones before those within them; the cells of tables are not looked into."""
    waiting: list[Expression | None] = [decision.expression for decision in model.decisions]
    waiting.extend(knowledge.function for knowledge in model.knowledge_models)
    while waiting:
        expression = waiting.pop()
        if expression is not None:
            yield expression
            waiting.extend(parts_of(expression))


def entry_names(model: Model) -> Iterator[str]:
    """The names of the entries of the contexts that a model makes: boxed ones, rows, and results of several outputs."""
    for expression in expressions_of(model):
        match expression:
            case BoxedContext(entries):
                yield from (entry.variable.name for entry in entries if entry.variable)
            case BoxedRelation(columns):
                yield from columns
            case DecisionTable(outputs=outputs):
                yield from (output.name for output in outputs if output.name)
