"""The process that reserves is killed in the middle of its work, again and again; no key has two effects, or none."""

import itertools
import random
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from typing import Final

import pytest

from shared.settings import BusKind
from tests.kit.invariants import assert_all_hold, rows
from tests.kit.platform import Running, money, until
from tests.kit.traffic import Call, Traffic

KILLS: Final = 50
ACCOUNTS: Final = 3


@pytest.mark.parametrize("running", [BusKind.EMBEDDED], indirect=True)
def test_a_reservation_has_one_effect_whenever_the_process_dies(bed: Running, seed: int) -> None:
    chance = random.Random(seed)
    accounts = [bed.approved()["limit"]["account_id"] for _ in range(ACCOUNTS)]
    run = secrets.token_hex(6)
    with Traffic(bed, _reservations(accounts, run, chance), callers=48) as traffic:
        traffic.wait_until_under_way(48)
        for _ in range(KILLS):
            before = len(traffic.answers)
            time.sleep(chance.uniform(0.0, 0.15))
            bed.platform.kill("limits/api")
            bed.platform.restart_stopped()
            _wait_for_answers(traffic, before + 48)
        traffic.stop()
    assert traffic.unexpected == []
    # Callers whose answer was on its way when the process died ask again; otherwise nothing was tried here.
    assert len(traffic.broken_connections) > KILLS
    _each_key_had_one_effect(bed, traffic, run)
    _a_retry_still_gets_the_first_answer(bed, traffic, chance)
    assert_all_hold(bed, [])


def _wait_for_answers(traffic: Traffic, number: int) -> None:
    until(lambda: len(traffic.answers) >= number, 60, "answers after a death")


def _reservations(accounts: list[str], run: str, chance: random.Random) -> Iterator[Call]:
    for number in itertools.count():
        body = {
            "account_id": chance.choice(accounts),
            "amount": money(chance.randint(1, 400)),
            "reference": f"{run}-{number}",
        }
        yield Call("limits", "/v1/reservations", body, "crm")


def _each_key_had_one_effect(bed: Running, traffic: Traffic, run: str) -> None:
    """Say that every acknowledged reservation is there, once, as it was acknowledged, and that no other is."""
    stored = Counter(
        (row["reference"], row["reservation_id"], row["state"])
        for row in rows(
            bed,
            "SELECT reference, reservation_id, state FROM limits.reservation WHERE reference LIKE $1",
            f"{run}-%",
        )
    )
    told = Counter(
        (call.body["reference"], answer.json()["reservation_id"], answer.json()["state"])
        for call, answer in traffic.answers.items()
    )
    assert stored == told
    assert len(told) == len(traffic.answers)


def _a_retry_still_gets_the_first_answer(bed: Running, traffic: Traffic, chance: random.Random) -> None:
    for call, answer in chance.sample(sorted(traffic.answers.items(), key=lambda entry: entry[0].key), 25):
        again = bed.post(call.service, call.path, call.body, call.client, call.key)
        assert (again.status_code, again.content) == (answer.status_code, answer.content)
