"""What officers and strangers do to a workbook: change a cell in an office programme, change a part in the archive."""

import io
import zipfile
from collections.abc import Callable, Mapping
from functools import cache

from openpyxl import Workbook, load_workbook

from services.policies.sheets import write_sheets
from tests.policies.sheets.documents import EXAMPLE


@cache
def example() -> bytes:
    """The workbook of the example."""
    return write_sheets(EXAMPLE)


def edited(edit: Callable[[Workbook], object]) -> bytes:
    """The example after `edit`, as an office programme saves it."""
    workbook = load_workbook(io.BytesIO(example()))
    edit(workbook)
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def typed(sheet: str, cell: str, value: object) -> bytes:
    """The example after somebody typed a number, a day or a text into a cell."""

    def edit(workbook: Workbook) -> None:
        workbook[sheet][cell].number_format = "General"
        workbook[sheet][cell].value = value

    return edited(edit)


def repacked(
    change: Mapping[str, Callable[[bytes], bytes]] | None = None, add: Mapping[str, bytes] | None = None
) -> bytes:
    """The example with some parts changed, and others added."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(example())) as source,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, (change or {}).get(name, bytes)(part))
        for name, part in (add or {}).items():
            target.writestr(name, part)
    return written.getvalue()


def replacing(old: str, new: str) -> Callable[[bytes], bytes]:
    """A change of one text in a part, which has to be there."""

    def change(part: bytes) -> bytes:
        assert old.encode() in part
        return part.replace(old.encode(), new.encode(), 1)

    return change


def declared(name: str, content_type: str) -> Callable[[bytes], bytes]:
    """A change of the list of content types: `name` is one more part."""
    return replacing("</Types>", f'<Override PartName="/{name}" ContentType="{content_type}"/></Types>')
