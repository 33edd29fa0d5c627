"""Arguments in place of parameters in the texts of a function (DMN 1.5, 10.2.1.3), without a change of meaning."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from services.policies.interchange.read.names import references
from shared.feel.library import BUILTINS
from shared.feel.syntax import FeelSyntaxError, parse_expression, parse_unary_tests, tree
from shared.feel.walk import children, names_in

Parse = Callable[[str, frozenset[str]], tuple[tree.Node, ...]]

_ATOMS: Final = (tree.NumberLiteral, tree.StringLiteral, tree.BooleanLiteral, tree.NullLiteral, tree.AtLiteral)


class NotSimpleError(ValueError):
    """A function whose call cannot be replaced by what it does."""


@dataclass(frozen=True, slots=True)
class Argument:
    """What a parameter is bound to: its text, that text where it is the whole of another, and the names it takes."""

    text: str
    alone: str
    names: frozenset[str]
    is_name: bool


@dataclass(slots=True)
class Allowance:
    """Characters and elements that may yet be written, for a short text may stand in very many places."""

    left: int

    def spend(self, size: int) -> None:
        """Take what is needed; raises `NotSimpleError` where that is more than is left."""
        if size > self.left:
            raise NotSimpleError
        self.left -= size


def as_expression(text: str, names: frozenset[str]) -> tuple[tree.Node, ...]:
    """Parse an expression. Raises `FeelSyntaxError`."""
    return (parse_expression(text, names),)


def as_cell(text: str, names: frozenset[str]) -> tuple[tree.Node, ...]:
    """Parse the tests of a cell. Raises `FeelSyntaxError`."""
    return parse_unary_tests(text, names).tests


def argument(text: str, known: frozenset[str]) -> Argument:
    """Return an expression as what a parameter is bound to. Raises `NotSimpleError` where it is no FEEL."""
    try:
        node = parse_expression(text, known)
    except FeelSyntaxError as error:
        raise NotSimpleError from error
    names = names_in(node)
    if isinstance(node, _ATOMS) or _is_name(node):
        bare = text[slice(*node.span)]
        return Argument(bare, bare, names, _is_name(node))
    # A comment would go on to the end of the line, and take the bracket with it.
    bracketed = f"({text.strip()}\n)" if "//" in text else f"({text.strip()})"
    return Argument(bracketed, bracketed if "//" in text else text.strip(), names, False)


def substituted(
    text: str,
    parse: Parse,
    arguments: Mapping[str, Argument],
    parts: frozenset[str],
    known: frozenset[str],
    allowance: Allowance,
) -> str:
    """Return a text of a function with arguments in place of its parameters.

    `parts` are the names of components, which a path may need to be understood; `known` are those, and all others where
    the function is called. Raises `NotSimpleError` where the text is no FEEL, uses names other than parameters, or an
    argument would mean something else in its place.
    """
    try:
        nodes = parse(text, parts | arguments.keys())
        _refuse_captures(nodes, arguments)
        found = [reference for node in nodes for reference in references(node, frozenset())]
        replacements = sorted(_replacements(found, text, arguments, parse))
        allowance.spend(sum(len(words) for _, _, words in replacements))
        text = "".join(_pieces(text, replacements))
        now = parse(text, known)
    except FeelSyntaxError as error:
        raise NotSimpleError from error
    before = _names(nodes)
    taken = (arguments[name].names for name in before & arguments.keys())
    if _names(now) != (before - arguments.keys()).union(*taken):
        raise NotSimpleError
    return text


def _replacements(
    found: Iterable[tree.Name | tree.Path], text: str, arguments: Mapping[str, Argument], parse: Parse
) -> Iterator[tuple[int, int, str]]:
    for reference in found:
        root: tree.Node = reference
        while isinstance(root, tree.Path):
            root = root.source
        assert isinstance(root, tree.Name)
        if root.name == "?":
            continue
        if root.name not in arguments:
            # In the function it is nothing; where the function is called it could be something.
            raise NotSimpleError
        bound, (start, end) = arguments[root.name], root.span
        whole = parse is as_expression and text.strip() == text[start:end]
        in_path = isinstance(reference, tree.Path) and not bound.is_name
        words = f"({bound.alone})" if in_path and bound.text == bound.alone else bound.text
        yield start, end, bound.alone if whole else words


def _pieces(text: str, replacements: Iterable[tuple[int, int, str]]) -> Iterator[str]:
    reached = 0
    for start, end, words in replacements:
        yield text[reached:start]
        yield words
        reached = end
    yield text[reached:]


def _refuse_captures(nodes: Iterable[tree.Node], arguments: Mapping[str, Argument]) -> None:
    """Refuse texts that declare names which an argument takes from elsewhere, or call what is no built-in function."""
    taken = frozenset[str]().union(*(each.names for each in arguments.values()))
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        waiting += children(node)
        if not taken.isdisjoint(_declared(node)):
            raise NotSimpleError
        match node:
            case tree.FunctionLiteral():
                raise NotSimpleError
            case tree.Call(function=tree.Name(name=name)) if name not in BUILTINS or name in arguments:
                raise NotSimpleError
            case tree.Filter() if names_in(node.condition) & arguments.keys():
                # The items may have entries of that name, which go first.
                raise NotSimpleError
            case _:
                pass


def _declared(node: tree.Node) -> Iterable[str]:
    match node:
        case tree.For():
            return ("partial", *(each.name for each in node.iterators))
        case tree.Quantified():
            return [each.name for each in node.iterators]
        case tree.ContextLiteral():
            return [key for key, _ in node.entries]
        case _:
            return ()


def _is_name(node: tree.Node) -> bool:
    while isinstance(node, tree.Path):
        node = node.source
    return isinstance(node, tree.Name)


def _names(nodes: Iterable[tree.Node]) -> frozenset[str]:
    return frozenset[str]().union(*map(names_in, nodes))
