"""Policies as spreadsheets (.xlsx): a sheet a table, every cell a text, nothing hidden and nothing computed."""

from services.policies.sheets.convert import read_sheets, write_sheets
from services.policies.sheets.faults import SheetError, SheetFault

__all__ = ["SheetError", "SheetFault", "read_sheets", "write_sheets"]
