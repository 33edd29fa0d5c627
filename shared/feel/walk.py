"""What an expression is made of, and which names it takes from its surroundings."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from shared.feel.syntax import tree
from shared.feel.syntax.tree import Node, UnaryTests


def children(node: Node | UnaryTests) -> tuple[Node, ...]:
    """The expressions that a node is directly made of, in the order of the text. Types are not expressions."""
    parts = _PARTS.get(type(node))
    return () if parts is None else parts(node)


def names_in(node: Node | UnaryTests) -> frozenset[str]:
    """The names that a node takes from its scope: not those that it declares itself, but built-in functions too.

    A name in the condition of a filter is among them although it may be found in the items.
    """
    own = _NAMES.get(type(node))
    return frozenset().union(*map(names_in, children(node))) if own is None else own(node)


def _sources(iterators: Iterable[tree.Iterator]) -> list[Node]:
    return [part for iterator in iterators for part in (iterator.source, iterator.end) if part is not None]


def _operands(node: tree.Arithmetic | tree.Comparison | tree.Conjunction | tree.Disjunction) -> tuple[Node, ...]:
    return node.left, node.right


_PARTS: Mapping[type, Callable[[Any], tuple[Node, ...]]] = {
    tree.Path: lambda path: (path.source,),
    tree.Negation: lambda negation: (negation.operand,),
    tree.UnaryComparison: lambda test: (test.end,),
    tree.InstanceOf: lambda test: (test.value,),
    tree.FunctionLiteral: lambda function: (function.body,),
    tree.Arithmetic: _operands,
    tree.Comparison: _operands,
    tree.Conjunction: _operands,
    tree.Disjunction: _operands,
    tree.Between: lambda between: (between.value, between.low, between.high),
    tree.In: lambda membership: (membership.value, *membership.tests),
    tree.If: lambda choice: (choice.condition, choice.then, choice.otherwise),
    tree.For: lambda loop: (*_sources(loop.iterators), loop.result),
    tree.Quantified: lambda loop: (*_sources(loop.iterators), loop.condition),
    tree.ListLiteral: lambda items: items.items,
    tree.ContextLiteral: lambda context: tuple(value for _, value in context.entries),
    tree.Interval: lambda interval: (interval.low, interval.high),
    tree.Filter: lambda selection: (selection.source, selection.condition),
    tree.Call: lambda call: (call.function, *call.arguments),
    UnaryTests: lambda cell: cell.tests,
}


def _names_in_loop(iterators: Iterable[tree.Iterator], last: Node, declared: frozenset[str]) -> frozenset[str]:
    found: set[str] = set()
    bound: set[str] = set()
    for iterator in iterators:
        for part in _sources((iterator,)):
            found |= names_in(part) - bound
        bound.add(iterator.name)
    return frozenset(found | (names_in(last) - bound - declared))


def _names_in_context(context: tree.ContextLiteral) -> frozenset[str]:
    """A value knows the keys before its own; a function is called later, when all of them are there."""
    keys = {key for key, _ in context.entries}
    found: set[str] = set()
    before: set[str] = set()
    for key, value in context.entries:
        found |= names_in(value) - (keys if isinstance(value, tree.FunctionLiteral) else before)
        before.add(key)
    return frozenset(found)


def _names_in_filter(node: tree.Filter) -> frozenset[str]:
    return names_in(node.source) | (names_in(node.condition) - {"item"})


def _names_in_function(node: tree.FunctionLiteral) -> frozenset[str]:
    return names_in(node.body) - {name for name, _ in node.parameters}


_NAMES: Mapping[type, Callable[[Any], frozenset[str]]] = {
    tree.Name: lambda name: frozenset({name.name}),
    tree.For: lambda loop: _names_in_loop(loop.iterators, loop.result, frozenset({"partial"})),
    tree.Quantified: lambda loop: _names_in_loop(loop.iterators, loop.condition, frozenset()),
    tree.Filter: _names_in_filter,
    tree.FunctionLiteral: _names_in_function,
    tree.ContextLiteral: _names_in_context,
}
