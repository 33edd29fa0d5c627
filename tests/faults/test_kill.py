"""Processes die at any moment; no application is lost, none is decided twice, no limit is granted twice."""

import random
import time
from typing import Final

from services.migrate import ROLES, SERVICES
from tests.kit.invariants import assert_all_hold, rows
from tests.kit.platform import Running
from tests.kit.traffic import Traffic, submissions

APPLICATIONS: Final = 1_000
PROCESSES: Final = [f"{service}/{role}" for service in SERVICES for role in ROLES]


def test_a_thousand_applications_survive_the_death_of_any_process(bed: Running, seed: int) -> None:
    chance = random.Random(seed)
    calls = submissions(bed, APPLICATIONS, seed)
    # Each process dies once, and some of them again; the relay and the consumers live in the workers.
    victims = [*chance.sample(PROCESSES, len(PROCESSES)), *chance.choices(PROCESSES, k=4)]
    with Traffic(bed, calls, callers=16, per_second=80) as traffic:
        for victim in victims:
            time.sleep(chance.uniform(0.1, 1.2))
            bed.platform.restart_stopped()
            bed.platform.kill(victim)
        time.sleep(chance.uniform(0.1, 1.0))
        bed.platform.restart_stopped()
    assert traffic.unexpected == []
    assert len(set(traffic.acknowledged)) == APPLICATIONS
    assert_all_hold(bed, traffic.acknowledged)
    _every_approval_is_a_limit(bed, traffic.acknowledged)
    _a_retry_still_gets_the_first_answer(bed, traffic, chance)


def _every_approval_is_a_limit(bed: Running, applications: list[str]) -> None:
    """Say once in full what the invariants check in parts, and that there was something to check."""
    query = """
        SELECT count(*) AS decisions, count(*) FILTER (WHERE outcome IN ('approve', 'counter_offer')) AS approvals,
               (SELECT count(*) FROM limits.entry e JOIN decision.decision g USING (decision_id)
                WHERE g.application_id = ANY($1::text[])) AS limits
        FROM decision.decision WHERE application_id = ANY($1::text[])
    """
    (found,) = rows(bed, query, applications)
    assert found["decisions"] == APPLICATIONS
    assert found["limits"] == found["approvals"] > APPLICATIONS / 20


def _a_retry_still_gets_the_first_answer(bed: Running, traffic: Traffic, chance: random.Random) -> None:
    for call, answer in chance.sample(sorted(traffic.answers.items(), key=lambda entry: entry[0].key), 25):
        again = bed.post(call.service, call.path, call.body, call.client, call.key)
        assert (again.status_code, again.content) == (answer.status_code, answer.content)
