"""How deep a tree is, found without recursion."""

from dataclasses import fields

from shared.feel.syntax import tree

_AnyNode = tree.Node | tree.TypeNode | tree.Iterator | tree.UnaryTests


def depth(node: _AnyNode) -> int:
    """Return how many nodes stand one below the other, `node` included; types and iterators count."""
    deepest = 0
    waiting = [(node, 1)]
    while waiting:
        current, level = waiting.pop()
        deepest = max(deepest, level)
        waiting.extend((child, level + 1) for child in _below(current))
    return deepest


def _below(node: _AnyNode) -> list[_AnyNode]:
    found: list[_AnyNode] = []
    parts: list[object] = [getattr(node, field.name) for field in fields(node) if field.name != "span"]
    while parts:
        part = parts.pop()
        if isinstance(part, _AnyNode):
            found.append(part)
        elif isinstance(part, tuple):
            parts.extend(part)
    return found
