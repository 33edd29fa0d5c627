"""Which types of documents there are, and what each may contain."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Content(StrEnum):
    """The media types that documents may have (IANA names)."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    TIFF = "image/tiff"
    CSV = "text/csv"
    TEXT = "text/plain"
    XML = "application/xml"
    XHTML = "application/xhtml+xml"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    @property
    def ending(self) -> str:
        """How the name of such a file ends."""
        return _ENDINGS[self]


_ENDINGS: Final = {
    Content.PDF: ".pdf",
    Content.PNG: ".png",
    Content.JPEG: ".jpg",
    Content.TIFF: ".tif",
    Content.CSV: ".csv",
    Content.TEXT: ".txt",
    Content.XML: ".xml",
    Content.XHTML: ".xhtml",
    Content.XLSX: ".xlsx",
    Content.DOCX: ".docx",
}
OTHER_NAMES: Final = {"text/xml": Content.XML, "image/jpg": Content.JPEG}
"""Names that are in use for the same."""


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A type of documents: what products ask for and an officer files under."""

    code: str
    label: str
    label_zh: str
    contents: tuple[Content, ...]


_SCANS: Final = (Content.PDF, Content.PNG, Content.JPEG, Content.TIFF)
_DATA: Final = (*_SCANS, Content.CSV, Content.XLSX, Content.XML, Content.TEXT)

TYPES: Final = {
    entry.code: entry
    for entry in (
        DocumentType("identity", "Identity document", "身份证件", _SCANS),
        DocumentType("income_proof", "Proof of income", "收入证明", (*_SCANS, Content.TEXT)),
        DocumentType("bank_statement", "Bank statement", "银行流水", _DATA),
        DocumentType("financial_statement", "Financial statements", "财务报表", (*_DATA, Content.XHTML)),
        DocumentType("tax_return", "Tax return", "纳税申报表", (*_SCANS, Content.XML)),
        DocumentType("registration_extract", "Extract of the company register", "企业登记资料", (*_SCANS, Content.XML)),
        DocumentType("consent", "Consent", "授权书", _SCANS),
        DocumentType("contract", "Contract", "合同", (*_SCANS, Content.DOCX)),
        DocumentType("other", "Other document", "其他材料", tuple(Content)),
    )
}
