"""docker-compose.yml names only what exists, and what it says is enough to run the platform."""

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import jsonschema
import pytest

from deploy import credentials
from services.embedded.credentials import CLIENTS
from services.migrate import ROLES, SCHEMAS, SERVICES
from shared.settings import BusSettings, PlatformSettings
from tests.deploy import commands, compose, settings
from tests.deploy.compose import COMPOSE, CONTAINERS, JOBS, PROCESSES, PROJECT

SCHEMA = json.loads((PROJECT / "tests" / "deploy" / "compose-spec.json").read_text())
TEXT = (PROJECT / "docker-compose.yml").read_text()
OURS = [*JOBS, *(f"{service}-{role}" for service, role in PROCESSES)]


def test_the_file_follows_the_compose_specification() -> None:
    jsonschema.validate(COMPOSE, SCHEMA, cls=jsonschema.Draft202012Validator)


def test_the_specification_refuses_a_misspelt_key() -> None:
    with pytest.raises(jsonschema.ValidationError, match="restrat"):
        jsonschema.validate({"services": {"one": {"image": "x", "restrat": "no"}}}, SCHEMA)


def test_every_service_has_an_api_and_a_worker() -> None:
    assert {name for name in CONTAINERS if CONTAINERS[name]["image"] == "assay:local"} == set(OURS)


@pytest.mark.parametrize("container", OURS)
def test_a_command_is_one_that_the_program_knows(container: str) -> None:
    commands.parsed(CONTAINERS[container]["command"])


@pytest.mark.parametrize(("service", "role"), PROCESSES)
def test_a_process_runs_the_role_that_it_is_named_after(service: str, role: str) -> None:
    assert CONTAINERS[f"{service}-{role}"]["command"] == ["run", service, role]


@pytest.mark.parametrize(("service", "role"), PROCESSES)
def test_a_process_gets_no_variable_that_nothing_reads(service: str, role: str) -> None:
    platform = settings.defaults(PlatformSettings) | (settings.defaults(BusSettings) if role == "worker" else {})
    assert set(compose.environment(f"{service}-{role}")) - {"READY_URL"} <= set(settings.SERVICE[service] | platform)


def test_the_jobs_get_the_variables_that_their_commands_read() -> None:
    roles = {f"{schema.upper()}_{kind}" for schema in SCHEMAS for kind in ("DATABASE_URL", "OWNER_DATABASE_URL")}
    assert set(compose.environment("migrate")) == {"DATABASE_URL", *roles}
    assert set(compose.environment("catalogue")) == commands.variables(CONTAINERS["catalogue"]["command"])


@pytest.mark.parametrize(("service", "role"), PROCESSES)
def test_a_process_works_as_its_app_role_with_the_password_that_the_migration_set(service: str, role: str) -> None:
    written = CONTAINERS[f"{service}-{role}"]["environment"][f"{service.upper()}_DATABASE_URL"]
    assert written == CONTAINERS["migrate"]["environment"][f"{service.upper()}_DATABASE_URL"]


def test_database_urls_name_the_role_of_their_variable_and_the_database_that_is_made() -> None:
    for name, url in compose.environment("migrate").items():
        schema, _, kind = name.removesuffix("DATABASE_URL").lower().partition("_")
        parts = urlsplit(url)
        assert parts.username == (f"{schema}_{kind.rstrip('_') or 'app'}" if schema else "postgres")
        assert (parts.hostname, parts.port, parts.path) == ("postgres", 5432, "/assay")
    assert compose.environment("postgres")["POSTGRES_DB"] == "assay"


@pytest.mark.parametrize(("service", "role"), PROCESSES)
def test_a_process_listens_where_it_is_looked_for(service: str, role: str) -> None:
    container = CONTAINERS[f"{service}-{role}"]
    own = settings.of(service)
    port = own.api_port if role == "api" else own.worker_port
    assert container["environment"][f"{service.upper()}_HOST"] == "0.0.0.0"
    assert container["environment"]["READY_URL"] == f"http://127.0.0.1:{port}/readyz"
    assert container.get("ports", []) == ([f"127.0.0.1:{port}:{port}"] if role == "api" else [])


def test_services_are_asked_at_their_own_addresses() -> None:
    asked = compose.environment("catalogue") | compose.environment("decision-api")
    for name, value in asked.items():
        match = re.fullmatch(r"(ASSAY|DECISION)_(INTAKE|SCORING|DECISION)_URL", name)
        if match:
            assert value == f"http://{match[2].lower()}-api:{settings.of(match[2].lower()).api_port}"


