"""XBRL instances are read exactly, within bounds, and not beyond what they say."""

import io
from datetime import date
from decimal import Decimal

import pytest
from ixbrlparse import IXBRL

from services.intake.domain.statements.instance import spread_instance
from services.intake.domain.statements.spreading import Spread
from services.intake.domain.statements.statement import Unmapped
from services.intake.domain.statements.taxonomy import Standard
from services.intake.handlers.statements.xbrl import read_instance
from shared.errors import Refusal
from tests.intake.statements.files import context, duration, fact, inline, instance, instant

# The library calls a method of its own library by an old name.
pytestmark = pytest.mark.filterwarnings("ignore:.*findChildren:DeprecationWarning")

END = date(2024, 12, 31)


def spreading(raw: bytes, standard: Standard = Standard.US_GAAP, currency: str = "USD") -> Spread:
    return spread_instance(read_instance(raw), standard, currency, 12)


def minor(found: Spread) -> dict[str, int]:
    assert found.faults == []
    return {code: amount.minor for code, amount in found.periods[END].items()}


def refused(raw: bytes) -> str:
    with pytest.raises(Refusal) as refusal:
        read_instance(raw)
    return refusal.value.faults[0].code


def test_concepts_become_lines_and_the_rest_is_listed() -> None:
    raw = instance(
        [
            fact("gaap:Assets", "1000000"),
            fact("gaap:Revenues", "500000", "flow"),
            fact("gaap:RestructuringReserve", "7000"),
            fact("own:Assets", "8000"),
        ]
    )
    found = spreading(raw)
    assert minor(found) == {"assets": 100_000_000, "revenue": 50_000_000}
    assert found.unmapped == [Unmapped("RestructuringReserve", "/facts/2"), Unmapped("Assets", "/facts/3")]
    assert found.periods[END]["assets"].step_minor == 100_000


def test_values_are_exact_where_a_binary_fraction_would_not_be() -> None:
    (found,) = read_instance(instance([fact("gaap:Assets", "90071992547409.93", decimals="2")]))
    assert found.value == Decimal("90071992547409.93")


def test_the_library_finds_the_same_facts() -> None:
    facts = [fact("gaap:Assets", "1000000"), fact("gaap:Revenues", "500000", "flow"), fact("gaap:Goodwill", "-25")]
    theirs = IXBRL(io.BytesIO(instance(facts)))
    ours = read_instance(instance(facts))
    assert [(entry.name, entry.value) for entry in theirs.numeric] == [
        (entry.concept, float(entry.value)) for entry in ours
    ]


def test_a_fact_of_a_dimension_is_no_fact_of_the_company() -> None:
    member = '<xbrldi:explicitMember dimension="own:Segment">own:North</xbrldi:explicitMember>'
    more = context("north", instant(END), segment=f"<xbrli:segment>{member}</xbrli:segment>") + context(
        "south", instant(END), scenario=f"<xbrli:scenario>{member}</xbrli:scenario>"
    )
    raw = instance(
        [
            fact("gaap:Assets", "1", "north"),
            fact("gaap:Assets", "2", "south"),
            fact("gaap:Assets", "3"),
            fact("gaap:Revenues", "1", "flow"),
        ],
        more=more,
    )
    assert minor(spreading(raw))["assets"] == 300


def test_an_amount_per_share_is_no_amount() -> None:
    raw = instance([fact("gaap:Revenues", "1", "flow"), fact("gaap:Goodwill", "2.5", unit="per_share")])
    assert minor(spreading(raw)) == {"revenue": 100}


def test_a_fact_that_is_nil_is_missing() -> None:
    nil = '<gaap:Goodwill contextRef="end" unitRef="usd" xsi:nil="true"/>'
    assert minor(spreading(instance([nil, fact("gaap:Revenues", "1", "flow")]))) == {"revenue": 100}


