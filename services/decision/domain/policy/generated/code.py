"""Pieces of Python code as `ast` nodes. Texts of a policy only ever land in constants."""

import ast
from collections.abc import Sequence
from typing import Any, Final

_CHAIN: Final = 32
"""Links of one `if ... elif ...`; the compiler descends one level for each."""


def name(of: str) -> ast.expr:
    """Return a variable that is read."""
    return ast.Name(of, ast.Load())


def constant(value: Any) -> ast.expr:
    """Return a literal."""
    return ast.Constant(value)


def assign(variable: str, value: ast.expr) -> ast.stmt:
    """Return `variable = value`."""
    return ast.Assign([ast.Name(variable, ast.Store())], value)


def append(variable: str, text: str) -> ast.stmt:
    """Return `variable = variable + text`."""
    return assign(variable, ast.BinOp(name(variable), ast.Add(), constant(text)))


def call(function: str, *arguments: ast.expr) -> ast.expr:
    """Return `function(argument, ...)`."""
    return ast.Call(name(function), list(arguments), [])


def item(of: str, index: ast.expr) -> ast.expr:
    """Return `of[index]`."""
    return ast.Subscript(name(of), index, ast.Load())


def when(test: ast.expr, then: Sequence[ast.stmt], otherwise: Sequence[ast.stmt] = ()) -> ast.stmt:
    """Return `if test: then else: otherwise`."""
    return ast.If(test, list(then), list(otherwise))


def all_of(tests: Sequence[ast.expr]) -> ast.expr:
    """Return `test and ...`."""
    if not tests:
        return constant(True)
    return tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), list(tests))


def any_of(tests: Sequence[ast.expr]) -> ast.expr:
    """Return `test or ...`."""
    if not tests:
        return constant(False)
    return tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or(), list(tests))


def equals(left: ast.expr, right: ast.expr) -> ast.expr:
    """Return `left == right`."""
    return ast.Compare(left, [ast.Eq()], [right])


def below(left: ast.expr, right: ast.expr) -> ast.expr:
    """Return `left < right`."""
    return ast.Compare(left, [ast.Lt()], [right])


def attempt(body: Sequence[ast.stmt], error: ast.expr, otherwise: Sequence[ast.stmt]) -> ast.stmt:
    """Return `try: body except error: otherwise`."""
    return ast.Try(list(body), [ast.ExceptHandler(error, None, list(otherwise))], [], [])


def chain(links: Sequence[tuple[ast.expr, list[ast.stmt]]], open_while: ast.expr) -> list[ast.stmt]:
    """Return `if ... elif ...` over all links, cut where `open_while` can tell that no link was taken yet."""
    statements: list[ast.stmt] = []
    for start in range(0, len(links), _CHAIN):
        branch: list[ast.stmt] = []
        for test, body in reversed(links[start : start + _CHAIN]):
            branch = [when(test, body, branch)]
        statements += branch if start == 0 else [when(open_while, branch)]
    return statements


def template(text: str, **parts: ast.expr) -> list[ast.stmt]:
    """Return the statements of a text of ours, with `parts` in place of the names that they are given for."""
    tree = _Fill(parts).visit(ast.parse(text))
    return list(tree.body)


def expression(text: str, **parts: ast.expr) -> ast.expr:
    """Return the expression of a text of ours, with `parts` in place of the names that they are given for."""
    tree: ast.Expression = _Fill(parts).visit(ast.parse(text, mode="eval"))
    return tree.body


class _Fill(ast.NodeTransformer):
    def __init__(self, parts: dict[str, ast.expr]) -> None:
        self.parts = parts

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.parts.get(node.id, node)


def texts(parts: Sequence[ast.expr]) -> ast.expr:
    """Return the texts of `parts` joined."""
    return ast.JoinedStr([ast.FormattedValue(part, -1) for part in parts])
