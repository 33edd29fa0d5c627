"""PostgreSQL goes away and comes back: callers are told to try again, and nothing else."""

import itertools
import secrets
import time
from collections.abc import Iterator
from typing import Final

import httpx

from services.migrate import ROLES, SERVICES
from tests.kit.invariants import assert_all_hold
from tests.kit.platform import Running, application, money, until
from tests.kit.traffic import Call, Traffic, submissions

PROCESSES: Final = [f"{service}/{role}" for service in SERVICES for role in ROLES]


def test_a_crash_of_postgresql_shows_callers_nothing_but_503_and_loses_nothing(bed: Running) -> None:
    story = bed.approved()
    with Traffic(bed, _everything(bed, story["limit"]["account_id"], story["party_id"]), callers=16) as traffic:
        for _ in range(2):
            traffic.wait_until_under_way(len(traffic.answers) + 150)
            bed.platform.postgres.kill()
            time.sleep(0.7)
            bed.platform.postgres.start()
        traffic.wait_until_under_way(len(traffic.answers) + 150)
        traffic.stop()
    assert traffic.unexpected == []
    assert traffic.broken_connections == []
    assert set(traffic.statuses) <= {200, 201, 202, 503}
    assert traffic.statuses[503] > 0
    assert_all_hold(bed, traffic.acknowledged)


def _everything(bed: Running, account: str, party: str) -> Iterator[Call]:
    """Return calls of every hot kind in turn."""
    amount = money(10)
    for number, submission in enumerate(submissions(bed, 5_000, seed=41)):
        question = {name: value for name, value in submission.body.items() if name != "party"}
        yield submission
        yield Call("decision", "/v1/decisions", {**question, "party_id": f"party-{number}"})
        yield Call("limits", "/v1/limit-checks", {"party_id": party, "amount": amount}, "crm")
        yield Call("limits", "/v1/reservations", {"account_id": account, "amount": amount}, "crm")


def test_reading_answers_503_too_while_postgresql_is_away(bed: Running) -> None:
    story = bed.approved()
    bed.platform.postgres.stop()
    paths = [
        ("intake", "/v1/applications", "los"),
        ("intake", f"/v1/applications/{story['application_id']}", "los"),
        ("decision", f"/v1/decisions/{story['decision']['decision_id']}", "los"),
        ("limits", f"/v1/accounts/{story['limit']['account_id']}", "crm"),
    ]
    for service, path, client in paths:
        answer = bed.get(service, path, client)
        assert answer.status_code == 503, path
        assert answer.headers["content-type"] == "application/problem+json"
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.json()["code"] == "database_unavailable"
    bed.platform.postgres.start()
    until(lambda: {bed.get(*place).status_code for place in paths} == {200}, 10, "answers")


def test_services_start_while_postgresql_is_away_and_serve_when_it_comes(bed: Running) -> None:
    bed.platform.postgres.stop()
    for process in PROCESSES:
        bed.platform.stop_process(process)
    bed.platform.restart_stopped()
    until(lambda: all(_status(bed, process) == 503 for process in PROCESSES), 30, "processes that are up, not ready")
    assert bed.submit(application(f"customer-{secrets.token_hex(6)}")).status_code == 503
    bed.platform.postgres.start()
    bed.platform.wait_until_ready(15)
    assert bed.approved()["decision"]["outcome"] == "approve"


def _status(bed: Running, process: str) -> int:
    try:
        return bed.operation(process, "/readyz").status_code
    except httpx.ConnectError:
        return 0


def test_a_caller_that_waits_for_a_decision_is_answered_although_postgresql_went_away(bed: Running) -> None:
    bed.platform.stop_process("scoring/worker")
    calls = itertools.islice(submissions(bed, 5, seed=42), 5)
    with Traffic(bed, calls, callers=5, prefer="wait=8") as traffic:
        time.sleep(1)
        bed.platform.postgres.kill()
        time.sleep(0.5)
        bed.platform.postgres.start()
        bed.platform.restart_stopped()
    assert traffic.unexpected == []
    assert traffic.broken_connections == []
    assert_all_hold(bed, traffic.acknowledged)
