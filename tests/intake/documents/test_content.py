"""Content is what it claims to be, or refused with the code of what is wrong."""

import io
import struct
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain.documents.content import ContentError, check, looks_like
from services.intake.domain.documents.kinds import TYPES, Content
from tests.intake.documents import contents as made


def refused(data: bytes, declared: Content) -> str:
    """Return the code that content is refused with."""
    with pytest.raises(ContentError) as caught:
        check(data, declared)
    return caught.value.code


GOOD = {
    Content.PDF: made.pdf(),
    Content.PNG: made.png(),
    Content.JPEG: made.jpeg(),
    Content.TIFF: made.tiff(),
    Content.CSV: made.CSV,
    Content.TEXT: made.TEXT,
    Content.XML: made.XBRL,
    Content.XHTML: made.XHTML,
    Content.XLSX: made.xlsx(),
    Content.DOCX: made.docx(),
}


@pytest.mark.parametrize("declared", Content)
def test_a_file_of_every_kind_passes_as_what_it_is(declared: Content) -> None:
    check(GOOD[declared], declared)


@pytest.mark.parametrize("declared", Content)
def test_a_file_of_one_kind_passes_as_no_other_one(declared: Content) -> None:
    texts = {Content.CSV, Content.TEXT}
    for kind, data in GOOD.items():
        is_text_too = declared in texts and kind in {*texts, Content.XML, Content.XHTML}
        is_xml_too = declared is Content.XML and kind is Content.XHTML
        if kind is not declared and not is_text_too and not is_xml_too:
            assert refused(data, declared) == "content_mismatch", kind


def test_a_workbook_of_a_real_program_passes() -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["Revenue", 100])
    book.save(file)
    check(file.getvalue(), Content.XLSX)


def test_text_passes_in_the_encodings_that_offices_use() -> None:
    for data in (made.GB_TEXT, "Übersicht\n".encode("utf-16"), "\ufeffÜbersicht\n".encode(), b"a,b\r\n1,2\r\n"):
        check(data, Content.TEXT)


