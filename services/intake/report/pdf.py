"""The sheet as PDF, set by Typst with an embedded font that has Latin and Chinese letters."""

import json
from dataclasses import fields, is_dataclass
from importlib.metadata import files
from pathlib import Path
from typing import Any, Final

from services.intake.report.sheet import Charts, Grid, Note, Pairs, Sheet, Signatures

_TEMPLATE: Final = Path(__file__).with_name("template.typ")
_KINDS: Final = {Pairs: "pairs", Grid: "grid", Charts: "charts", Note: "note", Signatures: "signatures"}
_FONT_PACKAGE: Final = "zhplot"
_FONT: Final = "NotoSansSC-Regular.ttf"


def pdf(sheet: Sheet) -> bytes:
    """Return the sheet as a PDF document. It takes a processor for a while: call it in a thread."""
    # Thirty megabytes that a process needs only once somebody prints.
    import typst  # noqa: PLC0415

    return typst.compile(
        _TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs={"sheet": json.dumps(_plain(sheet))},
        # The same everywhere, whatever fonts the machine has.
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=[str(font_folder())]),
    )


def font_folder() -> Path:
    """Return the folder of the font (Noto Sans SC, SIL Open Font License), which a package brings and never runs.

    Raises `FileNotFoundError` when it is not installed.
    """
    for file in files(_FONT_PACKAGE) or ():
        if file.name == _FONT:
            return Path(str(file.locate())).parent
    raise FileNotFoundError(_FONT)


def _plain(value: Any) -> Any:
    """Return a part of the sheet as what JSON knows; a block says of which kind it is."""
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    if not is_dataclass(value) or isinstance(value, type):
        return value
    shown = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    kind = _KINDS.get(type(value))
    return shown if kind is None else {"kind": kind, **shown}
