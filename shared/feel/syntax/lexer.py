"""From text to terminals: what needs a look around is settled here, so that the grammar can be LALR.

FEEL gives one symbol many meanings. `[` may open a list, an interval or a filter, or close an interval; `(` may open
an expression, a call, an interval, parameters, or a list of tests; names may hold spaces, keywords and operators. It is
decided in one pass, with a stack of what is open; an opening bracket gets its meaning when `..` or `,` shows it.
"""

import re
from collections.abc import Callable
from typing import Final

from lark import Token

from shared.feel.syntax.brackets import BEFORE_DECLARATION, CLOSED_BY, MAYBE_INTERVAL, Open, Opener
from shared.feel.syntax.faults import FeelSyntaxError, foreign
from shared.feel.syntax.names import KEYWORDS, SPACE, WORD, NameTable
from shared.feel.syntax.strings import unescape
from shared.feel.syntax.words import INSTANCE_OF, Words

MAX_TOKENS: Final = 20_000

_SKIPPED: Final = rf"[{SPACE}]+|//[^\n\r]*|/\*(?s:.*?)\*/"
_TOKEN: Final = re.compile(
    rf"""(?P<skipped>{_SKIPPED})
    |(?P<word>{WORD})
    |(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<string>(?P<at>@[{SPACE}]*)?"(?:[^"\\\n\r]|\\[^\n\r])*")
    |(?P<unclosed>/\*|@?[{SPACE}]*")
    |(?P<foreign>==|&&|\|\|)
    |(?P<sign>\.\.|\*\*|<=|>=|!=|->|[-+*/<>=.,:()\[\]{{}}])""",
    # Spaces stand inside character classes only, where the verbose form leaves them alone.
    re.VERBOSE,
)
_NEXT: Final = re.compile(rf"(?:{_SKIPPED})*(?:({WORD})|(.?))", re.DOTALL)
_NO_OPERAND: Final = frozenset(["and", "between", "else", "in", "instance", "or", "return", "satisfies", "then"])
_NO_OPERAND_SIGN: Final = frozenset([*".,:)]}=<>!+*/", ""])
_CONTINUES_OPERAND: Final = frozenset("-([")
_GENERIC_TYPES: Final = frozenset({"context", "list", "range"})

_OPERATORS: Final = {
    "+": "PLUS",
    "-": "MINUS",
    "*": "STAR",
    "/": "SLASH",
    "**": "POWER",
    "=": "COMPARE",
    "!=": "COMPARE",
    "<=": "COMPARE",
    ">=": "COMPARE",
    ".": "DOT",
    ":": "_COLON",
    "->": "_ARROW",
}
_LITERALS: Final = frozenset({"true", "false", "null"})


def tokens_of(text: str, names: NameTable, *, unary: bool) -> list[Token]:
    """Return the terminals of `text`; with `unary`, `not(...)` around all of it is negation. Raises FeelSyntaxError."""
    return _Scan(text, names, unary).run()


