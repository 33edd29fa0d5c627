"""Whatever slips into a log all the same: personal data is masked, and what is needed to find a fault stays."""

from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from shared.http import Body
from shared.logging import masked


def _line(**values: Any) -> dict[str, Any]:
    return dict(masked(None, "info", {"event": "happened", **values}))


@pytest.mark.parametrize(
    "value",
    [
        "erika.mustermann+x@example.co.uk",
        "+49 30 1234567",
        "+4915112345678",
        "123-45-6789",
        "11010519491231002X",
        "4111 1111 1111 1111",
        "5500000000000004",
        "ck_test_abcdefghijklmnopqrstuvwxyz012345",
        "Bearer eyJhbGciOi.J9",
    ],
)
def test_what_identifies_a_person_is_masked_wherever_it_stands(value: str) -> None:
    for line in (
        _line(cause=f"could not store {value}, gave up"),
        _line(detail={"deep": [{"er": value}]}),
        _line(event=f"failed for {value}"),
    ):
        assert value not in str(line)
        assert "***" in str(line)


@pytest.mark.parametrize(
    "value",
    [
        "pty_0193c1d2e3f47a5b8c6d7e8f90a1b2c4",
        "0af7651916cd43dd8448eb211c80319c",
        "2026-11-22T09:30:00+00:00",
        "relation applications_2026 does not exist",
        "10.0.12.255:5432",
        "line 12, column 345",
        "12 CFR 1002.12(b)(1)",
        "SQLSTATE 23505",
        "1732268400.123456",
    ],
)
def test_what_is_needed_to_find_a_fault_stays(value: str) -> None:
    assert value in _line(cause=value)["cause"]


@given(st.sampled_from(["name", "Phone", "facts", "external_ref", "token", "addresses"]), st.text(min_size=1))
def test_fields_with_personal_names_are_never_shown(name: str, value: str) -> None:
    assert _line(**{name: value})[name] == "***"
    assert _line(detail={name: {"deep": value}})["detail"] == {name: "***"}


def test_an_object_shows_its_type_only() -> None:
    class Person(Body):
        name: str

    person = Person(name="Erika")
    assert _line(what=person)["what"] == "Person"
    assert "Erika" not in repr(person) + str(person) + f"{[person]}"


def test_numbers_and_times_stay_as_they_are() -> None:
    now = datetime.now(UTC)
    assert _line(port=8101, seconds=0.5, is_up=True, at=now, none=None) == {
        "event": "happened",
        "port": 8101,
        "seconds": 0.5,
        "is_up": True,
        "at": now,
        "none": None,
    }


def test_the_mask_is_a_processor_of_structlog() -> None:
    with structlog.testing.capture_logs(processors=[masked]) as lines:
        structlog.get_logger().warning("refused", email="erika@example.org", cause="taken")
    assert lines == [{"email": "***", "cause": "taken", "event": "refused", "log_level": "warning"}]
