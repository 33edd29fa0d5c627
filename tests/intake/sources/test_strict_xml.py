"""XML from strangers: no document type, no entities, no depth without end."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.sources import SourceError, SourceFault
from services.intake.sources.strict_xml import read_xml
from tests.intake.sources.given import reading

LAUGHS = (
    b'<!DOCTYPE r [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, (b"&%c;" % (97 + n)) * 10) for n in range(9))
    + b"]><r>&j;</r>"
)


def test_elements_are_found_by_their_path() -> None:
    root = read_xml('<r><a n="1"><b> 甲 </b></a><a><b>2</b></a><c><![CDATA[<3>]]></c></r>'.encode())
    assert [each.text.strip() for each in root.all("a/b")] == ["甲", "2"]
    assert (root.value("c"), root.value("d")) == ("<3>", None)
    with pytest.raises(SourceError):
        root.value("a/b")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<r>",
        b"<r></s>",
        b"<r/><r/>",
        b"\xff\xfe",
        b"<r>\xff</r>",
        b"<r>\x00</r>",
        b"<r>&nbsp;</r>",
        b'<r a="1" a="2"/>',
        LAUGHS,
        b'<!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd"><r/>',
        b'<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]><r>&f;</r>',
        b"<a>" * 40 + b"</a>" * 40,
        b"<r>" + b"<a/>" * 30_000 + b"</r>",
    ],
)
def test_what_is_dangerous_or_broken_is_malformed(body: bytes) -> None:
    assert reading(read_xml, body) is SourceFault.MALFORMED


@settings(max_examples=200)
@given(st.text(alphabet="<>/ab&;'\"= !-[]", max_size=60).map(str.encode))
def test_any_text_is_read_or_malformed(body: bytes) -> None:
    try:
        read_xml(body)
    except SourceError as error:
        assert error.fault is SourceFault.MALFORMED
