"""Names and functions of an expression that only the general engine evaluates: still no misspelt one gets through."""

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Final

from shared.feel.library import BUILTINS
from shared.feel.syntax import tree
from shared.feel.typed.check.functions import CLOCK, check_arity
from shared.feel.typed.check.operand import Refusal, Refused
from shared.feel.typed.faults import TypeFault, clipped, did_you_mean
from shared.feel.typed.nodes import NOW, Variable
from shared.feel.typed.types import DATE, Type
from shared.feel.walk import children

_ITEM: Final = "item"
_PARTIAL: Final = "partial"

_Bound = frozenset[str]


class GeneralNames:
    """Collects the names that `variable` resolves, and notes a fault for each function that is not there."""

    def __init__(self, variable: Callable[[tree.Name], Variable], faults: list[TypeFault]) -> None:
        self._variable = variable
        self._faults = faults
        self._types: dict[str, Type] = {}
        self._called: set[str] = set()

    def of(self, source: tree.Node | tree.UnaryTests) -> tuple[tuple[str, Type], ...]:
        """Return the names that an expression or a cell takes from its surroundings, with their types."""
        fields = frozenset(_keys(source))
        for node in children(source) if isinstance(source, tree.UnaryTests) else (source,):
            self._visit(node, frozenset(), fields)
        for name in self._called & self._types.keys():
            message = f"`{name}` is a fact here, and cannot be called as a function beside"
            self._faults.append(TypeFault("wrong_type", message, source.span))
        return tuple(self._types.items())

    def _visit(self, node: tree.Node, bound: _Bound, fields: _Bound) -> None:
        match node:
            case tree.Name():
                self._name(node, bound)
            case tree.Call(tree.Name(name), arguments) if name not in bound:
                self._function(node, name)
                self._all(arguments, bound, fields)
            case tree.For(iterators, last):
                self._loop(iterators, last, bound | {_PARTIAL}, fields)
            case tree.Quantified(_, iterators, last):
                self._loop(iterators, last, bound, fields)
            case tree.Filter(source, condition):
                self._visit(source, bound, fields)
                # A name in the condition may be an entry of the items: of any context that the text writes.
                self._visit(condition, bound | fields | {_ITEM}, fields)
            case tree.ContextLiteral(entries):
                self._context(entries, bound, fields)
            case tree.FunctionLiteral(parameters, body):
                self._visit(body, bound | {name for name, _ in parameters}, fields)
            case _:
                self._all(children(node), bound, fields)

    def _all(self, nodes: Iterable[tree.Node], bound: _Bound, fields: _Bound) -> None:
        for node in nodes:
            self._visit(node, bound, fields)

    def _loop(self, iterators: Iterable[tree.Iterator], last: tree.Node, bound: _Bound, fields: _Bound) -> None:
        for iterator in iterators:
            self._visit(iterator.source, bound, fields)
            if iterator.end is not None:
                self._visit(iterator.end, bound, fields)
            bound |= {iterator.name}
        self._visit(last, bound, fields)

    def _context(self, entries: tuple[tuple[str, tree.Node], ...], bound: _Bound, fields: _Bound) -> None:
        """A value knows the keys before its own; a function is called later, when all of them are there."""
        keys = frozenset(key for key, _ in entries)
        before = bound
        for key, value in entries:
            self._visit(value, bound | keys if isinstance(value, tree.FunctionLiteral) else before, fields)
            before |= {key}

    def _name(self, node: tree.Name, bound: _Bound) -> None:
        if node.name in bound:
            return
        try:
            variable = self._variable(node)
        except Refused:
            return
        self._types[variable.name] = variable.type

    def _function(self, node: tree.Call, name: str) -> None:
        self._called.add(name)
        if name in CLOCK:
            self._types[NOW] = DATE
        try:
            if node.names is None:
                check_arity(name, len(node.arguments), node.span)
            else:
                _check_parameters(name, node.names, node.span)
        except Refusal as refusal:
            self._faults.append(refusal.fault)


def _check_parameters(name: str, given: tuple[str, ...], span: tree.Span) -> None:
    found = BUILTINS.get(name)
    if found is None:
        raise Refusal("unknown_function", f"unknown function `{clipped(name)}`", span, did_you_mean(name, BUILTINS))
    known = {parameter.name for form in found.forms for parameter in form.parameters}
    for parameter in given:
        if parameter not in known:
            message = f"`{name}` has no parameter `{clipped(parameter)}`; it is called as {found.usage()}"
            raise Refusal("wrong_arguments", message, span, did_you_mean(parameter, known))


def _keys(source: tree.Node | tree.UnaryTests) -> set[str]:
    own = {key for key, _ in source.entries} if isinstance(source, tree.ContextLiteral) else set()
    return reduce(set.union, map(_keys, children(source)), own)
