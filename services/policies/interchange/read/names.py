"""Names of a model as names of a policy, and texts that use them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from shared.feel.syntax import FeelSyntaxError, parse_expression, parse_unary_tests, tree
from shared.feel.walk import children

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BETWEEN: Final = re.compile(r"[^0-9a-zA-Z]+")

Reference = tree.Name | tree.Path
"""A name that a text takes from its surroundings, with the path that follows it, if one does."""


def policy_name(name: str) -> str:
    """Return a name in lower snake case: `Credit Score`, `creditScore` and `credit-score` are `credit_score`.

    A name that has no such form, because of its letters or length, stays as it is.
    """
    snake = _BETWEEN.sub("_", _HUMP.sub("_", name)).strip("_").lower()
    return snake if _NAME.fullmatch(snake) and _BETWEEN.sub("", name) else name


@dataclass(slots=True)
class Names:
    """What the names in the texts of a model become in a policy.

    `renamed` has the names of facts and decisions; `parts` those whose value has parts that are names of their own in
    a policy, with what becomes of a part (None: of this one, nothing). With `verbatim`, texts stay as they are.
    """

    renamed: dict[str, str] = field(default_factory=dict)
    parts: dict[str, Callable[[str], str | None]] = field(default_factory=dict)
    components: set[str] = field(default_factory=set)
    verbatim: bool = False
    _known: frozenset[str] = frozenset()

    def settle(self, *, verbatim: bool) -> None:
        """Say that all names are known now."""
        self.verbatim = verbatim
        self._known = frozenset(self.renamed) | self.components

    def expression(self, text: str) -> str:
        """Return an expression in the names of the policy; a text that is no FEEL as it is."""
        return self._rewritten(text, lambda: [parse_expression(text, self._known)])

    def cell(self, text: str) -> str:
        """Return the unary tests of a cell in the names of the policy."""
        return self._rewritten(text, lambda: parse_unary_tests(text, self._known).tests)

    def _rewritten(self, text: str, parse: Callable[[], Iterable[tree.Node]]) -> str:
        if self.verbatim:
            return text
        try:
            found = [reference for node in parse() for reference in references(node, frozenset())]
        except FeelSyntaxError:
            return text
        for reference in sorted(found, key=lambda each: each.span, reverse=True):
            start, end = reference.span
            text = text[:start] + self._replacement(reference, text[start:end]) + text[end:]
        return text

    def _replacement(self, reference: Reference, text: str) -> str:
        if isinstance(reference, tree.Path):
            root, steps = _steps(reference)
            part = self.parts.get(root.name)
            found = part("_".join(steps)) if part is not None else None
            if found is not None:
                return found
            inside = root.span[1] - root.span[0]
            return self._name(root.name) + text[inside:]
        return self._name(reference.name)

    def _name(self, name: str) -> str:
        return name if name == "?" else self.renamed.get(name) or policy_name(name)


def _steps(path: tree.Path) -> tuple[tree.Name, list[str]]:
    steps: list[str] = []
    node: tree.Node = path
    while isinstance(node, tree.Path):
        steps.append(node.name)
        node = node.source
    assert isinstance(node, tree.Name)
    return node, steps[::-1]


def _root(path: tree.Path) -> tree.Node:
    node: tree.Node = path
    while isinstance(node, tree.Path):
        node = node.source
    return node


def references(node: tree.Node, bound: frozenset[str]) -> Iterator[Reference]:
    """The names that an expression takes from its surroundings, functions that it calls aside, each where it stands."""
    match node:
        case tree.Name():
            yield from [node] if node.name not in bound else []
        case tree.Path():
            root = _root(node)
            free = isinstance(root, tree.Name) and root.name not in bound
            yield from [node] if free else references(node.source, bound)
        case tree.Call():
            called = [] if isinstance(node.function, tree.Name) else [node.function]
            yield from _in_all((*called, *node.arguments), bound)
        case tree.For() | tree.Quantified():
            yield from _in_loop(node, bound)
        case tree.FunctionLiteral():
            yield from references(node.body, bound | {name for name, _ in node.parameters})
        case tree.ContextLiteral():
            yield from _in_context(node, bound)
        case tree.Filter():
            yield from references(node.source, bound)
            yield from references(node.condition, bound | {"item"})
        case _:
            yield from _in_all(children(node), bound)


def _in_all(nodes: Iterable[tree.Node], bound: frozenset[str]) -> Iterator[Reference]:
    for node in nodes:
        yield from references(node, bound)


def _in_context(node: tree.ContextLiteral, bound: frozenset[str]) -> Iterator[Reference]:
    for key, value in node.entries:
        yield from references(value, bound)
        bound |= {key}


def _in_loop(node: tree.For | tree.Quantified, bound: frozenset[str]) -> Iterator[Reference]:
    for iterator in node.iterators:
        yield from _in_all((part for part in (iterator.source, iterator.end) if part is not None), bound)
        bound |= {iterator.name}
    if isinstance(node, tree.For):
        yield from references(node.result, bound | {"partial"})
    else:
        yield from references(node.condition, bound)


def one_of(outputs: Mapping[str, str]) -> Callable[[str], str | None]:
    """Return what becomes of a part that is an output: the name that it has in the policy, by `outputs`."""
    return lambda part: outputs.get(policy_name(part))
