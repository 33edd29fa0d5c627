"""Prometheus scrapes every process, and its rules ask for metrics that exist."""

import re
from typing import Any

import pytest
import yaml

from tests.deploy import metrics, settings
from tests.deploy.compose import CONTAINERS, PROCESSES, PROJECT

FOLDER = PROJECT / "deploy" / "prometheus"
CONFIGURATION: dict[str, Any] = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((FOLDER / "rules.yml").read_text())["groups"] for rule in group["rules"]
]
SERIES = metrics.stored()


def test_every_process_is_scraped_where_it_listens() -> None:
    targets = {
        (job["job_name"], target)
        for job in CONFIGURATION["scrape_configs"]
        for static in job["static_configs"]
        for target in static["targets"]
    }
    ports = {"api": "api_port", "worker": "worker_port"}
    assert targets == {
        (f"assay-{role}", f"{service}-{role}:{getattr(settings.of(service), ports[role])}")
        for service, role in PROCESSES
    }


def test_the_configuration_is_mounted_where_prometheus_looks_and_its_rules_are_beside_it() -> None:
    assert "./deploy/prometheus:/etc/prometheus:ro" in CONTAINERS["prometheus"]["volumes"]
    assert all((FOLDER / name).is_file() for name in CONFIGURATION["rule_files"])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_asks_for_metrics_and_labels_that_exist(rule: dict[str, Any]) -> None:
    names = set(re.findall(r"\b(?:assay_\w+|up)\b", rule["expr"]))
    assert names
    assert names <= set(SERIES)
    known = set.intersection(*(SERIES[name] for name in names))
    matched = {
        label for braces in re.findall(r"{([^}]*)}", rule["expr"]) for label in re.findall(r"(\w+)\s*[=!]", braces)
    }
    grouped = {label.strip() for group in re.findall(r"by \(([^)]*)\)", rule["expr"]) for label in group.split(",")}
    assert matched | grouped <= known
    shown = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
    assert shown <= (grouped or known)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_says_how_urgent_it_is(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
