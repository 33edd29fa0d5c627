"""The sheet as one HTML file that asks for nothing and runs nothing."""

from typing import Final

from services.intake.report.sheet import Bar, Block, Cell, Chart, Charts, Grid, Note, Pairs, Part, Sheet, Signatures
from shared.pages.markup import Markup, element, joined
from shared.pages.page import page
from shared.pages.style import ALARM, CANDIDATE
from shared.pages.tables import figure, scrolled

_WIDTH: Final = 280
_HEIGHT: Final = 150
_FLOOR: Final = 96
_TALLEST: Final = 92
_DEEPEST: Final = 30


def html(sheet: Sheet) -> str:
    """Return the sheet as a page."""
    top = element(
        "header",
        element("p", sheet.kicker, class_="kicker"),
        element("h1", sheet.title),
        element("p", sheet.subtitle, class_="note"),
    )
    sources = element(
        "section",
        element("h2", sheet.sources_title, id="sources"),
        element("ol", *(element("li", text, id=f"source-{number}") for number, text in enumerate(sheet.sources, 1))),
    )
    title = f"{sheet.kicker}: {sheet.title}"
    return page(
        title, top, *(_part(part) for part in sheet.parts), sources, lang="zh-Hans" if sheet.lang == "zh" else "en"
    )


def _part(part: Part) -> Markup:
    content = (_block(block) for block in part.blocks)
    return element("section", element("h2", part.title, id=part.name), *content, aria_labelledby=part.name)


def _block(block: Block) -> Markup:
    match block:
        case Pairs(rows):
            return element(
                "dl",
                *(joined(element("dt", name), element("dd", _cell(cell))) for name, cell in rows),
                class_="versions",
            )
        case Grid():
            return _grid(block)
        case Charts(charts):
            return element("div", *(figure(_chart(chart), chart.title) for chart in charts), class_="cards")
        case Note(text, alarm):
            return element("p", text, class_="mark" if alarm else None)
        case Signatures(lines):
            return _signatures(lines)


def _grid(grid: Grid) -> Markup:
    heads = (
        element("th", head, scope="col", class_="text" if number < grid.texts else None)
        for number, head in enumerate(grid.heads)
    )
    rows = (element("tr", *_row(row, grid.texts)) for row in grid.rows)
    return scrolled(element("table", element("thead", element("tr", *heads)), element("tbody", *rows)))


def _row(row: tuple[Cell, ...], texts: int) -> list[Markup]:
    first, *others = row
    cells = [element("th", _cell(first), scope="row")]
    for number, cell in enumerate(others, start=1):
        named = " ".join(name for name, holds in (("text", number < texts), ("below", cell.alarm)) if holds)
        cells.append(element("td", _cell(cell), class_=named or None))
    return cells


def _cell(cell: Cell) -> Markup:
    if cell.source is None:
        return joined(cell.text)
    number = str(cell.source)
    return joined(cell.text, element("sup", element("a", number, href=f"#source-{number}")))


def _chart(chart: Chart) -> Markup:
    step = _WIDTH // max(len(chart.bars), 1)
    parts: list[Markup] = [element("line", x1=0, x2=_WIDTH, y1=_FLOOR, y2=_FLOOR, stroke="#9aa5b1")]
    for place, (bar, period) in enumerate(zip(chart.bars, chart.periods, strict=True)):
        middle = place * step + step // 2
        parts.append(element("text", period[:7], x=middle, y=_HEIGHT - 4, text_anchor="middle", class_="soft"))
        if bar is not None:
            parts.append(_bar(bar, middle, step * 6 // 10))
    return element("svg", *parts, viewBox=f"0 0 {_WIDTH} {_HEIGHT}", role="img", aria_label=chart.title)


def _bar(bar: Bar, middle: int, width: int) -> Markup:
    up = bar.percent >= 0
    height = max(abs(bar.percent) * (_TALLEST if up else _DEEPEST) // 100, 1)
    box = element(
        "rect",
        x=middle - width // 2,
        y=_FLOOR - height if up else _FLOOR,
        width=width,
        height=height,
        fill=CANDIDATE if up else ALARM,
    )
    # Whoever cannot see the bar hears the amount.
    return element("g", element("title", bar.text), box)


def _signatures(lines: tuple[str, ...]) -> Markup:
    cells = (element("td", "") for _ in lines)
    names = (element("td", line, class_="text") for line in lines)
    return element("table", element("tbody", element("tr", *cells), element("tr", *names)), class_="signatures")
