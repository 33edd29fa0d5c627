"""From the reductions of the grammar to the tree: one method for each rule of grammar.lark."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import DecimalException
from typing import Any

from lark import Token, Transformer

from shared.feel.syntax import tree
from shared.feel.syntax.faults import FeelSyntaxError
from shared.feel.values import NUMBERS

Part = Any
"""What stands on the parser's stack: a terminal, a node, or a pair of a name and a node on its way into one."""


def tree_builder() -> Transformer[Token, Part]:
    """Return what the parser calls at each reduction; the parts of a rule become a node of the tree."""
    return _TreeBuilder()


def _span(first: Part, last: Part) -> tree.Span:
    start = (first.start_pos or 0) if isinstance(first, Token) else first.span[0]
    end = (last.end_pos or 0) if isinstance(last, Token) else last.span[1]
    return start, end


def _nodes(parts: Sequence[Part]) -> tuple[Part, ...]:
    return tuple(part for part in parts if not isinstance(part, Token))


class _TreeBuilder(Transformer[Token, Part]):
    def anything(self, parts: list[Part]) -> tree.UnaryTests:
        return tree.UnaryTests((), span=_span(parts[0], parts[0]))

    def any_of(self, parts: list[Part]) -> tree.UnaryTests:
        return tree.UnaryTests(tuple(parts), span=_span(parts[0], parts[-1]))

    def none_of(self, parts: list[Part]) -> tree.UnaryTests:
        return tree.UnaryTests(_nodes(parts), negated=True, span=_span(parts[0], parts[-1]))

    def unary_comparison(self, parts: list[Part]) -> tree.UnaryComparison:
        operator, end = parts
        return tree.UnaryComparison(str(operator), end, span=_span(operator, end))

    def half_bounded(self, parts: list[Part]) -> tree.UnaryComparison:
        opening, operator, end, closing = parts
        return tree.UnaryComparison(str(operator), end, span=_span(opening, closing))

    def disjunction(self, parts: list[Part]) -> tree.Disjunction:
        return tree.Disjunction(parts[0], parts[2], span=_span(parts[0], parts[2]))

    def conjunction(self, parts: list[Part]) -> tree.Conjunction:
        return tree.Conjunction(parts[0], parts[2], span=_span(parts[0], parts[2]))

    def comparison(self, parts: list[Part]) -> tree.Comparison:
        left, operator, right = parts
        return tree.Comparison(str(operator), left, right, span=_span(left, right))

    def between(self, parts: list[Part]) -> tree.Between:
        value, low, high = _nodes(parts)
        return tree.Between(value, low, high, span=_span(value, high))

    def in_one(self, parts: list[Part]) -> tree.In:
        value, _, test = parts
        return tree.In(value, (test,), span=_span(value, test))

    def in_comparison(self, parts: list[Part]) -> tree.In:
        value, _, operator, end = parts
        test = tree.UnaryComparison(str(operator), end, span=_span(operator, end))
        return tree.In(value, (test,), span=_span(value, end))

    def in_tests(self, parts: list[Part]) -> tree.In:
        value, *tests = _nodes(parts)
        return tree.In(value, tuple(tests), span=_span(value, parts[-1]))

    def arithmetic(self, parts: list[Part]) -> tree.Arithmetic:
        left, operator, right = parts
        return tree.Arithmetic(str(operator), left, right, span=_span(left, right))

    def negation(self, parts: list[Part]) -> tree.Negation:
        return tree.Negation(parts[1], span=_span(parts[0], parts[1]))

    def instance_of(self, parts: list[Part]) -> tree.InstanceOf:
        value, _, type_ = parts
        return tree.InstanceOf(value, type_, span=_span(value, type_))

    def path(self, parts: list[Part]) -> tree.Path:
        source, _, name = parts
        return tree.Path(source, str(name), span=_span(source, name))

    def filter(self, parts: list[Part]) -> tree.Filter:
        source, _, condition, closing = parts
        return tree.Filter(source, condition, span=_span(source, closing))

    def call(self, parts: list[Part]) -> tree.Call:
        function, *arguments = _nodes(parts)
        return tree.Call(function, tuple(arguments), span=_span(function, parts[-1]))

    def named_call(self, parts: list[Part]) -> tree.Call:
        function, _, *named, closing = parts
        names = tuple(str(name) for name in named[::2])
        return tree.Call(function, tuple(named[1::2]), names, span=_span(function, closing))

    def number(self, parts: list[Part]) -> tree.NumberLiteral:
        (literal,) = parts
        span = _span(literal, literal)
        try:
            value = NUMBERS.create_decimal(str(literal))
        except DecimalException:
            raise FeelSyntaxError("the number is too large", span) from None
        return tree.NumberLiteral(value, span=span)

    def string(self, parts: list[Part]) -> tree.StringLiteral:
        return tree.StringLiteral(str(parts[0]), span=_span(parts[0], parts[0]))

    def at_literal(self, parts: list[Part]) -> tree.AtLiteral:
        return tree.AtLiteral(str(parts[0]), span=_span(parts[0], parts[0]))

    def name(self, parts: list[Part]) -> tree.Name:
        return tree.Name(str(parts[0]), span=_span(parts[0], parts[0]))

    def true(self, parts: list[Part]) -> tree.BooleanLiteral:
        return tree.BooleanLiteral(True, span=_span(parts[0], parts[0]))

    def false(self, parts: list[Part]) -> tree.BooleanLiteral:
        return tree.BooleanLiteral(False, span=_span(parts[0], parts[0]))

    def null(self, parts: list[Part]) -> tree.NullLiteral:
        return tree.NullLiteral(span=_span(parts[0], parts[0]))

    def list_literal(self, parts: list[Part]) -> tree.ListLiteral:
        return tree.ListLiteral(_nodes(parts), span=_span(parts[0], parts[-1]))

    def context_literal(self, parts: list[Part]) -> tree.ContextLiteral:
        return tree.ContextLiteral(_nodes(parts), span=_span(parts[0], parts[-1]))

    def entry(self, parts: list[Part]) -> tuple[str, tree.Node]:
        return str(parts[0]), parts[1]

    def interval(self, parts: list[Part]) -> tree.Interval:
        opening, low, high, closing = parts
        return tree.Interval(low, high, opening == "[", closing == "]", span=_span(opening, closing))

    def parenthesised(self, parts: list[Part]) -> tree.Node:
        node: tree.Node = replace(parts[1], span=_span(parts[0], parts[2]))
        return node

    def if_expression(self, parts: list[Part]) -> tree.If:
        condition, then, otherwise = _nodes(parts)
        return tree.If(condition, then, otherwise, span=_span(parts[0], otherwise))

    def iterator(self, parts: list[Part]) -> tree.Iterator:
        name, _, source, *end = parts
        return tree.Iterator(str(name), source, end[0] if end else None, span=_span(name, parts[-1]))

    def for_expression(self, parts: list[Part]) -> tree.For:
        *iterators, result = _nodes(parts)
        return tree.For(tuple(iterators), result, span=_span(parts[0], result))

    def quantified(self, parts: list[Part]) -> tree.Quantified:
        *iterators, condition = _nodes(parts)
        return tree.Quantified(parts[0].type == "EVERY", tuple(iterators), condition, span=_span(parts[0], condition))

    def function(self, parts: list[Part]) -> tree.FunctionLiteral:
        *parameters, body = _nodes(parts)
        return tree.FunctionLiteral(tuple(parameters), body, span=_span(parts[0], body))

    def external_function(self, parts: list[Part]) -> tree.FunctionLiteral:
        *parameters, body = _nodes(parts)
        return tree.FunctionLiteral(tuple(parameters), body, external=True, span=_span(parts[0], body))

    def parameter(self, parts: list[Part]) -> tuple[str, tree.TypeNode | None]:
        return str(parts[0]), parts[1] if len(parts) > 1 else None

    def named_type(self, parts: list[Part]) -> tree.NamedType:
        return tree.NamedType("".join(parts), span=_span(parts[0], parts[-1]))

    def generic_type(self, parts: list[Part]) -> tree.TypeNode:
        name, _, inner, closing = parts
        span = _span(name, closing)
        match str(name):
            case "list":
                return tree.ListType(inner, span=span)
            case "range":
                return tree.RangeType(inner, span=span)
        raise FeelSyntaxError("`context<...>` holds entries such as `name: type`", span)

    def context_type(self, parts: list[Part]) -> tree.ContextType:
        span = _span(parts[0], parts[-1])
        if parts[0] != "context":
            raise FeelSyntaxError(f"`{parts[0]}<...>` holds one type", span)
        return tree.ContextType(_nodes(parts), span=span)

    def type_entry(self, parts: list[Part]) -> tuple[str, tree.TypeNode]:
        return str(parts[0]), parts[1]

    def function_type(self, parts: list[Part]) -> tree.FunctionType:
        *parameters, result = _nodes(parts)
        return tree.FunctionType(tuple(parameters), result, span=_span(parts[0], result))
