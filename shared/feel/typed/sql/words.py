"""A typed tree as short text, for what is said about it."""

from shared.feel.syntax import tree
from shared.feel.syntax.unparse import unparse
from shared.feel.typed.faults import clipped
from shared.feel.typed.nodes import (
    Arithmetic,
    Brought,
    Comparison,
    Constant,
    Function,
    General,
    Typed,
    Variable,
    children,
)


def words(typed: Typed) -> str:
    """Return an expression, or the beginning of a long one, in the words of FEEL."""
    return clipped(_text(typed, 4))


def _text(typed: Typed, levels: int) -> str:
    if levels == 0:
        return "…"
    parts = [_text(each, levels - 1) for each in children(typed)]
    match typed:
        case Constant(value):
            text = "null" if value is None else f'"{value}"' if isinstance(value, str) else str(value).lower()
        case Variable(name):
            text = name
        case Arithmetic(operator) | Comparison(operator):
            text = f"{parts[0]} {operator} {parts[1]}"
        case Function(name) if name.startswith("."):
            text = parts[0] + name
        case Function(name):
            text = f"{name}({', '.join(parts)})"
        case Brought():
            text = parts[0]
        case General(source):
            text = "…" if isinstance(source, tree.UnaryTests) else unparse(source)
        case _:
            text = f"{type(typed).__name__.lower()} of {', '.join(parts)}"
    return text
