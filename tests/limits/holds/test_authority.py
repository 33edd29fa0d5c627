"""What an officer's authority reaches to."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given as every
from hypothesis import strategies as st

from services.limits.domain.account import Account
from services.limits.domain.authority import Authority, Bound, exceeded, group_exposure, objection, standing
from services.limits.domain.rates import Rates
from shared.money import Money
from tests.limits.holds.given import NOW

DAY = timedelta(days=1)
ANY = Authority(
    product=None,
    max_amount=Money(10_000, "EUR"),
    max_exposure=Money(50_000, "EUR"),
    second_release_above=Money(8_000, "EUR"),
    max_days=30,
    valid_from=NOW,
    valid_to=NOW + 100 * DAY,
)
TRADE = replace(ANY, product="trade-credit", max_amount=Money(3_000, "EUR"))


def test_an_authority_for_the_product_speaks_before_one_for_any() -> None:
    assert standing([ANY, TRADE], "trade-credit", "EUR", NOW) == TRADE
    assert standing([ANY, TRADE], "leasing", "EUR", NOW) == ANY


def test_an_authority_speaks_while_it_is_valid_and_for_its_currency_only() -> None:
    assert standing([ANY], "leasing", "EUR", NOW - DAY) is None
    assert standing([ANY], "leasing", "EUR", NOW + 100 * DAY) is None
    assert standing([ANY], "leasing", "USD", NOW) is None
    assert standing([], "leasing", "EUR", NOW) is None


def test_the_authority_that_became_valid_last_takes_the_place_of_the_one_before() -> None:
    lower = replace(ANY, max_amount=Money(1, "EUR"), valid_from=NOW + DAY)
    assert standing([lower, ANY], "leasing", "EUR", NOW) == ANY
    assert standing([lower, ANY], "leasing", "EUR", NOW + DAY) == lower


@pytest.mark.parametrize(
    ("authority", "amount_minor", "exposure_minor", "days", "bound"),
    [
        (None, 1, 1, 1, Bound.NO_AUTHORITY),
        (ANY, 10_000, 50_000, 30, None),
        (ANY, 10_001, 50_000, 30, Bound.MAX_AMOUNT),
        (ANY, 10_000, 50_001, 30, Bound.MAX_EXPOSURE),
        (ANY, 10_000, 50_000, 31, Bound.MAX_DAYS),
        (ANY, 10_000, None, 30, Bound.NO_RATE),
    ],
)
def test_a_release_beyond_any_bound_is_beyond_authority(
    authority: Authority | None, amount_minor: int, exposure_minor: int | None, days: int, bound: Bound | None
) -> None:
    assert exceeded(authority, Money(amount_minor, "EUR"), exposure_minor, NOW + days * DAY, NOW) == bound


def test_a_second_officer_is_needed_above_what_was_said() -> None:
    assert not ANY.needs_second(Money(8_000, "EUR"))
    assert ANY.needs_second(Money(8_001, "EUR"))
    assert not replace(ANY, second_release_above=None).needs_second(Money(10_000, "EUR"))


AMOUNTS = st.integers(1, 20_000)


@every(st.lists(AMOUNTS, min_size=1, max_size=4), AMOUNTS)
def test_authorities_never_add_up(bounds: list[int], amount_minor: int) -> None:
    held = [replace(ANY, max_amount=Money(bound, "EUR"), valid_from=NOW - n * DAY) for n, bound in enumerate(bounds)]
    authority = standing(held, "leasing", "EUR", NOW)
    if exceeded(authority, Money(amount_minor, "EUR"), amount_minor, NOW + DAY, NOW) is None:
        assert amount_minor <= max(bounds)


def root(posted_minor: int, reserved_minor: int, currency: str = "EUR") -> Account:
    return Account("acc_1", "pty_1", "trade-credit", currency, NOW, ("acc_1",), 0, 0, posted_minor, reserved_minor)


def test_the_exposure_after_a_release_counts_what_is_owed_reserved_and_promised_once() -> None:
    group = root(10_000, 2_000)
    promised = [Money(300, "EUR"), Money(40, "EUR")]
    assert group_exposure(group, Money(5_000, "EUR"), 0, promised, Rates()) == 17_340
    assert group_exposure(group, Money(5_000, "EUR"), 4_000, [], Rates()) == 13_000
    assert group_exposure(group, Money(5_000, "EUR"), 6_000, [], Rates()) == 12_000


def test_without_an_exchange_rate_the_exposure_is_not_known() -> None:
    assert group_exposure(root(0, 0, "USD"), Money(1, "EUR"), 0, [], Rates()) is None
    assert group_exposure(root(0, 0), Money(1, "EUR"), 0, [Money(1, "USD")], Rates()) is None


@every(st.integers(0, 10**9), st.integers(1, 10**9), st.fractions("0.001", "1000"))
def test_the_exposure_in_another_currency_is_never_understated(posted: int, released: int, rate: Fraction) -> None:
    rates = Rates({("USD", "EUR"): rate})
    exposure = group_exposure(root(posted, 0, "USD"), Money(released, "EUR"), 0, [], rates)
    assert exposure is not None
    assert exposure >= posted * rate + released


@pytest.mark.parametrize(
    ("authorities", "pointer"),
    [
        ([replace(ANY, max_exposure=Money(1, "USD"))], "/authorities/0/max_exposure/currency"),
        ([ANY, replace(TRADE, second_release_above=Money(1, "USD"))], "/authorities/1/second_release_above/currency"),
        ([replace(ANY, valid_to=NOW)], "/authorities/0/valid_to"),
        ([TRADE, ANY, replace(TRADE, max_days=1)], "/authorities/2"),
    ],
)
def test_authorities_that_contradict_themselves_are_refused_where_they_do(
    authorities: list[Authority], pointer: str
) -> None:
    refused = objection(authorities)
    assert refused is not None
    assert [fault.pointer for fault in refused.faults] == [pointer]


def test_authorities_of_several_products_and_times_go_together() -> None:
    assert objection([ANY, TRADE, replace(ANY, valid_from=NOW + DAY)]) is None
