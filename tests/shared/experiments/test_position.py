"""Places in the order of ids."""

from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from shared.experiments.domain.position import made_at, position_at
from shared.ids import new_id

_MILLISECOND: Final = timedelta(milliseconds=1)
moments = st.datetimes(datetime(1970, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(moments, moments)
def test_positions_are_in_the_order_of_their_moments(one: datetime, other: datetime) -> None:
    if one <= other:
        assert position_at("scr", one) <= position_at("scr", other)
    if other - one >= _MILLISECOND:
        assert position_at("scr", one) < position_at("scr", other)


@given(moments)
def test_a_position_names_the_millisecond_of_its_moment(moment: datetime) -> None:
    assert timedelta() <= moment - made_at(position_at("scr", moment)) < _MILLISECOND


def test_an_id_lies_after_the_position_of_its_millisecond_and_before_that_of_the_next() -> None:
    made = new_id("scr")
    moment = made_at(made)
    assert position_at("scr", moment) < made < position_at("scr", moment + _MILLISECOND)
