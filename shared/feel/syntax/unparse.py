"""From tree to text: the canonical way to write an expression."""

from collections.abc import Callable
from enum import IntEnum
from typing import Any, Final, get_args

from shared.feel.syntax import tree
from shared.feel.syntax.names import DECLARATION, declared_name
from shared.feel.syntax.strings import escape

_MAX_PLAIN_DIGITS: Final = 40


class _Binding(IntEnum):
    """How closely the parts of a node hold together; what binds less than its place asks for needs parentheses."""

    TEXTUAL = 0
    DISJUNCTION = 1
    CONJUNCTION = 2
    INSTANCE_OF = (
        3  # Bound less than in the grammar: `x instance of list < 1` reads as the start of a type `list<...>`.
    )
    COMPARISON = 4
    SUM = 5
    PRODUCT = 6
    POWER = 7
    SIGNED = 8
    POSTFIX = 9


_BINDINGS: Final = {
    tree.If: _Binding.TEXTUAL,
    tree.For: _Binding.TEXTUAL,
    tree.Quantified: _Binding.TEXTUAL,
    tree.FunctionLiteral: _Binding.TEXTUAL,
    tree.Disjunction: _Binding.DISJUNCTION,
    tree.Conjunction: _Binding.CONJUNCTION,
    tree.InstanceOf: _Binding.INSTANCE_OF,
    tree.Comparison: _Binding.COMPARISON,
    tree.Between: _Binding.COMPARISON,
    tree.In: _Binding.COMPARISON,
    tree.Negation: _Binding.SIGNED,
}
_ARITHMETIC: Final = {
    "+": _Binding.SUM,
    "-": _Binding.SUM,
    "*": _Binding.PRODUCT,
    "/": _Binding.PRODUCT,
    "**": _Binding.POWER,
}
_Atom = tree.Name | tree.NumberLiteral | tree.StringLiteral | tree.BooleanLiteral | tree.NullLiteral | tree.AtLiteral
_Operation = (
    tree.Disjunction
    | tree.Conjunction
    | tree.Comparison
    | tree.Between
    | tree.In
    | tree.InstanceOf
    | tree.Arithmetic
    | tree.Negation
)


def unparse(node: tree.Node | tree.TypeNode | tree.UnaryTests) -> str:
    """Return the text of a tree: spaces around operators, no needless parentheses, no comments.

    Parsed with the same names in scope it yields an equal tree. Recurses: for trees no deeper than the parser's limit.
    """
    match node:
        case tree.UnaryTests():
            return _unary_tests(node)
        case tree.NamedType() | tree.ListType() | tree.RangeType() | tree.ContextType() | tree.FunctionType():
            return _type(node)
        case _:
            return _expression(node)


def _unary_tests(cell: tree.UnaryTests) -> str:
    if cell.anything:
        return "-"
    tests = ", ".join(map(_test, cell.tests))
    if cell.negated:
        return f"not({tests})"
    match cell.tests:
        case (tree.Call(function=tree.Name("not")),):
            return f"({tests})"
    return tests


def _test(node: tree.Node) -> str:
    if isinstance(node, tree.UnaryComparison):
        return f"{node.operator} {_bound(node.end, _Binding.SUM)}"
    return _expression(node)


def _expression(node: tree.Node) -> str:
    return _WRITERS.get(type(node), _operation)(node)


def _bound(node: tree.Node, binding: _Binding) -> str:
    text = _WRITERS.get(type(node), _operation)(node)
    return text if _binding(node) >= binding else f"({text})"


def _binding(node: tree.Node) -> _Binding:
    if isinstance(node, tree.Arithmetic):
        return _ARITHMETIC[node.operator]
    return _BINDINGS.get(type(node), _Binding.POSTFIX)


def _atom(node: _Atom) -> str:
    match node:
        case tree.Name(name):
            return name
        case tree.NumberLiteral(value):
            return format(value, "f") if abs(value.adjusted()) < _MAX_PLAIN_DIGITS else str(value)
        case tree.StringLiteral(value):
            return escape(value)
        case tree.BooleanLiteral(value):
            return "true" if value else "false"
        case tree.NullLiteral():
            return "null"
        case tree.AtLiteral(text):
            return f"@{escape(text)}"


def _collection(node: tree.ListLiteral | tree.ContextLiteral | tree.Interval | tree.UnaryComparison) -> str:
    match node:
        case tree.ListLiteral(items):
            return f"[{', '.join(map(_expression, items))}]"
        case tree.ContextLiteral(entries):
            return "{" + ", ".join(f"{_key(key)}: {_expression(value)}" for key, value in entries) + "}"
        case tree.Interval(low, high):
            opening, closing = "[" if node.low_included else "(", "]" if node.high_included else ")"
            return f"{opening}{_expression(low)}..{_expression(high)}{closing}"
        case tree.UnaryComparison():
            return f"({_test(node)})"


