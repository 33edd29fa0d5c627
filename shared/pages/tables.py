"""Tables with their headers marked as such, for readers of screens too."""

from collections.abc import Iterable, Sequence
from typing import Final

from shared.pages.markup import Markup, element, joined

_ON_ONE_PAGE: Final = 14
"""Rows of a table that is printed on one page."""


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], *, texts: int = 1) -> Markup:
    """Return a table whose first column names its rows; the first `texts` columns are words, the others figures."""
    head = element("tr", *(_head(text, number < texts) for number, text in enumerate(heads)))
    body = [element("tr", *_cells(row, texts)) for row in rows]
    return scrolled(
        element(
            "table",
            element("caption", caption) if caption else None,
            element("thead", head),
            element("tbody", *body),
            class_="whole" if len(body) <= _ON_ONE_PAGE else None,
        )
    )


def above(text: str, small: str) -> Markup:
    """Return a text for a cell with a smaller one under it."""
    return joined(text, element("small", small))


def scrolled(content: Markup) -> Markup:
    """Return something that may be wider than a small screen, in a box that scrolls."""
    return element("div", content, class_="scroll", tabindex=0)


def section(name: str, heading: str, *content: str | None) -> Markup:
    """Return a section of the report; without content there is none."""
    shown = joined(*content)
    if not shown:
        return Markup("")
    return element("section", element("h2", heading, id=name), shown, aria_labelledby=name)


def figure(chart: Markup, words: str, legend: Markup | None = None) -> Markup:
    """Return a chart with what it shows."""
    return element("figure", element("figcaption", words, class_="note"), chart, legend)


def paragraphs(texts: Iterable[str], class_: str | None = None) -> Markup:
    """Return a paragraph for each text."""
    return joined(*(element("p", text, class_=class_) for text in texts))


def _head(text: str, words: bool) -> Markup:
    return element("th", text, scope="col", class_="text" if words else None)


def _cells(row: Sequence[str], texts: int) -> list[Markup]:
    first, *others = row
    cells = [
        element("td", text, class_="text" if number < texts else None) for number, text in enumerate(others, start=1)
    ]
    return [element("th", first, scope="row"), *cells]
