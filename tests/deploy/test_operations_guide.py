"""docs/operations.md says what is there, and all of it."""

import re
import shlex

import yaml
from pydantic import SecretStr

from services.migrate import SERVICES
from shared.contracts import decision, intake, limits, scoring
from shared.contracts.envelope import topic
from tests.deploy import commands, metrics, settings
from tests.deploy.compose import CONTAINERS, PROJECT

GUIDE = (PROJECT / "docs" / "operations.md").read_text()


def _section(title: str) -> str:
    return GUIDE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def _rows(title: str) -> list[list[str]]:
    """Return the cells of a section's table, without its head."""
    lines = [line for line in _section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_variables_are_exactly_those_that_the_settings_read() -> None:
    listed = [
        name.strip("`").replace("<SERVICE>", service.upper())
        for name, *_ in _rows("Variables")
        for service in (SERVICES if "<SERVICE>" in name else SERVICES[:1])
    ]
    assert sorted(listed) == sorted(settings.ALL)


def test_the_defaults_are_those_of_the_settings() -> None:
    for name, default, _ in _rows("Variables"):
        variable = name.strip("`")
        if default != "see above":
            actual = settings.ALL[variable.replace("<SERVICE>", "INTAKE")]
            text = actual.get_secret_value() if isinstance(actual, SecretStr) else str(actual)
            assert default.strip("`") == text


def test_the_addresses_are_those_that_processes_listen_on() -> None:
    rows = _rows("With docker-compose")
    assert [service for service, *_ in rows] == list(SERVICES)
    for service, api, worker, _ in rows:
        own = settings.of(service)
        assert (api, worker) == (f"http://127.0.0.1:{own.api_port}", f"{service}-worker:{own.worker_port}")


def test_the_variables_of_the_catalogue_job_are_named() -> None:
    named = set(re.findall(r"`(ASSAY_\w+)`", _section("Variables"))) - set(settings.ALL)
    assert named == commands.variables(["catalogue", "load"])


def test_the_metrics_are_those_that_the_code_registers_with_their_labels() -> None:
    listed = {name.strip("`"): labels.split(", ") if labels else [] for name, labels, _ in _rows("Metrics")}
    assert listed == {name: list(metric._labelnames) for name, metric in metrics.registered().items()}


def test_every_alert_is_explained() -> None:
    groups = yaml.safe_load((PROJECT / "deploy" / "prometheus" / "rules.yml").read_text())["groups"]
    explained = re.findall(r"^- \*\*(\w+)\*\*", _section("Alerts"), re.MULTILINE)
    assert explained == [rule["alert"] for group in groups for rule in group["rules"]]


def test_the_topics_are_those_of_the_contracts() -> None:
    aggregates = {
        intake.AGGREGATE,
        intake.PARTY_AGGREGATE,
        intake.INDICATOR_AGGREGATE,
        intake.REVIEW_AGGREGATE,
        scoring.AGGREGATE,
        scoring.MODEL_AGGREGATE,
        decision.AGGREGATE,
        decision.PRODUCT_AGGREGATE,
        limits.AGGREGATE,
    }
    named = set(re.findall(r"`(assay\.\w+)`", _section("Roles and migrations")))
    assert named == {topic(aggregate) for aggregate in aggregates}


def test_every_command_is_one_that_the_program_knows() -> None:
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)).splitlines()
    lines = [line for line in blocks if line.startswith("assay ")]
    assert lines
    for line in lines:
        commands.parsed(shlex.split(line)[1:])


def test_files_and_containers_that_are_named_exist() -> None:
    for path in re.findall(r"(?<![\w/.])(?:deploy|docs)/[\w/.-]+\w", GUIDE):
        assert (PROJECT / path).exists(), path
    for container in re.findall(r"docker compose exec (\S+?)`", GUIDE):
        assert container in CONTAINERS
