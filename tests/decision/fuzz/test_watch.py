"""The watch over the fuzzer sees what it is there to see."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from services.decision.domain.policy import PolicyFault
from tests.decision.fuzz.trial import check_fault
from tests.decision.fuzz.watch import TookTooLong, bounded_time, nothing_happens


@pytest.mark.parametrize(
    "deed",
    [
        lambda path: os.system(f"touch {path}"),
        lambda path: path.write_text("written"),
        lambda path: path.mkdir(),
        lambda path: eval(f"open({str(path)!r}, 'w').close()"),
    ],
)
def test_a_deed_is_noticed(tmp_path: Path, deed: Callable[[Path], object]) -> None:
    with pytest.raises(AssertionError), nothing_happens():
        deed(tmp_path / "canary")


def test_reading_and_computing_are_not_deeds(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    with nothing_happens():
        assert (tmp_path / "file").read_text() == "text"


def test_what_never_ends_is_ended() -> None:
    with pytest.raises(TookTooLong), bounded_time(0.05):
        while True:
            pass


@pytest.mark.parametrize(
    "fault",
    [
        PolicyFault("/rows/7/when/nothing", "code", "words"),
        PolicyFault("/rows/0", "code", " "),
        PolicyFault("/rows/0", "", "words"),
        PolicyFault("/name", "code", "words", (2, 9)),
        PolicyFault("/rows", "code", "words", (0, 1)),
        PolicyFault("/name", "code", "\ud800"),
    ],
)
def test_a_fault_without_words_or_a_place_is_none(fault: PolicyFault) -> None:
    with pytest.raises((AssertionError, UnicodeEncodeError)):
        check_fault(fault, {"name": "text", "rows": [{}]})
