"""From the parts of a workbook to plain grids: every sheet, every cell, and nothing that is hidden or computed."""

import re
from collections.abc import Iterator
from typing import Final

from services.policies.sheets.faults import Faults, did_you_mean, refused, shown
from services.policies.sheets.grid import Grid, check_bounds
from services.policies.sheets.layout import DEFINITION_PREFIX, TITLES
from services.policies.sheets.package import SHEET_TYPE, WORKBOOK_TYPE, Package, Relation, open_package, parse
from services.policies.sheets.sheet import read_sheet
from services.policies.sheets.strings import Strings
from shared.dmn.xml import Element

_RELATION_ID: Final = re.compile(r"http://(schemas\.openxmlformats|purl\.oclc)\.org/\S*relationships id")
_OWN_NAME: Final = "_xlnm."
"""What office programmes call the areas of filters and of printing begins so."""
_TRUE: Final = ("1", "true")


def read_workbook(data: bytes) -> tuple[Grid, ...]:
    """Return the sheets of a workbook; raises `SheetError` for what is none, or what a policy has no use for."""
    package = open_package(data)
    part = _main_part(package)
    workbook = package.roots[part]
    _refuse_names(workbook)
    relations = package.relations(part)
    strings = Strings.of(package, relations, dates_from_1904=_dates_from_1904(workbook))
    faults = Faults()
    grids: list[Grid] = []
    used: set[str] = set()
    for title, state, target in _sheets(workbook, relations, package):
        if state != "visible":
            faults.add(title, "", "the sheet is hidden; what decides must be seen")
        if target in used or any(title.lower() == grid.title.lower() for grid in grids):
            faults.add(title, "", "the sheet stands twice in the workbook")
            continue
        if title not in TITLES and not title.startswith(DEFINITION_PREFIX):
            faults.add(title, "", f"unknown sheet{did_you_mean(title, TITLES)}")
        used.add(target)
        grid = read_sheet(title, parse(target, package.sheets[target]), strings, faults)
        check_bounds(grid, faults)
        grids.append(grid)
    for name in package.sheets.keys() - used:
        faults.add("", "", f"`{shown(name)}` is a sheet that the workbook does not show")
    faults.close()
    return tuple(grids)


def _main_part(package: Package) -> str:
    targets = [each.target for each in package.relations("").values() if each.kind == "officeDocument"]
    if len(targets) != 1 or package.types.get(targets[0]) != WORKBOOK_TYPE:
        raise refused("not a workbook (.xlsx): the archive is of another kind")
    return targets[0]


def _sheets(workbook: Element, relations: dict[str, Relation], package: Package) -> Iterator[tuple[str, str, str]]:
    listed = workbook.first("sheets")
    for sheet in listed.all("sheet") if listed is not None else ():
        title = sheet.attributes.get("name", "")
        ids = [value for key, value in sheet.attributes.items() if _RELATION_ID.fullmatch(key)]
        relation = relations.get(ids[0]) if len(ids) == 1 else None
        if relation is None or package.types.get(relation.target) != SHEET_TYPE:
            raise refused("is not a sheet of cells", title)
        yield title, sheet.attributes.get("state", "visible"), relation.target


def _refuse_names(workbook: Element) -> None:
    if workbook.first("externalReferences") is not None:
        raise refused("the workbook is linked to other workbooks; remove the links")
    names = workbook.first("definedNames")
    for each in names.all("definedName") if names is not None else ():
        name = each.attributes.get("name", "")
        if not name.startswith(_OWN_NAME) or "[" in each.text or "|" in each.text:
            raise refused(f"the workbook gives a name to cells, `{shown(name)}`; remove it")


def _dates_from_1904(workbook: Element) -> bool:
    properties = workbook.first("workbookPr")
    return properties is not None and properties.attributes.get("date1904", "").lower() in _TRUE
