"""Names stay as their owners write them, and deceive nobody."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain import names

HONEST = [
    *("José García", "María José Mª López", "Nguyễn Văn A", "O’Brien-Smith, Jr.", "欧阳修", "﨑山"),
    *("臺灣積體電路製造股份有限公司", "TCL科技集团股份有限公司", "ABC株式会社", "ＡＢＣ有限公司", "삼성전자"),
    *("Müller & Söhne GmbH", "ØRSTED A/S", "Yahoo! Inc.", "3M Company", "7-Eleven", "E*TRADE®", "Smith (UK) + Co. #1"),
    *("ООО Ромашка", "ΔΕΗ Α.Ε.", "«CAFÉ»", "SÃO PAULO ALPARGATAS", "Ação Ltda", "ÄÖÅÄ", "İstanbul A.Ş."),
    *("Łódź Sp. z o.o.", "〇〇商会"),
]

HOSTILE = {
    "zero-width space": ("Acme\u200b Ltd", "hidden_characters"),
    "zero-width joiner": ("Ac\u200dme", "hidden_characters"),
    "byte order mark": ("\ufeffAcme", "hidden_characters"),
    "soft hyphen": ("Ac\u00adme", "hidden_characters"),
    "right-to-left override": ("Acme \u202egnp.exe", "hidden_characters"),
    "isolate": ("\u2066Acme\u2069", "hidden_characters"),
    "tag characters": ("Acme\U000e0041", "hidden_characters"),
    "variation selector": ("Acme\ufe0f", "hidden_characters"),
    "Hangul filler": ("\u3164", "hidden_characters"),
    "Braille blank": ("Acme\u2800", "hidden_characters"),
    "NUL": ("Acme\x00", "hidden_characters"),
    "line feed": ("Acme\nLtd", "hidden_characters"),
    "escape": ("\x1b[31mAcme", "hidden_characters"),
    "line separator": ("Acme\u2028Ltd", "hidden_characters"),
    "private use": ("Acme \ue000", "hidden_characters"),
    "lone surrogate": ("Acme\ud800", "hidden_characters"),
    "Cyrillic a in Latin": ("P\u0430ypal", "mixed_scripts"),
    "Greek in Latin": ("\u0391\u0392\u0392 Ltd", "mixed_scripts"),
    "Cyrillic in Chinese": ("华\u0430为", "mixed_scripts"),
    "UTF-8 as Latin-1": ("MÃ¼ller", "mojibake"),
    "UTF-8 as Windows-1252": ("â€œAcmeâ€\x9d", "mojibake"),
    "Chinese UTF-8 as Latin-1": ("中国银行".encode().decode("latin-1"), "mojibake"),
    "Chinese GBK as Latin-1": ("公司有限".encode("gbk").decode("latin-1"), "mojibake"),
    "lost bytes": ("M\ufffdller", "mojibake"),
    "lost bytes as GBK": ("锟斤拷有限公司", "mojibake"),
    "letters of a formula": ("𝐀cme", "ornaments"),
    "picture": ("Acme 🚀", "ornaments"),
    "piled marks": ("A\u0363\u0364\u0365\u0366cme", "ornaments"),
    "no letter": ("123 456", "no_letter"),
    "nothing but spaces": ("\u3000 \u00a0", "empty"),
    "too long": ("A" * 201, "too_long"),
    "far too long": ("A" * 1_000_000, "too_long"),
}


@pytest.mark.parametrize("written", HONEST)
def test_an_honest_name_stays_as_it_is_written(written: str) -> None:
    assert names.name(written) == unicodedata.normalize("NFC", written)


@pytest.mark.parametrize(("written", "code"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_name_that_deceives_is_refused_by_what_is_wrong_with_it(written: str, code: str) -> None:
    with pytest.raises(names.UnfitTextError) as refused:
        names.name(written)
    assert refused.value.code == code
    assert written not in str(refused.value)


def test_an_accent_in_two_characters_is_the_same_name() -> None:
    assert names.name("Jose\u0301") == names.name("José") == "José"


def test_spaces_of_any_kind_become_one() -> None:
    assert names.name("  王\u3000小明 ") == "王 小明"


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=40))
def test_whatever_is_kept_hides_nothing_and_stays_as_it_is(text: str) -> None:
    try:
        kept = names.name(text)
    except names.UnfitTextError:
        return
    assert names.name(kept) == kept
    assert all(unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co") for character in kept)
    assert 1 <= len(kept) <= names.MOST_CHARACTERS


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(HONEST))
def test_what_was_read_in_the_wrong_encoding_is_never_kept(written: str) -> None:
    misread = written.encode().decode("latin-1")
    if misread != written:
        with pytest.raises(names.UnfitTextError):
            names.name(misread)


@pytest.mark.parametrize(
    ("written", "kept"),
    [("+1 202-555-0123", "+12025550123"), ("+86 (10) 6552 9988", "+861065529988"), ("+442079460000", "+442079460000")],
)
def test_telephone_numbers_have_one_form(written: str, kept: str) -> None:
    assert names.phone(written) == kept


@pytest.mark.parametrize("written", ["2025550123", "+0123456789", "+1 202 555 0123 ext 4", "+" + "1" * 16, "+1" * 200])
def test_a_telephone_number_without_its_country_is_none(written: str) -> None:
    with pytest.raises(names.UnfitTextError):
        names.phone(written)


def test_the_domain_of_an_address_is_in_lower_case_and_the_rest_as_written() -> None:
    assert names.email("Jane.Doe+credit@Example.COM") == "Jane.Doe+credit@example.com"


@pytest.mark.parametrize("written", ["x", "@example.com", "a@b", "a b@example.com", "a@exa\u200bmple.com", "a@" * 99])
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(names.UnfitTextError):
        names.email(written)