def _key(key: str) -> str:
    return key if DECLARATION.fullmatch(key) and declared_name(key) == key else escape(key)


def _postfix(node: tree.Path | tree.Filter | tree.Call) -> str:
    match node:
        case tree.Path(source, name):
            return f"{_bound(source, _Binding.POSTFIX)}.{name}"
        case tree.Filter(source, condition):
            return f"{_bound(source, _Binding.POSTFIX)}[{_expression(condition)}]"
        case tree.Call(function, arguments, names):
            written = [_expression(argument) for argument in arguments]
            if names is not None:
                written = [f"{name}: {argument}" for name, argument in zip(names, written, strict=True)]
            return f"{_bound(function, _Binding.POSTFIX)}({', '.join(written)})"


def _textual(node: tree.If | tree.For | tree.Quantified | tree.FunctionLiteral) -> str:
    match node:
        case tree.If(condition, then, otherwise):
            return f"if {_expression(condition)} then {_expression(then)} else {_expression(otherwise)}"
        case tree.For(iterators, result):
            return f"for {_iterators(iterators)} return {_expression(result)}"
        case tree.Quantified(every, iterators, condition):
            word = "every" if every else "some"
            return f"{word} {_iterators(iterators)} satisfies {_expression(condition)}"
        case tree.FunctionLiteral(parameters, body, external):
            return f"function({', '.join(map(_parameter, parameters))}) {_body(body, external=external)}"


def _body(body: tree.Node, *, external: bool) -> str:
    text = _expression(body)
    if external:
        return f"external {text}"
    return f"({text})" if text.startswith("external") else text


def _iterators(iterators: tuple[tree.Iterator, ...]) -> str:
    return ", ".join(
        f"{iterator.name} in {_expression(iterator.source)}"
        + (f"..{_expression(iterator.end)}" if iterator.end is not None else "")
        for iterator in iterators
    )


def _parameter(parameter: tuple[str, tree.TypeNode | None]) -> str:
    name, kind = parameter
    return name if kind is None else f"{name}: {_type(kind)}"


def _operation(node: _Operation) -> str:
    match node:
        case tree.Between(value, low, high):
            ends = f"{_bound(low, _Binding.SUM)} and {_bound(high, _Binding.SUM)}"
            return f"{_bound(value, _Binding.COMPARISON)} between {ends}"
        case tree.In(value, tests):
            return f"{_bound(value, _Binding.COMPARISON)} in {_tests_of_in(tests)}"
        case tree.InstanceOf(value, kind):
            return f"{_bound(value, _Binding.POSTFIX)} instance of {_type(kind)}"
        case tree.Negation(operand):
            return f"-{_bound(operand, _Binding.SIGNED)}"
        case tree.Disjunction():
            operator = "or"
        case tree.Conjunction():
            operator = "and"
        case tree.Comparison() | tree.Arithmetic():
            operator = node.operator
    # These group to the left, so that only an equal operator on the right needs parentheses.
    binding = _binding(node)
    return f"{_bound(node.left, binding)} {operator} {_bound(node.right, _Binding(binding + 1))}"


def _tests_of_in(tests: tuple[tree.Node, ...]) -> str:
    if len(tests) > 1:
        return f"({', '.join(map(_test, tests))})"
    (test,) = tests
    return _test(test) if isinstance(test, tree.UnaryComparison) else _bound(test, _Binding.SUM)


def _type(node: tree.TypeNode) -> str:
    match node:
        case tree.NamedType(name):
            return name
        case tree.ListType(item):
            return f"list<{_type(item)}>"
        case tree.RangeType(end):
            return f"range<{_type(end)}>"
        case tree.ContextType(entries):
            return f"context<{', '.join(f'{name}: {_type(kind)}' for name, kind in entries)}>"
        case tree.FunctionType(parameters, result):
            return f"function<{', '.join(map(_type, parameters))}> -> {_type(result)}"


_WRITERS: Final[dict[type, Callable[[Any], str]]] = (
    dict.fromkeys(get_args(_Atom), _atom)
    | dict.fromkeys((tree.ListLiteral, tree.ContextLiteral, tree.Interval, tree.UnaryComparison), _collection)
    | dict.fromkeys((tree.Path, tree.Filter, tree.Call), _postfix)
    | dict.fromkeys((tree.If, tree.For, tree.Quantified, tree.FunctionLiteral), _textual)
)
