"""Whether the content of a document is what it claims to be, and nothing besides.

A format is read as far as that takes, and never rendered: where it begins and ends, what it would unpack to, whether
it needs a password or brings something that runs. What can't be told apart from an attack is refused with its code.
"""

from collections.abc import Callable, Mapping
from typing import Final

from services.intake.domain.documents.content.findings import ContentError
from services.intake.domain.documents.content.images import check_jpeg, check_png, check_tiff
from services.intake.domain.documents.content.office import check_docx, check_xlsx
from services.intake.domain.documents.content.pdf import check_pdf
from services.intake.domain.documents.content.texts import check_text, check_xhtml, check_xml
from services.intake.domain.documents.kinds import Content

__all__ = ["ContentError", "check", "looks_like"]

_CHECKS: Final[Mapping[Content, Callable[[bytes], None]]] = {
    Content.PDF: check_pdf,
    Content.PNG: check_png,
    Content.JPEG: check_jpeg,
    Content.TIFF: check_tiff,
    Content.CSV: check_text,
    Content.TEXT: check_text,
    Content.XML: check_xml,
    Content.XHTML: check_xhtml,
    Content.XLSX: check_xlsx,
    Content.DOCX: check_docx,
}
_HEAD_BYTES: Final = 4_096


def check(data: bytes, declared: Content) -> None:
    """Raise `ContentError` unless `data` is what was declared; takes time in proportion to its size."""
    if not data:
        raise ContentError("empty_document", "the document is empty")
    _CHECKS[declared](data)


def looks_like(data: bytes) -> str | None:
    """Return the media type that content looks like, for the words of a refusal only; None when it is not known."""
    # Its tables are needed for what is refused only.
    import puremagic  # noqa: PLC0415

    try:
        found: str = puremagic.from_string(data[:_HEAD_BYTES], mime=True)
    except (puremagic.PureError, ValueError):
        return None
    return found or None
