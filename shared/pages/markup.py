"""Markup that cannot be broken out of: every text is escaped, only what this module made is not."""

from html import escape
from typing import Final

_VOID: Final = frozenset(("meta", "col", "line", "rect", "circle", "path"))


class Markup(str):
    """A text that is markup already."""

    __slots__ = ()


def element(name: str, /, *children: str | None, **attributes: str | int | None) -> Markup:
    """Return an element; children that are no `Markup` are escaped, and attributes always are.

    An underscore in the name of an attribute is a hyphen, one at its end is nothing (`class_`). None is left out.
    """
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(printable(str(value)))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{shown}/>" if name != "meta" else f"<{name}{shown}>")
    return Markup(f"<{name}{shown}>{joined(*children)}</{name}>")


def joined(*children: str | None) -> Markup:
    """Return markup and escaped texts one after the other."""
    parts = (
        child if isinstance(child, Markup) else escape(printable(child)) for child in children if child is not None
    )
    return Markup("".join(parts))


def printable(text: str) -> str:
    """Return a text without what would turn its direction or hide in it: names come from files and policies."""
    return "".join(each if each.isprintable() or each == "\n" else "\ufffd" for each in text)


def shortened(text: str, length: int) -> str:
    """Return a text cut to `length` characters."""
    return text if len(text) <= length else text[: length - 1] + "\u2026"