@pytest.mark.parametrize(
    ("data", "declared", "code"),
    [
        (b"", Content.PDF, "empty_document"),
        (made.pdf()[:-30], Content.PDF, "damaged_document"),
        (b"junk" + made.pdf(), Content.PDF, "content_mismatch"),
        (made.pdf() + made.archive({"a.js": b"x"}), Content.PDF, "ambiguous_content"),
        (made.pdf() + b"<html><script>", Content.PDF, "ambiguous_content"),
        (made.pdf(trailer=b"/Encrypt 5 0 R "), Content.PDF, "encrypted_document"),
        (made.pdf(b"5 0 obj << /S /JavaScript /JS (app.alert) >> endobj\n"), Content.PDF, "active_content"),
        (made.pdf(b"5 0 obj << /S /J#61vaScript >> endobj\n"), Content.PDF, "active_content"),
        (made.pdf(b"5 0 obj << /S /Launch /F (cmd.exe) >> endobj\n"), Content.PDF, "active_content"),
        (made.pdf(b"5 0 obj << /EmbeddedFiles 6 0 R >> endobj\n"), Content.PDF, "active_content"),
        (made.pdf(made.object_stream(b"1 0 << /S /JavaScript >>")), Content.PDF, "active_content"),
        (made.pdf(made.object_stream(b"\0" * 70_000_000)), Content.PDF, "archive_bomb"),
        (made.pdf(made.object_stream(b"x").replace(b"Flate", b"LZW")), Content.PDF, "unreadable_document"),
        (made.png() + b"trailing", Content.PNG, "ambiguous_content"),
        (made.png()[:-4], Content.PNG, "damaged_document"),
        (made.png(100_000, 100_000), Content.PNG, "too_many_pixels"),
        (made.png(0, 1), Content.PNG, "damaged_document"),
        (made.jpeg(60_000, 60_000), Content.JPEG, "too_many_pixels"),
        (made.jpeg()[:-2], Content.JPEG, "damaged_document"),
        (made.jpeg() + made.archive({"a": b"b"}) + b"\xff\xd9", Content.JPEG, "ambiguous_content"),
        (b"\xff\xd8\xff\xd9", Content.JPEG, "damaged_document"),
        (made.tiff(following=8), Content.TIFF, "damaged_document"),
        (made.tiff(following=9_999), Content.TIFF, "damaged_document"),
        (made.tiff(200_000, 200_000), Content.TIFF, "too_many_pixels"),
        (b"MZ\x90\x00\x03" + bytes(200), Content.TEXT, "content_mismatch"),
        (b"#!/bin/sh\nrm -rf /\n", Content.TEXT, "active_content"),
        (b"<script>alert(1)</script>", Content.CSV, "active_content"),
        (b"<!DOCTYPE html><html>", Content.TEXT, "active_content"),
        (b"text with \x00 in it", Content.TEXT, "content_mismatch"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', Content.XML, "unsafe_xml"),
        (b'<!DOCTYPE a SYSTEM "http://evil/x.dtd" [ ]><a/>', Content.XML, "unsafe_xml"),
        (b'<?xml version="1.0" encoding="utf-7"?><a/>', Content.XML, "unknown_encoding"),
        (b"<a><svg:script xmlns:svg='s'>x()</svg:script></a>", Content.XML, "active_content"),
        (b"<a><b>", Content.XML, None),
        (b"<a><b", Content.XML, "damaged_document"),
        (b"no markup", Content.XML, "content_mismatch"),
        (made.XBRL, Content.XHTML, "content_mismatch"),
        (made.archive({"a.txt": b"b"}), Content.XLSX, "content_mismatch"),
        (made.xlsx(xl__vbaProject_bin=b"x").replace(b"_bin", b".bin"), Content.XLSX, "active_content"),
        (made.xlsx() + b"PK", Content.XLSX, "ambiguous_content"),
        (made.pdf() + made.xlsx(), Content.XLSX, "content_mismatch"),
        (made.archive({"x": b"y"}) + made.xlsx(), Content.XLSX, "ambiguous_content"),
        (made.xlsx(xl__sheet=b"\0" * 60_000_000), Content.XLSX, "archive_bomb"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptionInfoEncryptedPackage".encode("utf-16-le"),
            Content.XLSX,
            None,
        ),
    ],
)
def test_what_is_wrong_with_content_is_told_by_its_code(data: bytes, declared: Content, code: str | None) -> None:
    if code is None:
        code = "encrypted_document" if declared is Content.XLSX else None
    if code is None:
        check(data, declared)  # Whether it is well-formed is found by whoever reads it.
    else:
        assert refused(data, declared) == code


def test_an_archive_with_more_members_than_any_workbook_is_a_bomb() -> None:
    members = {f"xl/{number}": b"" for number in range(5_001)}
    assert refused(made.archive({"[Content_Types].xml": b"", "xl/workbook.xml": b"", **members}), Content.XLSX) == (
        "archive_bomb"
    )


def test_an_archive_whose_members_share_their_bytes_is_a_bomb() -> None:
    data = bytearray(made.xlsx(xl__a=b"\0" * 100_000))
    place = data.rfind(b"PK\x01\x02")
    struct.pack_into("<I", data, place + 20, 50_000_000)
    assert refused(bytes(data), Content.XLSX) == "archive_bomb"


def test_an_archive_with_a_password_is_told_as_that() -> None:
    data = bytearray(made.xlsx())
    place = data.find(b"PK\x01\x02")
    data[place + 8] |= 1
    assert refused(bytes(data), Content.XLSX) == "encrypted_document"


def test_an_archive_with_the_same_member_twice_means_different_things_to_different_readers() -> None:
    file = io.BytesIO(made.xlsx())
    with zipfile.ZipFile(file, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("xl/workbook.xml", b"<other/>")
    assert refused(file.getvalue(), Content.XLSX) == "ambiguous_content"


@settings(max_examples=150)
@given(data=st.binary(min_size=8, max_size=300), declared=st.sampled_from(Content), start=st.booleans())
def test_whatever_comes_is_accepted_or_refused_and_never_breaks_the_check(
    data: bytes, declared: Content, start: bool
) -> None:
    hostile = GOOD[declared][:12] + data if start else data
    try:
        check(hostile, declared)
    except ContentError as error:
        assert error.code
        assert data.hex() not in error.words


@settings(max_examples=100)
@given(declared=st.sampled_from([Content.PDF, Content.PNG, Content.JPEG, Content.TIFF, Content.XLSX]), data=st.data())
def test_a_file_that_ends_early_is_never_accepted(declared: Content, data: st.DataObject) -> None:
    whole = GOOD[declared]
    # The last bytes of a PDF are a line's end, those of a TIFF the place of a page that is not there.
    end = data.draw(st.integers(0, len(whole) - (4 if declared is Content.TIFF else 2)))
    with pytest.raises(ContentError):
        check(whole[:end], declared)


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-" + b"stream\n" * 300_000 + b"%%EOF",
        b"%PDF-" + b"<< /Type /ObjStm /Filter /FlateDecode >> stream\nendstream " * 30_000 + b"%%EOF",
        b"<!DOCTYPE" * 300_000 + b"<a/>",
        b"<!-- -->" * 300_000 + b"<a/>",
        b" " * 3_000_000 + b"<a/>",
        b"<?xml " * 300_000 + b"<a/>",
        b"II*\0\x08\0\0\0" + b"\xff" * 3_000_000,
        b"\xff" * 3_000_000 + b"\xff\xd9",
        b"\xff\xd8" + b"\xff\xe0\x00\x02" * 500_000 + b"\xff\xd9",
        b"PK\x03\x04" + b"PK\x05\x06" * 300_000,
    ],
    ids=range(10),
)
def test_content_that_is_made_to_take_long_does_not(data: bytes) -> None:
    for declared in Content:
        try:
            check(data, declared)
        except ContentError as error:
            assert error.code


def test_a_refusal_can_say_what_the_content_looks_like() -> None:
    assert looks_like(made.pdf()) == "application/pdf"
    assert looks_like(b"\x01\x02") is None


def test_every_type_of_documents_has_both_labels_and_something_that_it_may_contain() -> None:
    assert set(TYPES) == {
        "identity",
        "income_proof",
        "bank_statement",
        "financial_statement",
        "tax_return",
        "registration_extract",
        "consent",
        "contract",
        "other",
    }
    for entry in TYPES.values():
        assert entry.label
        assert entry.label_zh
        assert Content.PDF in entry.contents