def test_workers_look_for_kafka_where_it_says_it_is() -> None:
    advertised = CONTAINERS["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    for service in SERVICES:
        environment = compose.environment(f"{service}-worker")
        assert environment["BUS_KIND"] == "kafka"
        assert advertised == f"PLAINTEXT://{environment['BUS_KAFKA_BOOTSTRAP_SERVERS']}"


def test_kafka_is_the_version_and_the_configuration_that_the_tests_run_on() -> None:
    version = re.search("<kafka.version>(.+)</kafka.version>", (PROJECT / "deploy" / "kafka" / "pom.xml").read_text())
    assert version
    assert CONTAINERS["kafka"]["image"] == f"apache/kafka:{version[1]}"
    lines = (PROJECT / "deploy" / "kafka" / "server.properties").read_text().splitlines()
    tested = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    for name, value in CONTAINERS["kafka"]["environment"].items():
        prefix, _, words = name.partition("_")
        if prefix == "KAFKA" and name != "KAFKA_HEAP_OPTS":
            wanted = tested[words.lower().replace("_", ".")]
            assert value == wanted or "$" in wanted


def test_every_variable_is_in_the_example_and_every_value_there_is_used() -> None:
    keys = {credentials.key_variable(client) for client in CLIENTS}
    assert compose.mentioned(TEXT) | keys == set(credentials.variables(compose.EXAMPLE))


def test_a_missing_secret_stops_compose_before_anything_starts() -> None:
    secrets = {name for name, value in credentials.variables(compose.EXAMPLE).items() if not value}
    with pytest.raises(ValueError, match=r"see \.env\.example"):
        compose.interpolated(TEXT, {})
    for name in secrets & compose.mentioned(TEXT):
        assert f"${{{name}:?see .env.example}}" in TEXT
        assert f"${{{name}}}" not in TEXT


def test_every_path_on_the_host_exists_or_is_written_with_the_credentials(tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text(compose.EXAMPLE)
    credentials.write(tmp_path)
    for container in CONTAINERS.values():
        for volume in container.get("volumes", []):
            source = volume.split(":")[0]
            assert (PROJECT / source).is_dir() if source.startswith(".") else source in COMPOSE["volumes"]
        if "build" in container:
            assert (PROJECT / container["build"]["context"] / container["build"]["dockerfile"]).is_file()
        for secret in container.get("secrets", []):
            assert (tmp_path / COMPOSE["secrets"][secret]["file"]).is_file()


def test_an_api_reads_the_keys_where_they_are_mounted() -> None:
    for service in SERVICES:
        api = CONTAINERS[f"{service}-api"]
        assert api["environment"]["ASSAY_API_KEYS_FILE"] == f"/run/secrets/{api['secrets'][0]}"


def test_nobody_waits_for_something_that_cannot_happen() -> None:
    for container in CONTAINERS.values():
        for name, wait in container.get("depends_on", {}).items():
            awaited = CONTAINERS[name]
            if wait["condition"] == "service_healthy":
                assert "healthcheck" in awaited
            else:
                assert wait["condition"] == "service_completed_successfully"
                assert name in JOBS
                # A container that is started again never counts as completed.
                assert "restart" not in awaited


def test_processes_start_while_kafka_is_away() -> None:
    for service, role in PROCESSES:
        assert list(CONTAINERS[f"{service}-{role}"]["depends_on"]) == ["migrate"]


@pytest.mark.parametrize("container", OURS)
def test_our_containers_have_no_rights_that_they_do_not_need(container: str) -> None:
    definition = CONTAINERS[container]
    assert definition["read_only"] is True
    assert definition["cap_drop"] == ["ALL"]
    assert definition["security_opt"] == ["no-new-privileges:true"]
    assert not {"cap_add", "privileged", "network_mode", "pid", "user"} & set(definition)


def test_a_job_that_has_succeeded_is_not_started_again() -> None:
    assert {CONTAINERS[job].get("restart", "no") for job in JOBS} == {"no", "on-failure:5"}


@pytest.mark.parametrize("container", sorted(set(CONTAINERS) - set(JOBS)))
def test_what_runs_for_long_comes_back_and_is_bounded(container: str) -> None:
    definition = CONTAINERS[container]
    assert definition["restart"] == "unless-stopped"
    assert set(definition["deploy"]["resources"]["limits"]) == {"cpus", "memory"}


def test_only_the_apis_and_prometheus_can_be_reached_and_only_from_this_host() -> None:
    published = {name: container["ports"] for name, container in CONTAINERS.items() if "ports" in container}
    assert set(published) == {"prometheus", *(f"{service}-{ROLES[0]}" for service in SERVICES)}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_only_intake_gets_the_keys_that_personal_data_is_sealed_with() -> None:
    given = {name for name, container in CONTAINERS.items() if "intake_keys" in container.get("secrets", [])}
    assert given == {"intake-api", "intake-worker"}
    for container in given:
        assert compose.environment(container)["INTAKE_KEYS_FILE"] == "/run/secrets/intake_keys"
        assert "intake-files:/var/lib/assay/files" in CONTAINERS[container]["volumes"]
    assert "api_keys" in CONTAINERS["intake-api"]["secrets"]
