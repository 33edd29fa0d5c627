"""Groups by exact shares, the same as by the definition taken literally, whatever goes in circles."""

from collections.abc import Collection
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain.ownership import Edge, Holding, Ownership, group_of, most_held, worth_knowing

PARTIES = "abcdefgh"


def edge(owner: str, owned: str, share: str | None) -> Edge:
    return Edge(owner, owned, None if share is None else Decimal(share), owned)


def controlled_by(controller: str, edges: Collection[Edge]) -> set[str]:
    """Whom a party controls, by the definition: again and again, until nothing is added."""
    found: set[str] = set()
    while True:
        holders = {controller, *found}
        more = set()
        for company in PARTIES:
            into = [one for one in edges if one.owned_id == company and one.owner_id in holders]
            into = [one for one in into if one.owner_id != company]
            held = sum((Fraction(one.share) for one in into if one.share is not None), Fraction(0))
            if held > 50 or any(one.share is None for one in into):
                more.add(company)
        more -= {controller}
        if more <= found:
            return found
        found |= more


def literal_group(party: str, edges: Collection[Edge]) -> set[str]:
    links = {(one, other) for one in PARTIES for other in controlled_by(one, edges)}
    group = {party}
    while True:
        grown = group | {b for a, b in links if a in group} | {a for a, b in links if b in group}
        if grown == group:
            return group
        group = grown


SHARES = st.sampled_from(["0.0001", "10", "20", "25", "30", "50", "50.0001", "51", "100", None])
EDGES = st.lists(
    st.tuples(st.sampled_from(PARTIES), st.sampled_from(PARTIES), SHARES), max_size=16, unique_by=lambda one: one[:2]
).map(lambda found: [edge(*one) for one in found if one[0] != one[1]])


@settings(max_examples=300, deadline=None)
@given(EDGES, st.sampled_from(PARTIES))
def test_a_group_is_who_the_definition_says(edges: list[Edge], party: str) -> None:
    group = group_of(party, edges)
    assert set(group.members) == literal_group(party, edges)
    for control in group.controls:
        assert control.controlled_id in controlled_by(control.controller_id, edges)
        assert control.share is None or control.share > 50
    assert group.paths is not None
    links = {(holder, one.controlled_id) for one in group.controls for holder in one.through}
    for member, path in group.paths.items():
        assert (path[0], path[-1]) == (party, member)
        assert all((a, b) in links or (b, a) in links for a, b in pairwise(path))


@settings(max_examples=300, deadline=None)
@given(EDGES, st.sampled_from(PARTIES))
def test_looking_only_at_what_matters_finds_the_same_group(edges: list[Edge], party: str) -> None:
    known: set[Edge] = set()
    while True:
        owners, holdings = worth_knowing(group_of(party, known), known)
        found = {one for one in edges if one.owned_id in owners or one.owner_id in holdings}
        if found <= known:
            break
        known |= found
    assert group_of(party, known).members == group_of(party, edges).members


@settings(max_examples=200, deadline=None)
@given(EDGES)
def test_everybody_in_a_group_has_the_same_group(edges: list[Edge]) -> None:
    for party in PARTIES:
        members = group_of(party, edges).members
        assert {group_of(member, edges).members for member in members} == {members}


def test_half_is_not_control_and_a_ten_thousandth_of_a_percent_more_is() -> None:
    assert group_of("a", [edge("a", "b", "50.0000")]).members == ("a",)
    assert group_of("a", [edge("a", "b", "50.0001")]).members == ("a", "b")


def test_what_a_controlled_company_holds_counts_as_ones_own() -> None:
    edges = [edge("a", "b", "51"), edge("a", "c", "30"), edge("b", "c", "20.0001")]
    group = group_of("c", edges)
    assert group.members == ("a", "b", "c")
    (through,) = [one for one in group.controls if one.controlled_id == "c"]
    assert (through.share, through.through) == (Decimal("50.0001"), ("a", "b"))


def test_minority_shares_in_a_circle_are_named_and_make_no_group() -> None:
    group = group_of("a", [edge("a", "b", "20"), edge("b", "c", "20"), edge("c", "a", "20")])
    assert group.members == ("a",)
    assert group.circles == (("a", "b", "c"),)


def test_control_is_told_of_those_at_the_top_with_who_holds_what() -> None:
    controls = group_of("c", [edge("a", "b", "51"), edge("b", "c", "60"), edge("x", "c", "40")]).controls
    assert [(one.controller_id, one.controlled_id, one.through) for one in controls] == [
        ("a", "b", ("a",)),
        ("a", "c", ("b",)),
    ]


def test_majorities_in_a_circle_end() -> None:
    group = group_of("a", [edge("a", "b", "60"), edge("b", "a", "60")])
    assert group.members == ("a", "b")
    assert group.circles == (("a", "b"),)


def test_records_of_one_company_that_state_the_same_are_not_added_up() -> None:
    twice = [Edge("a", "b", Decimal(30), "b"), Edge("a", "b", Decimal(30), "b, merged")]
    assert group_of("a", twice).members == ("a",)


def test_a_long_chain_is_followed_to_its_end() -> None:
    chain = [edge(str(place), str(place + 1), "51") for place in range(2_000)]
    assert len(group_of("1999", chain).members) == 2_001


def test_a_group_with_too_much_control_in_it_ends_and_says_so() -> None:
    chain = [edge(str(place), str(place + 1), "51") for place in range(900)]
    tops = [edge(f"top {place}", "0", None) for place in range(900)]
    group = group_of("5", [*chain, *tops])
    assert not group.complete
    assert len(group.controls) < 10_000


def stated(share: str, start: str, end: str | None = None) -> Ownership:
    to = None if end is None else date.fromisoformat(end)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Ownership(
        "", "a", "b", Holding.OWNERSHIP, Decimal(share), date.fromisoformat(start), to, "registry", "x", now
    )


def test_the_day_on_which_most_is_held_is_found_between_beginnings_and_ends() -> None:
    known = [stated("60", "2020-01-01", "2021-01-01"), stated("30", "2020-06-01"), stated("40", "2021-01-01")]
    assert most_held(known, date(2019, 1, 1), None) == (Decimal(90), date(2020, 6, 1))
    assert most_held(known, date(2021, 1, 1), None) == (Decimal(70), date(2021, 1, 1))
    assert most_held(known, date(2020, 1, 1), date(2020, 6, 1)) == (Decimal(60), date(2020, 1, 1))


@pytest.mark.parametrize("day", [date(2020, 1, 1), date(2020, 12, 31)])
def test_an_ownership_holds_from_its_first_day_to_the_day_before_its_end(day: date) -> None:
    assert stated("10", "2020-01-01", "2021-01-01").holds_on(day)
    assert not stated("10", "2020-01-01", "2021-01-01").holds_on(date(2021, 1, 1))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 20), st.integers(0, 20)), max_size=6),
    st.integers(0, 20),
    st.integers(1, 20),
)
def test_no_day_holds_more_than_the_most(spans: list[tuple[int, int, int]], first: int, length: int) -> None:
    origin = date(2020, 1, 1).toordinal()
    known = [
        stated(str(share), date.fromordinal(origin + a).isoformat(), date.fromordinal(origin + a + b).isoformat())
        for share, a, b in spans
    ]
    start, end = date.fromordinal(origin + first), date.fromordinal(origin + first + length)
    days = [date.fromordinal(origin + first + place) for place in range(length)]
    sums = [sum(one.share or 0 for one in known if one.holds_on(day)) for day in days]
    assert most_held(known, start, end)[0] == max(sums)