class _Scan:
    def __init__(self, text: str, names: NameTable, unary: bool) -> None:
        self._text = text
        self._words = Words(text, names)
        self._unary = unary
        self._tokens: list[Token] = []
        self._open: list[Opener] = []
        self._after_operand = False
        self._not_closed_at = -1
        self._parameters_closed_at = -1

    def run(self) -> list[Token]:
        text, position = self._text, 0
        while position < len(text):
            found = _TOKEN.match(text, position)
            if found is None:
                raise FeelSyntaxError(foreign(text[position]), (position, position + 1))
            position = self._take(found)
            if len(self._tokens) > MAX_TOKENS:
                raise FeelSyntaxError(f"longer than {MAX_TOKENS} words and signs", found.span())
        return self._with_negation()

    def _take(self, found: re.Match[str]) -> int:
        """Add the terminal of `found`, and return where the next one may begin."""
        start, end = found.span()
        match found.lastgroup:
            case "word":
                return self._word(start, end)
            case "number":
                self._add("NUMBER", found[0], start, end, operand=True)
            case "string":
                self._string(found)
            case "unclosed":
                what = "comment has no `*/`" if found[0] == "/*" else 'string has no closing `"` on its line'
                raise FeelSyntaxError(f"the {what}", (start, len(self._text)))
            case "foreign":
                raise FeelSyntaxError(foreign(found[0]), (start, end))
            case "sign":
                _SIGNS.get(found[0], _Scan._operator)(self, found[0], start, end)
        return end

    def _string(self, found: re.Match[str]) -> None:
        start, end = found.span()
        if found["at"] is not None:
            self._add("AT", unescape(self._text, found.end("at"), end), start, end, operand=True)
            return
        value = unescape(self._text, start, end)
        if self._declares_here():
            self._words.declare(value, value)
        self._add("STRING", value, start, end, operand=True)

    def _add(self, terminal: str, value: str, start: int, end: int, *, operand: bool = False) -> None:
        self._tokens.append(Token(terminal, value, start_pos=start, end_pos=end))
        self._after_operand = operand

    def _previous(self, back: int = 1) -> str:
        return self._tokens[-back].type if len(self._tokens) >= back else ""

    def _innermost(self) -> Open | None:
        return self._open[-1].kind if self._open else None

    def _push(self, kind: Open) -> None:
        self._open.append(Opener(kind, len(self._tokens) - 1))

    def _word(self, start: int, end: int) -> int:
        word = self._text[start:end]
        if self._after_operand:
            return self._word_after_operand(word, start, end)
        if self._parameters_closed_at == len(self._tokens) and word == "external":
            self._add("EXTERNAL", word, start, end)
            return end
        found = self._declaration(start) or self._words.name(start, end)
        if found is None:
            self._keyword(word, start, end)
            return end
        name, end = found
        self._add("NAME", name, start, end, operand=True)
        return end

    def _word_after_operand(self, word: str, start: int, end: int) -> int:
        if word in KEYWORDS:
            self._keyword(word, start, end)
        elif instance_of := INSTANCE_OF.match(self._text, start):
            end = instance_of.end()
            self._add("INSTANCE_OF", instance_of[0], start, end)
        else:
            self._add("NAME", word, start, end, operand=True)
        return end

    def _keyword(self, word: str, start: int, end: int) -> None:
        self._add(word.upper(), word, start, end, operand=word in _LITERALS)
        if word in {"for", "some", "every"}:
            self._push(Open.ITERATORS)
        elif word in {"return", "satisfies"} and self._innermost() is Open.ITERATORS:
            self._open.pop()

    def _declaration(self, start: int) -> tuple[str, int] | None:
        """Return the name declared at `start` and its end, when this is a place for a key, parameter or variable."""
        if not self._declares_here():
            return None
        return self._words.variable(start) if self._innermost() is Open.ITERATORS else self._words.key(start)

    def _declares_here(self) -> bool:
        return self._previous() in BEFORE_DECLARATION.get(self._innermost(), ())

    def _operator(self, sign: str, start: int, end: int) -> None:
        self._add(_OPERATORS[sign], sign, start, end)

    def _less(self, sign: str, start: int, end: int) -> None:
        if self._previous() == "FUNCTION" or self._after_generic_type():
            self._add("TYPE_OPEN", sign, start, end)
            self._push(Open.TYPE)
        else:
            self._add("COMPARE", sign, start, end)

    def _after_generic_type(self) -> bool:
        if self._previous() != "NAME" or self._tokens[-1] not in _GENERIC_TYPES:
            return False
        before, inside = self._previous(2), self._innermost()
        return (
            before in {"INSTANCE_OF", "TYPE_OPEN", "_ARROW"}
            or (before == "_COLON" and inside in {Open.PARAMETERS, Open.TYPE})
            or (before == "_COMMA" and inside is Open.TYPE)
        )

    def _greater(self, sign: str, start: int, end: int) -> None:
        if self._innermost() is Open.TYPE:
            self._open.pop()
            self._add("TYPE_CLOSE", sign, start, end, operand=True)
        else:
            self._add("COMPARE", sign, start, end)

    def _comma(self, sign: str, start: int, end: int) -> None:
        if self._innermost() is Open.PARENTHESIS:
            opener = self._open[-1]
            if opener.index > 0 and self._tokens[opener.index - 1].type == "IN":
                opener.kind = Open.TESTS
                self._tokens[opener.index].type = "TESTS_OPEN"
        self._add("_COMMA", sign, start, end)

    def _dots(self, sign: str, start: int, end: int) -> None:
        if self._innermost() in MAYBE_INTERVAL:
            opener = self._open[-1]
            opener.kind = Open.INTERVAL
            self._tokens[opener.index].type = "INTERVAL_OPEN"
        self._add("_DOTS", sign, start, end)

    def _left_parenthesis(self, sign: str, start: int, end: int) -> None:
        if self._previous() == "FUNCTION":
            terminal, kind = "LPAR", Open.PARAMETERS
        elif self._after_operand:
            terminal, kind = "CALL_OPEN", Open.CALL
        else:
            terminal, kind = "LPAR", Open.PARENTHESIS
        self._add(terminal, sign, start, end)
        self._push(kind)

    def _right_parenthesis(self, sign: str, start: int, end: int) -> None:
        opener = self._close(sign, "RPAR", start, end)
        if opener is None:
            return
        if opener.kind is Open.PARAMETERS:
            self._after_operand = False
            self._parameters_closed_at = len(self._tokens)
        elif opener.index == 1:
            self._not_closed_at = len(self._tokens) - 1

    def _left_bracket(self, sign: str, start: int, end: int) -> None:
        if not self._after_operand:
            self._add("LSQB", sign, start, end)
            self._push(Open.LIST)
        elif self._innermost() is Open.INTERVAL and not self._operand_follows(end):
            self._close(sign, "RSQB", start, end)
        else:
            self._add("FILTER_OPEN", sign, start, end)
            self._push(Open.FILTER)

    def _right_bracket(self, sign: str, start: int, end: int) -> None:
        empty_list = self._previous() == "LSQB" and not self._operand_follows(end, after_list=True)
        if self._after_operand or empty_list:
            self._close(sign, "RSQB", start, end)
        else:
            self._add("RSQB", sign, start, end)
            self._push(Open.INVERTED)

    def _operand_follows(self, position: int, *, after_list: bool = False) -> bool:
        """Tell whether an operand begins at `position`; with `after_list`, one that cannot continue `[]`."""
        following = _NEXT.match(self._text, position)
        assert following
        word, sign = following.groups()
        if word:
            return word not in _NO_OPERAND
        return sign not in _NO_OPERAND_SIGN and not (after_list and sign in _CONTINUES_OPERAND)

    def _left_brace(self, sign: str, start: int, end: int) -> None:
        self._add("LBRACE", sign, start, end)
        self._push(Open.CONTEXT)

    def _right_brace(self, sign: str, start: int, end: int) -> None:
        self._close(sign, "RBRACE", start, end)

    def _close(self, sign: str, terminal: str, start: int, end: int) -> Opener | None:
        """Add a closing bracket, and return what it closes; None when that is not what is open."""
        kind = self._innermost()
        if kind is Open.INTERVAL and sign != "}":
            terminal = "INTERVAL_CLOSE"
        elif kind not in CLOSED_BY.get(sign, ()):
            self._add(terminal, sign, start, end, operand=True)
            return None
        self._add(terminal, sign, start, end, operand=True)
        return self._open.pop()

    def _with_negation(self) -> list[Token]:
        tokens = self._tokens
        if not (self._unary and 2 < len(tokens) == self._not_closed_at + 1):
            return tokens
        word, opener = tokens[0], tokens[1]
        if word != "not" or opener.type != "CALL_OPEN":
            return tokens
        negation = Token("NOT", "not(", start_pos=word.start_pos, end_pos=opener.end_pos)
        return [negation, *tokens[2:]]


_SIGNS: Final[dict[str, Callable[[_Scan, str, int, int], None]]] = {
    "<": _Scan._less,
    ">": _Scan._greater,
    ",": _Scan._comma,
    "..": _Scan._dots,
    "(": _Scan._left_parenthesis,
    ")": _Scan._right_parenthesis,
    "[": _Scan._left_bracket,
    "]": _Scan._right_bracket,
    "{": _Scan._left_brace,
    "}": _Scan._right_brace,
}
