"""Names of files: kept readable, given back safely, and never worth a document."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain.documents.filename import content_disposition, kept_name
from services.intake.domain.documents.kinds import Content


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("payslip.pdf", "payslip.pdf"),
        ("工资单 2026.pdf", "工资单 2026.pdf"),
        ("å·¥èµ\x84å\x8d\x95.pdf", "工资单.pdf"),
        ("MÃ¼ller.pdf", "Müller.pdf"),
        ("Mu\u0308ller.pdf", "Müller.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\anna\\slip.PDF", "slip.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.pdf"),
        ("zero\u200bwidth.pdf", "zerowidth.pdf"),
        ("slip.exe", "slip.pdf"),
        ("no ending", "no ending.pdf"),
        (".pdf", "income_proof.pdf"),
        ("", "income_proof.pdf"),
        ("\x00\r\nSet-Cookie: a=b.pdf", "Set-Cookie a=b.pdf"),
        ("\ufffd\ufffd.pdf", "income_proof.pdf"),
        ("a" * 500 + ".pdf", "a" * 120 + ".pdf"),
        ("...", "income_proof.pdf"),
    ],
)
def test_a_name_is_kept_as_a_person_would_write_it(given_name: str, kept: str) -> None:
    assert kept_name(given_name, Content.PDF, "income_proof") == kept


def test_other_endings_of_the_same_kind_stay() -> None:
    assert kept_name("scan.JPEG", Content.JPEG, "identity") == "scan.jpeg"
    assert kept_name("report.xbrl", Content.XML, "financial_statement") == "report.xbrl"


@settings(max_examples=200)
@given(given_name=st.text(max_size=300), content=st.sampled_from(Content))
def test_every_name_comes_out_as_one_that_can_be_kept_and_sent(given_name: str, content: Content) -> None:
    name = kept_name(given_name, content, "other")
    assert name
    assert "/" not in name
    assert not any(unicodedata.category(character).startswith("C") for character in name)
    header = content_disposition(name)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2


def test_a_name_is_offered_to_old_clients_and_to_new_ones() -> None:
    assert content_disposition("工资单 1.pdf") == (
        "attachment; filename=\"1.pdf\"; filename*=UTF-8''%E5%B7%A5%E8%B5%84%E5%8D%95%201.pdf"
    )
    assert content_disposition("工资单.pdf").startswith('attachment; filename="document.pdf"; ')
