"""Names that are one name however they are written, and names that are not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain.matching.names import company_likeness, company_name, person_likeness, person_name

_SAME_COMPANY = [
    ("臺灣積體電路製造股份有限公司", "台湾积体电路制造"),
    ("臺灣積體電路製造股份有限公司", "Taiwan Jiti Dianlu Zhizao Gufen Youxian Gongsi"),
    ("台湾积体电路制造", "Tai Wan Ji Ti Dian Lu Zhi Zao Co., Ltd."),
    ("上海华信贸易有限公司", "上海華信貿易有限責任公司"),
    ("上海华信贸易有限公司", "华信贸易(上海)有限公司"),
    ("上海华信贸易有限公司", "Shanghai Huaxin Trading Co., Ltd."),
    ("上海华信贸易有限公司", "SHANGHAI HUAXIN MAOYI YOUXIAN GONGSI"),
    ("华信集团", "华信集团股份有限公司"),
    ("Kowalski Handel Sp. z o.o.", "KOWALSKI HANDEL SPÓŁKA Z O.O."),
    ("Müller & Söhne GmbH & Co. KG", "Mueller und Soehne"),
    ("Müller & Söhne GmbH & Co. KG", "MULLER AND SOHNE GMBH"),
    ("Acme Robotics, Inc.", "ACME ROBOTICS"),
    ("Acme Robotics, Inc.", "Robotics Acme Incorporated"),
    ("Société Générale S.A.", "Societe Generale"),
    ("O'Neill Haulage Limited", "ONEILL HAULAGE LTD"),
    ("Blue Stone Capital LLC", "Bluestone Capital"),
    ("ACME\u200b RO\u202eBOTICS", "Acme Robotics"),
    ("ＡＣＭＥ　Ｒｏｂｏｔｉｃｓ", "Acme Robotics"),
    ("0live Foods Ltd", "Olive Food Limited"),
    ("OOO Romashka", "Romashka"),
    ("3M Company", "3M"),
    ("株式会社日立製作所", "日立製作所"),
]
_OTHER_COMPANY = [
    ("Acme Holding GmbH", "Acme Leasing GmbH"),
    ("Acme Robotics GmbH", "Acme Robotics Holding GmbH"),
    ("华信控股有限公司", "华信租赁有限公司"),
    ("上海华信贸易有限公司", "上海华鑫贸易有限公司"),
    ("Blue Mountain Books Ltd", "Blue Mountain Foods Ltd"),
    ("Growth Fund 1 LP", "Growth Fund 2 LP"),
    ("华信贸易有限公司", "华信贸易有限公司北京分公司"),
    ("Apex Trading Ltd", "Vertex Trading Ltd"),
]
_SAME_PERSON = [
    ("Anna Maria Müller", "MUELLER, Anna Maria"),
    ("Anna-Maria Müller", "Annamaria Muller"),
    ("Dr. Johannes Weber", "Johannes Weber"),
    ("John Smith", "J. Smith"),
    ("Krzysztof Wójcik", "Krzystof Wojcik"),
    ("王小明", "王小明先生"),
    ("劉偉", "刘伟"),
    ("王小明", "Wang Xiaoming"),
    ("王小明", "Xiao Ming WANG"),
    ("王小明", "WANG, Xiaoming"),
    ("王小明", "David Wang Xiaoming"),
]
_OTHER_PERSON = [
    ("Anna Müller", "Hans Müller"),
    ("John Smith", "John Brown"),
    ("王小明", "王小红"),
    ("王小明", "Wang Xiaohong"),
    ("John Smith", "Smith"),
]


@pytest.mark.parametrize(("one", "other"), _SAME_COMPANY)
def test_a_company_is_known_however_its_name_is_written(one: str, other: str) -> None:
    assert _of_companies(one, other) >= 850


@pytest.mark.parametrize(("one", "other"), _OTHER_COMPANY)
def test_a_word_or_a_number_that_tells_companies_apart_does_so(one: str, other: str) -> None:
    assert _of_companies(one, other) <= 600


@pytest.mark.parametrize(("one", "other"), _SAME_PERSON)
def test_a_person_is_known_however_the_name_is_written(one: str, other: str) -> None:
    assert _of_persons(one, other) >= 850


@pytest.mark.parametrize(("one", "other"), _OTHER_PERSON)
def test_a_given_name_counts_as_much_as_the_family_name(one: str, other: str) -> None:
    assert _of_persons(one, other) <= 600


_ANY = st.text(max_size=40) | st.text("abcdeil01 .,-&'上海华信贸易有限公司集团王明控股Üß\u200b", max_size=30)


@given(_ANY, _ANY)
@settings(max_examples=200)
def test_any_two_texts_are_compared_alike_either_way_round(one: str, other: str) -> None:
    for likeness in (_of_companies, _of_persons):
        found = likeness(one, other)
        assert 0 <= found <= 1000
        assert found == likeness(other, one)


@given(_ANY)
@settings(max_examples=200)
def test_whatever_is_left_of_a_name_is_like_itself(text: str) -> None:
    for name, likeness in ((company_name(text), company_likeness), (person_name(text), person_likeness)):
        assert name is None or likeness(name, name) == 1000


@given(
    st.sampled_from(["Acme Robotics", "上海华信贸易", "Müller Söhne"]), st.sampled_from(["\u200b", "\u202e", "\ufeff"])
)
def test_characters_that_cannot_be_seen_make_no_other_name(name: str, hidden: str) -> None:
    assert _of_companies(name, hidden.join(name)) == 1000


def test_a_name_without_anything_to_compare_is_none() -> None:
    assert company_name("\u200b ... ") is None
    assert person_name("—") is None


def test_a_name_that_is_nothing_but_a_legal_form_is_still_a_name() -> None:
    assert _of_companies("Limited", "Limited") == 1000
    assert _of_companies("Limited", "Incorporated") <= 600
    assert _of_companies("有限公司", "集团") <= 600


def test_a_name_of_a_hundred_thousand_characters_is_compared_by_its_beginning() -> None:
    assert _of_companies("acme robotics " * 10_000, "Acme Robotics " * 10_000) == 1000


def _of_companies(one: str, other: str) -> int:
    first, second = company_name(one), company_name(other)
    return company_likeness(first, second) if first and second else 0


def _of_persons(one: str, other: str) -> int:
    first, second = person_name(one), person_name(other)
    return person_likeness(first, second) if first and second else 0
