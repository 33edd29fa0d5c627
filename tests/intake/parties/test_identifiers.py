"""Identifiers in one form, checked by their own digits."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain.identifiers import SCHEMES, is_strong, masked, normalise

KNOWN = {
    "lei": ("213800KUD8LAJWSQ9D15", "213800KUD8LAJWSQ9D15"),
    "duns": ("15-048-3782", "150483782"),
    "cn-uscc": ("91110000600037341l", "91110000600037341L"),
    "cn-ric": ("11010219840406970x", "11010219840406970X"),
    "us-ein": ("91-1144442", "911144442"),
    "us-ssn": ("536-90-4399", "536904399"),
    "au-abn": ("83 914 571 673", "83914571673"),
    "br-cnpj": ("16.727.230/0001-97", "16727230000197"),
    "ch-uid": ("CHE-100.155.212", "CHE100155212"),
    "dk-cvr": ("DK 13585628", "13585628"),
    "ee-regcode": ("12345678", "12345678"),
    "fi-ytunnus": ("2077474-0", "20774740"),
    "fr-siren": ("552 008 443", "552008443"),
    "gb-crn": ("sc123456", "SC123456"),
    "in-pan": ("ACUPA7085R", "ACUPA7085R"),
    "jp-cn": ("5-8356-7825-6246", "5835678256246"),
    "kr-brn": ("116-82-00276", "1168200276"),
    "no-orgnr": ("988 077 917", "988077917"),
    "se-orgnr": ("1234567897", "1234567897"),
    "be-nn": ("85.07.30-033 28", "85073003328"),
    "br-cpf": ("390.533.447-05", "39053344705"),
    "ca-sin": ("123-456-782", "123456782"),
    "de-idnr": ("36 574 261 809", "36574261809"),
    "es-dni": ("54362315-K", "54362315K"),
    "es-nie": ("x-2482300w", "X2482300W"),
    "fi-hetu": ("131052-308T", "131052-308T"),
    "fr-nir": ("2 95 10 99 126 111 93", "295109912611193"),
    "it-cf": ("RCCMNL83S18D969H", "RCCMNL83S18D969H"),
    "nl-bsn": ("1112.22.333", "111222333"),
    "no-fnr": ("151086 95088", "15108695088"),
    "pl-pesel": ("44051401359", "44051401359"),
    "se-pnr": ("880320-0016", "880320-0016"),
    "at-vat": ("AT U13585627", "U13585627"),
    "be-vat": ("BE 428759497", "0428759497"),
    "de-vat": ("DE 136,695 976", "136695976"),
    "es-vat": ("ES B-58378431", "B58378431"),
    "fr-vat": ("Fr 40 303 265 045", "40303265045"),
    "gb-vat": ("GB 980 7806 84", "980780684"),
    "it-vat": ("IT 00743110157", "00743110157"),
    "nl-vat": ("004495445B01", "004495445B01"),
    "pl-vat": ("PL 8567346215", "8567346215"),
}
"""Numbers from the schemes' own documentation, as python-stdnum quotes it, and how they are kept."""


@pytest.mark.parametrize(("scheme", "written", "kept"), [(scheme, *pair) for scheme, pair in KNOWN.items()])
def test_a_number_is_kept_in_one_form_however_it_is_written(scheme: str, written: str, kept: str) -> None:
    assert normalise(scheme, written).value == kept
    assert normalise(scheme, kept).value == kept


_CHECKED = ("lei", "cn-uscc", "cn-ric", "fr-siren", "jp-cn", "de-idnr", "pl-pesel", "ca-sin", "es-dni", "ch-uid")


@pytest.mark.parametrize("scheme", _CHECKED)
def test_a_mistyped_digit_is_found(scheme: str) -> None:
    kept = KNOWN[scheme][1]
    for place, character in enumerate(kept):
        if character.isdigit():
            mistyped = f"{kept[:place]}{(int(character) + 1) % 10}{kept[place + 1 :]}"
            with pytest.raises(ValueError, match=r"form or its check digits"):
                normalise(scheme, mistyped)


def test_numbers_that_are_never_issued_are_taken_in_because_the_sandbox_has_them() -> None:
    assert normalise("us-ssn", "666-00-0001").value == "666000001"


def test_a_resident_of_a_county_that_is_gone_keeps_the_number() -> None:
    assert normalise("cn-ric", "123456199001011233").value == "123456199001011233"


def test_a_birth_date_that_never_was_is_found_in_a_resident_number() -> None:
    with pytest.raises(ValueError, match="check digits"):
        normalise("cn-ric", "110102198402306976")


@pytest.mark.parametrize("written", ["880320-0016", "8803200016", "19880320-0016", "198803200016"])
def test_a_swedish_number_is_the_same_with_and_without_its_century(written: str) -> None:
    assert normalise("se-pnr", written).value == "880320-0016"


def test_a_number_shared_by_a_group_of_companies_identifies_nobody_alone() -> None:
    assert not is_strong("de-vat")
    assert is_strong("lei")
    assert not is_strong("no such scheme")


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(SCHEMES)), st.text(max_size=60))
def test_whatever_is_written_is_kept_in_a_clean_form_or_refused_without_being_repeated(scheme: str, text: str) -> None:
    try:
        found = normalise(scheme, text)
    except ValueError as error:
        assert len(text.strip()) < 4 or text not in str(error)
    else:
        assert found.value.isascii()
        assert normalise(scheme, found.value) == found


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(KNOWN)), st.data())
def test_separators_and_case_make_no_difference(scheme: str, data: st.DataObject) -> None:
    kept = KNOWN[scheme][1]
    spaces = data.draw(st.lists(st.sampled_from(["", " "]), min_size=len(kept), max_size=len(kept)))
    written = "".join(space + character for space, character in zip(spaces, kept, strict=True))
    if scheme not in ("fi-hetu", "se-pnr") and len(written) <= 40:
        assert normalise(scheme, written.lower()).value == kept


@pytest.mark.parametrize("scheme", sorted(KNOWN))
def test_only_the_last_characters_of_a_number_are_shown(scheme: str) -> None:
    identifier = normalise(scheme, KNOWN[scheme][0])
    shown = masked(identifier).removeprefix("***")
    assert len(shown) == 4
    assert identifier.value.endswith(shown)


def test_every_scheme_has_a_name_in_both_languages() -> None:
    for scheme in SCHEMES.values():
        assert scheme.label
        assert any("\u4e00" <= character <= "\u9fff" for character in scheme.label_zh)
