"""Chance that can be repeated, and which faults can be tried here."""

import os
import secrets

import pytest

from tests.kit.kafka import broker_can_run

# A cluster that the environment names is not ours to stop.
collect_ignore = [] if broker_can_run() and "KAFKA_BOOTSTRAP_SERVERS" not in os.environ else ["test_kafka_outage.py"]


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Where this test's chance begins; shown when the test fails."""
    number = int(os.environ.get("ASSAY_FAULT_SEED") or secrets.randbelow(1_000_000))
    request.node.add_report_section("setup", "chance", f"to try this again: ASSAY_FAULT_SEED={number}")
    return number
