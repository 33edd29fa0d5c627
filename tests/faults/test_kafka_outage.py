"""Kafka goes away, or is not there at the start: applications are taken in, and drain when it comes."""

from typing import Final

import pytest

from services.migrate import ROLES, SERVICES
from tests.kit.invariants import assert_all_hold, rows
from tests.kit.platform import Running, until
from tests.kit.traffic import Traffic, submissions

PROCESSES: Final = [f"{service}/{role}" for service in SERVICES for role in ROLES]
WORKERS: Final = [process for process in PROCESSES if process.endswith("/worker")]

pytestmark = pytest.mark.parametrize("running", [pytest.param("kafka", marks=pytest.mark.kafka)], indirect=True)


def test_services_start_without_kafka_take_applications_in_and_drain_when_it_comes(bed: Running) -> None:
    assert bed.broker is not None
    for process in PROCESSES:
        assert bed.platform.stop_process(process) == 0
    bed.broker.stop()
    bed.platform.restart_stopped()
    bed.platform.wait_until_ready()
    for worker in WORKERS:
        ready = bed.operation(worker, "/readyz")
        assert (ready.status_code, ready.json()["status"], ready.json()["checks"]["bus"]) == (200, "degraded", "down")

    with Traffic(bed, submissions(bed, 100, seed=51)) as traffic:
        pass
    assert traffic.unexpected == []
    assert traffic.statuses == {202: 100}
    assert rows(bed, "SELECT count(*) AS n FROM intake.outbox WHERE published_at IS NULL")[0]["n"] == 100
    until(lambda: 'assay_outbox_depth{service="intake"} 100.0' in _metrics(bed), 10, "the depth of the outbox")
    assert 'assay_bus_up{service="intake"} 0.0' in _metrics(bed)

    bed.broker.start()
    assert_all_hold(bed, traffic.acknowledged)
    until(lambda: all(bed.is_fully_ready(worker) for worker in WORKERS), 10, "workers that are not degraded any more")


def _metrics(bed: Running) -> str:
    return bed.operation("intake/worker", "/metrics").text


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_applications_go_on_while_kafka_is_away_in_the_middle(bed: Running, how: str) -> None:
    assert bed.broker is not None
    with Traffic(bed, submissions(bed, 300, seed=52), per_second=40) as traffic:
        traffic.wait_until_under_way(80)
        if how == "stop":
            bed.broker.stop()
        else:
            bed.broker.kill()
        traffic.wait_until_under_way(200)
        bed.broker.start()
    assert traffic.unexpected == []
    assert traffic.statuses == {202: 300}
    assert_all_hold(bed, traffic.acknowledged)
