"""The walk over the tree of a text: every part is checked, and every fault of it noted."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from shared.feel.syntax import tree
from shared.feel.typed.check import arithmetic, functions, literals
from shared.feel.typed.check.comparison import any_of, comparison, within
from shared.feel.typed.check.operand import Exotic, Operand, Refusal, Refused
from shared.feel.typed.check.units import number, unified
from shared.feel.typed.faults import TypeFault, clipped, did_you_mean
from shared.feel.typed.nodes import Choice, Conjunction, Constant, Disjunction, ListOf, Not, Typed, Variable
from shared.feel.typed.types import BOOLEAN, NULL, TEXT, Kind, Type
from shared.feel.walk import names_in

SUBJECT: Final = "?"
"""The name by which a test refers to the value that it tests."""

MAX_LEVELS: Final = 60
"""Deepest nesting of an expression, chains of `+`, `and` and their like counting once. A check takes five of Python's
frames a level, of 1,000 in all."""

_LITERALS: Final = tree.NumberLiteral | tree.StringLiteral | tree.BooleanLiteral | tree.NullLiteral | tree.AtLiteral


def name_fault(name: str, names: Mapping[str, Type], span: tree.Span = (0, 0)) -> TypeFault | None:
    """Return why an expression may not use `name`, or None when it is one of `names`, and not protected."""
    of = names.get(name)
    if of is None:
        if name == SUBJECT:
            return TypeFault("unknown_fact", "`?` stands for the column of a cell, and this is not a cell", span)
        hint = did_you_mean(name, [known for known, its in names.items() if not its.protected])
        return TypeFault("unknown_fact", f"unknown fact `{clipped(name)}`", span, hint)
    return TypeFault("protected_fact", f"protected fact `{name}` may not be used", span) if of.protected else None


class Checker:
    """Checks one expression over `names`, or a cell of `column`. `faults` has what does not fit."""

    def __init__(self, names: Mapping[str, Type], column: str | None = None) -> None:
        self.names = names
        self.faults: list[TypeFault] = []
        self._level = 0
        self._subject = None if column is None else Variable(column, names[column])

    def typed(self, node: tree.Node) -> Typed:
        """Return the typed tree of `node`; raises `Refused`, or `Exotic` when it has a part for the general engine."""
        rule = _RULES.get(type(node))
        if rule is None:
            raise Exotic
        self._level += 1
        try:
            if self._level > MAX_LEVELS:
                raise Refusal("too_deep", f"nested deeper than {MAX_LEVELS} levels", node.span)
            return rule(self, node)
        except Refusal as refusal:
            self.faults.append(refusal.fault)
            raise Refused from None
        finally:
            self._level -= 1

    def condition(self, node: tree.Node) -> Typed:
        """Return the typed tree of a boolean expression; raises as `typed`, and `Refusal`."""
        return self._conditions((node,))[0]

    def cell(self, tests: tree.UnaryTests) -> Typed:
        """Return the cell as a condition on its column; raises as `typed`, and `Refusal`."""
        if tests.anything:
            return Constant(True, BOOLEAN)
        typed = any_of(self._each(tests.tests, self._cell_test))
        return Not(typed) if tests.negated else typed

    def name(self, node: tree.Name) -> Variable:
        """Return the variable that a name stands for; raises `Refused`."""
        if node.name == SUBJECT and self._subject is not None:
            return self._subject
        fault = name_fault(node.name, self.names, node.span)
        if fault is not None:
            self.faults.append(fault)
            raise Refused
        return Variable(node.name, self.names[node.name])

    def _operand(self, node: tree.Node) -> Operand:
        return Operand(node, self.typed(node))

    def _operands(self, nodes: Sequence[tree.Node]) -> list[Operand]:
        return self._each(nodes, self._operand)

    def _each(self, nodes: Sequence[tree.Node], check: Callable[[tree.Node], Any]) -> list[Any]:
        """Return what `check` makes of every node; all are checked before the first fault ends it."""
        results = []
        refused = exotic = False
        for node in nodes:
            try:
                results.append(check(node))
            except Refusal as refusal:
                self.faults.append(refusal.fault)
                refused = True
            except Refused:
                refused = True
            except Exotic:
                exotic = True
        if refused:
            raise Refused
        if exotic:
            raise Exotic
        return results

    def _conditions(self, nodes: Sequence[tree.Node]) -> list[Typed]:
        operands = self._operands(nodes)
        for operand in operands:
            if operand.type.kind is Kind.LIST:
                raise Exotic
            if operand.type.kind is not Kind.BOOLEAN:
                raise operand.refuse("wrong_type", f"{operand.sentence}, where something true or false is needed")
        return [operand.typed for operand in operands]

    def _cell_test(self, node: tree.Node) -> Typed:
        assert self._subject is not None
        column = self._subject.name
        return self._test(Operand(tree.Name(column, span=node.span), self._subject), node, in_cell=True)

    def _test(self, value: Operand, node: tree.Node, *, in_cell: bool = False) -> Typed:
        """Return whether one test of a cell or of `in` holds for `value`."""
        match node:
            case tree.UnaryComparison(operator, end):
                return comparison(operator, value, self._operand(end))
            case tree.Interval(low, high, low_included, high_included):
                ends = self._operands((low, high))
                if NULL in (ends[0].type, ends[1].type):
                    raise Exotic
                return within(value, ends, low_included, high_included)
            case tree.ListLiteral(items):
                return any_of(self._each(items, partial(self._test, value)))
        if not isinstance(node, _LITERALS) and SUBJECT in names_in(node):
            if not in_cell:
                raise Exotic
            return self.condition(node)
        return comparison("=", value, self._operand(node))

    def _in(self, node: tree.In) -> Typed:
        value = self._operand(node.value)
        if value.type.kind is Kind.LIST:
            raise Exotic
        test = any_of(self._each(node.tests, partial(self._test, Operand(node.value, value.typed))))
        if isinstance(test, Disjunction) and not value.is_simple:
            raise Exotic
        return test

    def _between(self, node: tree.Between) -> Typed:
        value, *ends = self._operands((node.value, node.low, node.high))
        return within(value, ends, low_included=True, high_included=True)

    def _choice(self, node: tree.If) -> Typed:
        results = self._each(
            (node.condition, node.then, node.otherwise),
            lambda part: self.condition(part) if part is node.condition else self._operand(part),
        )
        condition, then, otherwise = results
        if Kind.LIST in (then.type.kind, otherwise.type.kind):
            raise Exotic
        parts, of = unified((then, otherwise), "a choice is between values of one kind")
        return Choice(condition, parts[0], parts[1], of)

    def _junction(self, node: tree.Conjunction | tree.Disjunction) -> Typed:
        kind = Conjunction if isinstance(node, tree.Conjunction) else Disjunction
        operands: list[Typed] = []
        for part in self._conditions(_chain(node)):
            operands.extend(part.operands if isinstance(part, kind) else (part,))
        return kind(tuple(operands))

    def _arithmetic(self, node: tree.Arithmetic) -> Typed:
        """Return the typed chain of operations, which the text nests to the left."""
        chain = [node]
        while isinstance(chain[-1].left, tree.Arithmetic):
            chain.append(chain[-1].left)
        chain.reverse()
        first, *others = self._operands((chain[0].left, *(link.right for link in chain)))
        for link, operand in zip(chain, others, strict=True):
            first = Operand(link, arithmetic.arithmetic(link, first, operand))
        return first.typed

    def _call(self, node: tree.Call) -> Typed:
        if not isinstance(node.function, tree.Name):
            raise Exotic
        if node.names is not None:
            self._operands(node.arguments)
            raise Exotic
        return functions.call(node.function.name, node.span, self._operands(node.arguments))


def _chain(node: tree.Conjunction | tree.Disjunction) -> list[tree.Node]:
    """Return the operands of a chain of one connective, `a and b and c`, which the text nests to the left."""
    operands: list[tree.Node] = []
    part: tree.Node = node
    while isinstance(part, tree.Conjunction | tree.Disjunction) and type(part) is type(node):
        operands.append(part.right)
        part = part.left
    return [part, *reversed(operands)]


def _literal(of: Callable[[Any], Typed]) -> Callable[[Checker, Any], Typed]:
    return lambda _checker, node: of(node)


_RULES: Final[Mapping[type, Callable[[Checker, Any], Typed]]] = {
    tree.NumberLiteral: _literal(lambda node: number(node.value)),
    tree.StringLiteral: _literal(lambda node: Constant(node.value, Type(TEXT.kind, values=(node.value,)))),
    tree.BooleanLiteral: _literal(lambda node: Constant(node.value, BOOLEAN)),
    tree.NullLiteral: _literal(lambda _node: Constant(None, NULL)),
    tree.AtLiteral: _literal(literals.at),
    tree.Name: Checker.name,
    tree.Path: lambda checker, node: functions.property_of(node, checker._operand(node.source)),
    tree.Negation: lambda checker, node: arithmetic.negation(node, checker._operand(node.operand)),
    tree.Arithmetic: Checker._arithmetic,
    tree.Comparison: lambda checker, node: comparison(node.operator, *checker._operands((node.left, node.right))),
    tree.Between: Checker._between,
    tree.In: Checker._in,
    tree.Conjunction: Checker._junction,
    tree.Disjunction: Checker._junction,
    tree.If: Checker._choice,
    tree.ListLiteral: lambda checker, node: ListOf(tuple(part.typed for part in checker._operands(node.items))),
    tree.Call: Checker._call,
}
