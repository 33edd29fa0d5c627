"""What operators rely on: probes, metrics, traces, logs, and a stop that breaks nothing."""

import json
import re
import secrets
import time
from typing import Final

import pytest

from services.migrate import ROLES, SERVICES
from tests.kit.invariants import assert_all_hold, assert_logs_are_discreet, rows
from tests.kit.platform import SOLID_MINOR, Running, application, money, until
from tests.kit.traffic import Traffic, submissions

PROCESSES: Final = [f"{service}/{role}" for service in SERVICES for role in ROLES]

METRICS: Final = {
    "api": {"assay_http_request_seconds"},
    "worker": {
        "assay_outbox_depth",
        "assay_outbox_age_seconds",
        "assay_consumer_lag",
        "assay_dead_letters_total",
        "assay_bus_up",
    },
    "intake/worker": {"assay_applications_total"},
    "scoring/worker": {"assay_scores_total"},
    "decision/worker": {"assay_decisions_total", "assay_submit_to_decision_seconds"},
    "limits/api": {"assay_reservations_total"},
    "limits/worker": {"assay_limits_granted_total"},
}
"""The metrics that dashboards and alerts are built on: with samples once an application has gone through."""


@pytest.mark.parametrize("process", PROCESSES)
def test_every_process_answers_its_probes_and_shows_the_documented_metrics(bed: Running, process: str) -> None:
    _use_everything_once(bed)
    assert bed.operation(process, "/healthz").text == "ok"
    ready = bed.operation(process, "/readyz").json()
    assert ready["status"] == "ready"
    assert set(ready["checks"].values()) == {"up"}
    role = process.partition("/")[2]
    expected = METRICS[role] | METRICS.get(process, set())
    missing = until(lambda: not (expected - _metrics(bed, process)) or None, 10, f"{expected} of {process}")
    assert missing


def _use_everything_once(bed: Running) -> None:
    if not bed.references:
        account = bed.approved()["limit"]["account_id"]
        bed.post("limits", "/v1/reservations", {"account_id": account, "amount": money(100)}, "crm")


def _metrics(bed: Running, process: str) -> set[str]:
    text = bed.operation(process, "/metrics").text
    samples = re.findall(r"^([a-z_]+)(?:\{.*)? [0-9.e+-]+$", text, re.MULTILINE)
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in samples}


def test_requests_are_counted_by_route_template_and_never_by_id(bed: Running) -> None:
    story = bed.approved()
    bed.get("intake", f"/v1/applications/{story['application_id']}")
    text = bed.operation("intake/api", "/metrics").text
    assert 'route="/v1/applications/{application_id}"' in text
    assert story["application_id"] not in text


CAUSED = {
    "intake": {"intake.application_submitted.v1"},
    "scoring": {"scoring.application_scored.v1"},
    "decision": {"decision.decided.v1"},
    "limits": {"limits.limit_granted.v1", "limits.limit_changed.v1"},
}
"""The events that an application causes which is approved."""


def test_the_trace_of_a_request_runs_through_every_event_that_it_causes(bed: Running) -> None:
    trace = secrets.token_hex(16)
    body = application(f"customer-{secrets.token_hex(6)}")
    answer = bed.submit(body, traceparent=f"00-{trace}-{secrets.token_hex(8)}-01")
    assert answer.headers["trace-id"] == trace
    story = bed.decided(answer.json()["application_id"])
    assert story["limit"]["limit"] == money(SOLID_MINOR)
    for schema in SERVICES:
        carried = rows(bed, f"SELECT type FROM {schema}.outbox WHERE traceparent LIKE $1", f"00-{trace}-%")
        assert {row["type"] for row in carried} == CAUSED[schema]
        assert len(carried) == len(CAUSED[schema]), schema


def test_the_trace_of_a_request_is_in_the_logs_of_what_went_wrong(bed: Running) -> None:
    trace = secrets.token_hex(16)
    bed.platform.stop_process("scoring/api")
    body = {**application("unused"), "party_id": f"party-{secrets.token_hex(6)}"}
    del body["party"]
    answer = bed.post("decision", "/v1/decisions", body, traceparent=f"00-{trace}-{secrets.token_hex(8)}-01")
    assert answer.status_code == 201
    logged = [json.loads(line) for line in bed.platform.log_path("decision/api").read_text().splitlines()]
    assert [entry["event"] for entry in logged if entry.get("trace_id") == trace] == ["scoring_unavailable"]


def test_a_problem_names_the_trace_of_its_request(bed: Running) -> None:
    trace = secrets.token_hex(16)
    answer = bed.get("intake", "/v1/applications/app_unknown", traceparent=f"00-{trace}-{secrets.token_hex(8)}-01")
    assert answer.status_code == 404
    assert answer.json()["trace_id"] == trace == answer.headers["trace-id"]


@pytest.mark.parametrize("process", ["intake/api", "intake/worker", "scoring/worker", "decision/worker", "limits/api"])
def test_a_process_that_is_told_to_stop_finishes_its_work_and_exits_with_0(bed: Running, process: str) -> None:
    with Traffic(bed, submissions(bed, 150, seed=31)) as traffic:
        traffic.wait_until_under_way(30)
        started = time.monotonic()
        assert bed.platform.stop_process(process) == 0
        assert time.monotonic() - started < 10
        bed.platform.restart_stopped()
    assert traffic.unexpected == []
    assert_all_hold(bed, traffic.acknowledged)


def test_a_caller_that_waits_is_answered_by_a_process_that_is_told_to_stop(bed: Running) -> None:
    bed.platform.stop_process("scoring/worker")
    with Traffic(bed, submissions(bed, 3, seed=32), callers=3, prefer="wait=30") as traffic:
        until(lambda: _waiting(bed) == 3, 10, "three applications that are waited for")
        started = time.monotonic()
        assert bed.platform.stop_process("intake/api") == 0
        assert time.monotonic() - started < 10
        bed.platform.restart_stopped()
    assert traffic.statuses == {202: 3}
    assert traffic.broken_connections == []
    assert_all_hold(bed, traffic.acknowledged)


def _waiting(bed: Running) -> int:
    return int(rows(bed, "SELECT count(*) AS n FROM intake.application WHERE decision_id IS NULL")[0]["n"])


def test_logs_are_json_and_name_no_customer_and_no_fact(bed: Running) -> None:
    bed.approved()
    bed.submit({**application(f"customer-{secrets.token_hex(6)}"), "facts": {"duration_months": "customer-12"}})
    assert_logs_are_discreet(bed)