def test_a_quarter_is_not_the_year() -> None:
    more = context("quarter", duration(date(2024, 10, 1), END))
    raw = instance([fact("gaap:Revenues", "1", "quarter"), fact("gaap:Revenues", "5", "flow")], more=more)
    assert minor(spreading(raw)) == {"revenue": 500}


def test_the_most_precise_of_several_statements_counts_and_contradictions_are_named() -> None:
    agreeing = [fact("gaap:Revenues", "1000000", "flow", decimals="-6"), fact("gaap:Revenues", "1234000", "flow")]
    assert minor(spreading(instance(agreeing))) == {"revenue": 123_400_000}
    contradicting = [fact("gaap:Revenues", "1000000", "flow"), fact("gaap:Revenues", "1234000", "flow")]
    assert [fault.code for fault in spreading(instance(contradicting)).faults] == ["stated_twice"]


def test_the_preferred_of_several_concepts_counts_in_whatever_order() -> None:
    facts = [fact("gaap:NetIncomeLoss", "1", "flow"), fact("gaap:ProfitLoss", "2", "flow")]
    assert minor(spreading(instance(facts))) == minor(spreading(instance(facts[::-1]))) == {"net_income": 200}


def test_inline_facts_have_their_format_scale_and_sign() -> None:
    raw = inline(
        '<p>Revenue <ix:nonFraction name="ifrs-full:Revenue" contextRef="flow" unitRef="eur" decimals="-3" scale="3"'
        ' format="ixt:num-dot-decimal">1,234</ix:nonFraction>'
        ' loss (<ix:nonFraction name="ifrs-full:ProfitLoss" contextRef="flow" unitRef="eur" decimals="0" sign="-"'
        ' format="ixt:num-comma-decimal">1.234,00</ix:nonFraction>)'
        ' none <ix:nonFraction name="ifrs-full:Goodwill" contextRef="end" unitRef="eur" decimals="0"'
        ' format="ixt:fixed-zero">-</ix:nonFraction></p>'
    )
    found = spreading(raw, Standard.IFRS, "EUR")
    assert minor(found) == {"revenue": 123_400_000, "net_income": -123_400, "goodwill": 0}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "unreadable"),
        (b"<a>", "unreadable"),
        (b"<a/>", "unreadable"),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', "unreadable"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "document_type"),
        (b'<!DOCTYPE x SYSTEM "http://example.com/x.dtd"><x/>', "document_type"),
        (b"<a>" * 200 + b"</a>" * 200, "too_large"),
        (b"<a>" + b"<b/>" * 200_000 + b"</a>", "too_large"),
        (instance([fact("gaap:Assets", "1")] * 10_001), "too_large"),
        (instance([fact("gaap:Assets", "12 monkeys")]), "invalid_amount"),
        (instance([fact("gaap:Assets", "1e400")]), "invalid_amount"),
        (instance([fact("gaap:Assets", "1", where="nowhere")]), "no_context"),
        (instance([fact("gaap:Assets", "1", decimals="many")]), "invalid_amount"),
    ],
)
def test_an_instance_that_cannot_be_trusted_is_refused(raw: bytes, code: str) -> None:
    assert refused(raw) == code


def test_half_an_instance_is_refused_and_not_read_as_far_as_it_goes() -> None:
    raw = instance([fact("gaap:Assets", "1"), fact("gaap:Revenues", "1", "flow")])
    assert refused(raw[: len(raw) - 40]) == "unreadable"


def test_an_instance_in_another_currency_says_nothing() -> None:
    assert spreading(instance([fact("gaap:Revenues", "1", "flow")]), currency="EUR").periods == {}


def test_a_period_starts_where_the_instance_says() -> None:
    more = context("weeks", duration(date(2023, 10, 1), date(2024, 9, 28)))
    found = spreading(instance([fact("gaap:Revenues", "1", "weeks")], more=more))
    assert found.starts == {date(2024, 9, 28): date(2023, 10, 1)}
