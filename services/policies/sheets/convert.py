"""A policy document to the bytes of a workbook, and back."""

from collections.abc import Mapping
from typing import Any

from services.policies.sheets.document import from_grids, to_grids
from services.policies.sheets.workbook import read_workbook
from services.policies.sheets.writing import workbook_bytes


def write_sheets(document: Mapping[str, Any]) -> bytes:
    """Return the workbook (.xlsx) of a policy document; the same document gives the same bytes.

    Raises `SheetError` for what would not read back as the same document.
    """
    return workbook_bytes(to_grids(document))


def read_sheets(data: bytes) -> dict[str, Any]:
    """Return the policy document of a workbook (.xlsx).

    Raises `SheetError` with located faults for formulas, macros, links, hidden cells and whatever else is no policy.
    What the policy means is not looked at.
    """
    return from_grids(read_workbook(data))
