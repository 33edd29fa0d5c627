"""From a typed tree to Python code, for evaluations in which nothing is missing.

Code is made of `ast` nodes, never of text: what people wrote lands in constants only.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, NoReturn

from shared.feel.typed import operations
from shared.feel.typed.general import evaluator
from shared.feel.typed.nodes import (
    Arithmetic,
    Brought,
    Choice,
    Comparison,
    Conjunction,
    Constant,
    Disjunction,
    Function,
    General,
    IsMissing,
    ListOf,
    Membership,
    Not,
    Typed,
    Variable,
    Within,
    children,
)

Unknown = ArithmeticError
"""What generated code raises when something cannot be told (also what Python and the decimal module raise then).

The caller catches it and falls back on `interpret`, which settles what can be settled without.
"""

_COMPARISONS: Final[Mapping[str, Callable[[], ast.cmpop]]] = {
    "=": ast.Eq,
    "!=": ast.NotEq,
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
}
_OPERATORS: Final[Mapping[str, Callable[[], ast.operator]]] = {"+": ast.Add, "-": ast.Sub, "*": ast.Mult}


@dataclass(slots=True)
class Constants:
    """The objects that generated code refers to by name; `values` are the globals with which it is to be run."""

    values: dict[str, Any] = field(default_factory=dict)
    _names: dict[object, str] = field(default_factory=dict)

    def name_of(self, value: Any) -> str:
        """Return a name that stands for `value`: the same name for the same object, number or day."""
        key = (type(value), repr(value)) if isinstance(value, Decimal | date) else id(value)
        if key not in self._names:
            self._names[key] = f"_c{len(self._names)}"
            self.values[self._names[key]] = value
        return self._names[key]


def generate(typed: Typed, variable_of: Mapping[str, str], constants: Constants) -> ast.expr:
    """Return a Python expression for the value of `typed`.

    `variable_of` has the Python variable of every name in `names_in(typed)`; each holds a value of its type, not None.
    The expression raises `Unknown` when a value cannot be told. Locations are left to `ast.fix_missing_locations`.
    """
    return _Generator(variable_of, constants).code(typed)


@dataclass(frozen=True, slots=True)
class _Generator:
    variable_of: Mapping[str, str]
    constants: Constants

    def code(self, typed: Typed) -> ast.expr:
        match typed:
            case Constant(value=value):
                code = self._constant(value)
            case Variable(name=name):
                code = self._variable(name)
            case Conjunction(operands=operands):
                code = ast.BoolOp(ast.And(), self._all(operands))
            case Disjunction(operands=operands):
                code = ast.BoolOp(ast.Or(), self._all(operands))
            case Not(operand=operand):
                code = ast.UnaryOp(ast.Not(), self.code(operand))
            case Choice(condition=condition, then=then, otherwise=otherwise):
                code = ast.IfExp(self.code(condition), self.code(then), self.code(otherwise))
            case IsMissing(operand=Variable()):
                code = ast.Constant(False)
            case IsMissing(operand=operand):
                # Nothing is missing here; but what is computed must still be computed to say so.
                code = ast.Compare(self.code(operand), [ast.Is()], [ast.Constant(None)])
            case Comparison() | Within() | Membership():
                code = self._comparison(typed)
            case Arithmetic() | Function() | Brought() | General() | ListOf():
                code = self._operation(typed)
        return code

    def _all(self, parts: Sequence[Typed]) -> list[ast.expr]:
        return [self.code(part) for part in parts]

    def _constant(self, value: Any) -> ast.expr:
        if value is None:
            return self._call(_unknown, [])
        if isinstance(value, int | str):
            return ast.Constant(value)
        return self._object(value)

    def _variable(self, name: str) -> ast.expr:
        return ast.Name(self.variable_of[name], ast.Load())

    def _object(self, value: Any) -> ast.expr:
        return ast.Name(self.constants.name_of(value), ast.Load())

    def _call(self, function: operations.Operation, arguments: list[ast.expr]) -> ast.expr:
        return ast.Call(self._object(function), arguments, [])

    def _comparison(self, typed: Comparison | Within | Membership) -> ast.expr:
        if isinstance(typed, Comparison):
            return ast.Compare(self.code(typed.left), [_COMPARISONS[typed.operator]()], [self.code(typed.right)])
        if isinstance(typed, Membership):
            return ast.Compare(self.code(typed.value), [ast.In()], [self._object(frozenset(typed.members))])
        above = ast.LtE() if typed.low_included else ast.Lt()
        below = ast.LtE() if typed.high_included else ast.Lt()
        return ast.Compare(self.code(typed.low), [above, below], [self.code(typed.value), self.code(typed.high)])

    def _operation(self, typed: Arithmetic | Function | Brought | General | ListOf) -> ast.expr:
        match typed:
            case General(names=names):
                return self._call(evaluator(typed), [self._variable(name) for name, _ in names])
            case ListOf(items=items):
                return ast.List(self._all(items), ast.Load())
            case Brought():
                return self._brought(typed)
            case Function(arguments=arguments):
                return self._call(operations.function(typed), self._all(arguments))
            case Arithmetic(operator=sign, left=left, right=right):
                if operations.is_native(typed):
                    return ast.BinOp(self.code(left), _OPERATORS[sign](), self.code(right))
                return self._call(operations.arithmetic(typed), [self.code(left), self.code(right)])

    def _brought(self, typed: Brought) -> ast.expr:
        divide = operations.brought_quotient(typed)
        if divide is None:
            return self._call(operations.brought(typed), [self.code(typed.operand)])
        return self._call(divide, self._all(children(typed.operand)))


def _unknown() -> NoReturn:
    raise Unknown
