"""Parsing of FEEL texts, with its limits and its memory of what it has parsed."""

from collections.abc import Collection, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from lark import Lark, Token, UnexpectedToken
from lark.lexer import Lexer

from shared.feel.syntax import tree
from shared.feel.syntax.build import tree_builder
from shared.feel.syntax.depth import depth
from shared.feel.syntax.faults import FeelSyntaxError, unexpected
from shared.feel.syntax.lexer import tokens_of
from shared.feel.syntax.names import table_of

MAX_CHARACTERS: Final = 100_000
MAX_DEPTH: Final = 100
"""Nodes one below the other, in chains such as `1 + 1 + 1` too. Whoever walks a tree may recurse: none is deeper."""

_REMEMBERED: Final = 20_000
_MAX_REMEMBERED_CHARACTERS: Final = 64
"""Longer texts are not kept: they are seldom repeated, as cells are, and what is remembered stays small."""


def parse_expression(text: str, names: Collection[str] = ()) -> tree.Node:
    """Return the tree of an expression (DMN 1.5, 10.3.1.2, rule 1).

    `names` are those in scope; needed are only the ones with keywords or signs inside. Raises FeelSyntaxError.
    """
    parsed = _parsed("expression", text, names)
    assert not isinstance(parsed, tree.UnaryTests)
    return parsed


def parse_unary_tests(text: str, names: Collection[str] = ()) -> tree.UnaryTests:
    """Return the tree of a cell of a decision table (rule 15); `names` as in `parse_expression`.

    Raises FeelSyntaxError, for an empty text too: a cell that says nothing is `-`.
    """
    parsed = _parsed("unary_tests", text, names)
    assert isinstance(parsed, tree.UnaryTests)
    return parsed


def _parsed(start: str, text: str, names: Collection[str]) -> tree.Node | tree.UnaryTests:
    if len(text) > MAX_CHARACTERS:
        raise FeelSyntaxError(f"longer than {MAX_CHARACTERS} characters", (MAX_CHARACTERS, len(text)))
    parse = _remembered if len(text) <= _MAX_REMEMBERED_CHARACTERS else _parse
    return parse(start, text, frozenset(names))


def _parse(start: str, text: str, names: frozenset[str]) -> tree.Node | tree.UnaryTests:
    tokens = tokens_of(text, table_of(names), unary=start == "unary_tests")
    try:
        parsed = _parser().parse(tokens, start)
    except UnexpectedToken as fault:
        raise _explained(fault, text) from None
    assert isinstance(parsed, tree.Node | tree.UnaryTests)
    if len(tokens) > MAX_DEPTH and depth(parsed) > MAX_DEPTH:
        raise FeelSyntaxError(f"nested deeper than {MAX_DEPTH} levels", parsed.span)
    return parsed


def _explained(fault: UnexpectedToken, text: str) -> FeelSyntaxError:
    token = fault.token
    if token.type == "$END":
        end = len(text.rstrip())
        return FeelSyntaxError(unexpected("", fault.accepts), (end, end))
    start, end = token.start_pos or 0, token.end_pos or 0
    return FeelSyntaxError(unexpected(text[start:end], fault.accepts), (start, end))


class _Terminals(Lexer):
    """Hands the parser the terminals that it is given: they are made beforehand, with the names in scope at hand."""

    __future_interface__ = 1

    def __init__(self, _: object) -> None:
        pass

    def lex(self, lexer_state: Any, _: object) -> Iterator[Token]:
        terminals: list[Token] = lexer_state.text
        return iter(terminals)


@cache
def _parser() -> Lark:
    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(
        grammar,
        parser="lalr",
        lexer=_Terminals,
        transformer=tree_builder(),
        start=["expression", "unary_tests"],
        maybe_placeholders=False,
    )


_remembered = lru_cache(maxsize=_REMEMBERED)(_parse)
