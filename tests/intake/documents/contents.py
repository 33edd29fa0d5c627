"""Small files of every kind, as good ones and as bad ones."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

TEXT = b"Salary slip\nNet pay: 2,345.00\n"
CSV = "月份,收入\n2026-01,12345.00\n".encode()
GB_TEXT = "工资单\n实发工资：2345.00\n".encode("gb18030")
XBRL = b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- filed -->\n<xbrl xmlns="http://www.xbrl.org/2003/instance"/>\n'
XHTML = b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body>report</body></html>'
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The test file that every scanner knows (eicar.org)."""


def pdf(objects: bytes = b"", trailer: bytes = b"", words: str = "Payslip") -> bytes:
    """Return a document of one page, with further objects and entries of the trailer."""
    page = f"BT /F1 12 Tf 72 720 Td ({words}) Tj ET".encode()
    return (
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
        b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>\nendobj\n"
        + b"4 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (len(page), page)
        + objects
        + b"trailer\n<< /Root 1 0 R /Size 5 "
        + trailer
        + b">>\nstartxref\n0\n%%EOF\n"
    )


def object_stream(plain: bytes) -> bytes:
    """Return an object whose dictionaries are packed."""
    packed = zlib.compress(plain)
    stated = b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>" % len(packed)
    return b"9 0 obj\n" + stated + b"\nstream\n" + packed + b"\nendstream\nendobj\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a part of a PNG image."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 1, height: int = 1) -> bytes:
    """Return an image that says it has this size."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def jpeg(width: int = 8, height: int = 8) -> bytes:
    """Return an image that says it has this size, as far as anybody looks who does not draw it."""
    frame = b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00"
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0" + frame + b"\xff\xda\x00\x02\x11\x22\xff\xd9"


def tiff(width: int = 8, height: int = 8, following: int = 0) -> bytes:
    """Return an image of one page, or whose page is followed by what stands at another place."""
    entries = struct.pack("<HHII", 256, 4, 1, width) + struct.pack("<HHII", 257, 4, 1, height)
    return b"II*\0" + struct.pack("<IH", 8, 2) + entries + struct.pack("<I", following)


def archive(members: Mapping[str, bytes], *, deflate: bool = True) -> bytes:
    """Return a ZIP archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return file.getvalue()


def xlsx(**further: bytes) -> bytes:
    """Return what passes for a workbook, with further members."""
    parts = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}
    return archive({**parts, **{name.replace("__", "/"): data for name, data in further.items()}})


def docx() -> bytes:
    """Return what passes for a text."""
    return archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>"})
