"""What is written without building a model first is what the model says."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic_core import to_json

from services.limits.domain.account import Account, Basis
from services.limits.domain.books import Books, Command, Posting
from services.limits.domain.reservation import Adjust, Capture, Release, Reserve
from services.limits.events import ledger as events
from services.limits.replies import reservations as replies
from shared.contracts import limits as contract
from shared.idempotency import Answer
from shared.money import Money

NOW = datetime(2026, 11, 22, 9, 30, 15, 250_000, tzinfo=UTC)
CONTRACTS = {
    found.type: found
    for found in (
        contract.ReservationReserved,
        contract.ReservationDeclined,
        contract.ReservationAdjusted,
        contract.ReservationCaptured,
        contract.ReservationReleased,
        contract.ReservationExpired,
    )
}


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def reserve(minor: int = 400, reservation_id: str = "res_1", seconds: int = 60) -> Reserve:
    return Reserve(reservation_id, "acc_1", euros(minor), timedelta(seconds=seconds), "order-1")


def postings(*commands: Command) -> list[Posting]:
    account = Account("acc_1", "pty_1", "trade-credit", "EUR", NOW, ("acc_1",), limit_minor=1000, basis=Basis.SET)
    books = Books([account], [], NOW)
    done = [books.carry_out(command) for command in commands]
    later = Books(books.accounts.values(), [posting.reservation for posting in books.postings], NOW + timedelta(days=1))
    found = [posting for posting in done if isinstance(posting, Posting)]
    assert len(found) == len(commands)
    return [*found, *later.postings]


HISTORIES: dict[str, list[Command]] = {
    "reserved, and expired later": [reserve()],
    "declined": [reserve(2000)],
    "captured in two parts": [reserve(), Capture("res_1", euros(150), final=False), Capture("res_1")],
    "adjusted, then released": [reserve(), Adjust("res_1", euros(500)), Release("res_1")],
    "an adjustment declined": [reserve(), Adjust("res_1", euros(5000))],
}


@pytest.mark.parametrize("name", HISTORIES)
def test_an_event_is_what_its_contract_says(name: str) -> None:
    for posting in postings(*HISTORIES[name]):
        fact = events.reservation_changed(posting, None)
        written = to_json(fact.data)
        assert CONTRACTS[fact.event_type].model_validate_json(written).model_dump_json().encode() == written


@pytest.mark.parametrize("name", HISTORIES)
def test_an_answer_is_what_the_document_of_the_api_says(name: str) -> None:
    for posting in postings(*HISTORIES[name]):
        answer = replies.answer(posting)
        assert isinstance(answer, Answer)
        assert replies.ReservationReply.model_validate_json(answer.body).model_dump_json().encode() == answer.body
