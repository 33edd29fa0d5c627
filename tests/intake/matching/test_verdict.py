"""Who is taken for whom: what agrees and what doesn't, weighed."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain.matching import Verdict, compare, keys_of, traits_of
from services.intake.domain.party import Address, PartyKind, Profile
from tests.intake.matching.given import BORN, COMPANY, HERE, PERSON, PHONE, THERE, compared, profile, verdict

_TAX = {"us-ssn": "078051120"}
_VAT = {"de-vat": "136695976"}
_LEI, _OTHER_LEI = {"lei": "5493001KJTIIGC8Y1R12"}, {"lei": "213800WSGIIZCXF1P572"}


def test_the_same_number_is_the_same_party_however_it_is_called_now() -> None:
    found = verdict(COMPANY, profile("Acme Robotics GmbH", ids=_LEI), profile("ACME ROBOTICS", at=HERE, ids=_LEI))
    assert found.verdict is Verdict.EXACT_DUPLICATE
    assert "identifier_same" in found.candidates[0].grounds


def test_the_same_number_under_quite_another_name_is_for_a_person_to_look_at() -> None:
    found = verdict(PERSON, profile("John Smith", ids=_TAX), profile("Maria Gonzalez", ids=_TAX))
    assert found.verdict is Verdict.POSSIBLE_DUPLICATE


def test_companies_with_the_same_name_and_different_numbers_are_two() -> None:
    one, other = profile("Acme Robotics", at=HERE, ids=_LEI), profile("Acme Robotics", at=HERE, ids=_OTHER_LEI)
    assert verdict(COMPANY, one, other).verdict is Verdict.UNIQUE


def test_one_wrong_figure_in_a_number_does_not_make_another_person() -> None:
    one = profile("John Smith", at=HERE, born=BORN, ids=_TAX)
    found = verdict(PERSON, one, profile("John Smith", at=HERE, born=BORN, ids={"us-ssn": "078051121"}))
    assert found.verdict is Verdict.POSSIBLE_DUPLICATE


def test_numbers_of_different_schemes_say_nothing_of_each_other() -> None:
    grounds = compared(COMPANY, profile("Acme", ids=_LEI), profile("Acme", ids={"duns": "150483782"})).grounds
    assert not [ground for ground in grounds if ground.startswith("identifier")]


def test_sister_companies_that_share_a_vat_number_are_others() -> None:
    one = profile("Acme Holding GmbH", at=HERE, born=BORN, ids=_VAT)
    assert verdict(COMPANY, one, profile("Acme Leasing GmbH", at=HERE, born=BORN, ids=_VAT)).verdict is Verdict.UNIQUE
    assert verdict(COMPANY, one, profile("Bauer Fenster GmbH", at=HERE, ids=_VAT)).verdict is Verdict.UNIQUE


def test_companies_of_one_name_that_share_a_vat_number_are_for_a_person_to_look_at() -> None:
    partner, partnership = (profile(f"Acme {form}", at=HERE, ids=_VAT) for form in ("GmbH", "GmbH & Co. KG"))
    assert verdict(COMPANY, partner, partnership).verdict is Verdict.POSSIBLE_DUPLICATE
    found = verdict(COMPANY, profile("Acme GmbH", ids=_VAT), profile("ACME", ids=_VAT))
    assert found.verdict is Verdict.POSSIBLE_DUPLICATE
    assert found.candidates[0].grounds == ("name_same", "shared_identifier_same")


def test_different_numbers_of_companies_outweigh_a_vat_number_that_they_share() -> None:
    one, other = profile("Acme", at=HERE, ids=_VAT | _LEI), profile("Acme", at=HERE, ids=_VAT | _OTHER_LEI)
    assert verdict(COMPANY, one, other).verdict is Verdict.UNIQUE
    renamed = profile("Acme", at=HERE, ids=_LEI | {"de-vat": "129273398"})
    assert verdict(COMPANY, one, renamed).verdict is Verdict.EXACT_DUPLICATE


def test_only_a_number_that_one_party_has_makes_others_wait_for_it() -> None:
    keys = keys_of(traits_of(COMPANY, profile("Acme", ids=_VAT | _LEI)))
    assert [key.text for key in keys if key.is_strong] == ["company|id|lei|5493001KJTIIGC8Y1R12"]
    assert "company|id|de-vat|136695976" in [key.text for key in keys]


def test_a_person_with_the_same_name_birthday_and_address_is_the_same() -> None:
    one, other = profile("Anna Müller", at=HERE, born=BORN), profile("MUELLER, Anna", at=HERE, born=BORN)
    assert verdict(PERSON, one, other).verdict is Verdict.EXACT_DUPLICATE


def test_a_person_who_has_moved_is_a_possible_duplicate() -> None:
    one, other = profile("Anna Müller", at=HERE, born=BORN), profile("Anna Müller", at=THERE, born=BORN)
    assert verdict(PERSON, one, other).verdict is Verdict.POSSIBLE_DUPLICATE


@pytest.mark.parametrize("name", ["Hans Müller", "Johanna Müller", "Maria Müller"])
def test_a_family_at_one_address_with_one_telephone_is_more_than_one_person(name: str) -> None:
    one = profile("Anna Müller", at=HERE, born=BORN, phone=PHONE)
    other = profile(name, at=HERE, born=date(1986, 11, 20), phone=PHONE)
    assert verdict(PERSON, one, other).verdict is Verdict.UNIQUE


def test_twins_are_two_persons() -> None:
    one = profile("王小明", at=HERE, born=BORN, phone=PHONE)
    assert verdict(PERSON, one, profile("王小红", at=HERE, born=BORN, phone=PHONE)).verdict is Verdict.UNIQUE


def test_father_and_son_of_one_name_are_never_taken_for_one_without_a_person_looking() -> None:
    father, son = profile("John Smith", at=HERE, phone=PHONE, born=BORN), profile("John Smith", at=HERE, phone=PHONE)
    assert verdict(PERSON, father, son).verdict is Verdict.POSSIBLE_DUPLICATE
    grown = profile("John Smith", at=HERE, phone=PHONE, born=date(2007, 8, 19))
    assert verdict(PERSON, father, grown).verdict is Verdict.UNIQUE


def test_a_name_alone_is_nobody_in_particular() -> None:
    assert verdict(PERSON, profile("王伟"), profile("王伟", at=HERE, born=BORN)).verdict is Verdict.UNIQUE
    found = verdict(COMPANY, profile("Acme Robotics"), profile("Acme Robotics GmbH", at=HERE))
    assert found.verdict is Verdict.POSSIBLE_DUPLICATE


def test_namesakes_in_another_city_are_others() -> None:
    one, other = profile("Acme Robotics GmbH", at=HERE), profile("Acme Robotics GmbH", at=THERE)
    assert verdict(COMPANY, one, other).verdict is Verdict.UNIQUE


def test_sister_companies_at_one_address_are_others() -> None:
    one = profile("Acme Holding GmbH", at=HERE, phone=PHONE, born=BORN)
    other = profile("Acme Leasing GmbH", at=HERE, phone=PHONE, born=BORN)
    assert verdict(COMPANY, one, other).verdict is Verdict.UNIQUE


def test_day_and_month_in_the_other_order_are_a_similar_date() -> None:
    one, other = profile("Anna Müller", born=BORN), profile("Anna Müller", born=date(1984, 5, 3))
    assert "born_similar" in compared(PERSON, one, other).grounds


_LEEDS = ("Leeds", "LS1 4AB", "GB")


@pytest.mark.parametrize(
    ("one", "other", "ground"),
    [
        (("Hauptstraße 5", "München", "80331", "DE"), ("HAUPTSTR. 5", "Munchen", "80331", "DE"), "address_same"),
        (("12 Station Road", *_LEEDS), ("Flat 3, 12 Station Rd", "Leeds", "LS14AB", "GB"), "address_same"),
        (("12 Station Road", *_LEEDS), ("14 Station Road", *_LEEDS), "address_same_postcode"),
        (("上海市世纪大道100号", "上海市", "200120", "CN"), ("世紀大道100號", "上海", "200120", "CN"), "address_same"),
        (
            ("世纪大道100号", "上海市", "200120", "CN"),
            ("100 Century Avenue", "Shanghai", "200120", "CN"),
            "address_same",
        ),
        (("12 Station Road", *_LEEDS), ("12 Station Road", "Leeds", "LS1 4AB", "US"), "address_differs"),
    ],
)
def test_addresses_are_compared_by_what_they_say(
    one: tuple[str, str, str, str], other: tuple[str, str, str, str], ground: str
) -> None:
    first, second = (
        profile("Acme", at=Address((line,), city, postcode, country)) for line, city, postcode, country in (one, other)
    )
    assert ground in compared(COMPANY, first, second).grounds


_TEXT = st.text("abc 12上海王", max_size=12)
_PROFILES = st.builds(
    profile,
    _TEXT,
    at=st.none() | st.builds(Address, st.tuples(_TEXT), _TEXT, _TEXT, st.sampled_from(["CN", "GB"])),
    born=st.none() | st.dates(date(1984, 3, 1), date(1984, 3, 9)),
    phone=st.none() | st.sampled_from([PHONE, "+447700900124"]),
    ids=st.dictionaries(st.sampled_from(["lei", "duns", "de-vat"]), st.sampled_from(["1", "2"])),
)


@given(st.sampled_from(PartyKind), _PROFILES, _PROFILES)
@settings(max_examples=150)
def test_two_parties_are_as_alike_as_the_same_two_the_other_way_round(
    kind: PartyKind, one: Profile, other: Profile
) -> None:
    first, second = traits_of(kind, one), traits_of(kind, other)
    assert compare(first, second) == compare(second, first)


@given(st.sampled_from(PartyKind), _PROFILES, _PROFILES)
@settings(max_examples=300)
def test_whoever_is_a_possible_duplicate_shares_a_key_and_so_is_found(
    kind: PartyKind, one: Profile, other: Profile
) -> None:
    if verdict(kind, one, other).verdict is not Verdict.UNIQUE:
        keys = [{key.text for key in keys_of(traits_of(kind, each))} for each in (one, other)]
        assert keys[0] & keys[1]


def test_a_profile_of_thousands_of_names_has_a_bounded_number_of_keys() -> None:
    crowd = profile(*(f"Name{number} Family{number}" for number in range(5000)), at=HERE, born=BORN)
    assert len(keys_of(traits_of(PERSON, crowd))) <= 100
