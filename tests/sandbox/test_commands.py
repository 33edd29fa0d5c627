"""The commands about sources, and the sandbox as a process of the development platform."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli import app
from services.embedded.platform import SANDBOX, SANDBOX_SOURCES, Platform, default_ports, free_ports
from shared.settings import BusKind
from tests.sandbox.given import environment


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A command line beside which no platform runs."""
    for name in [name for name in os.environ if name.startswith(("SANDBOX_", "INTAKE_"))]:
        monkeypatch.delenv(name)
    return CliRunner(env={"ASSAY_STATE_DIR": str(tmp_path)})


def test_a_sound_file_is_listed_with_what_each_source_tells(runner: CliRunner) -> None:
    done = runner.invoke(app, ["sources", "check", str(SANDBOX_SOURCES)], env=environment("http://127.0.0.1:8105"))
    assert done.exit_code == 0, done.output
    assert "consumer-bureau: bureau, bureau_found (boolean)" in done.output
    assert "verified_annual_income (money)" in done.output


def test_a_file_with_faults_is_refused_with_the_place_of_each(runner: CliRunner) -> None:
    done = runner.invoke(app, ["sources", "check", str(SANDBOX_SOURCES)])
    assert done.exit_code == 1
    assert [line.split(": ")[1] for line in done.output.splitlines()] == [
        "sources.consumer-bureau",
        "sources.company-registry",
        "sources.employment-check",
    ]


def platform(folder: Path, *, sandbox: bool) -> Platform:
    found = Platform(folder, bus=BusKind.EMBEDDED, ports=free_ports(sandbox=sandbox))
    folder.mkdir(exist_ok=True)
    found.attach()
    return found


def test_only_a_platform_with_a_sandbox_asks_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INTAKE_SOURCES_FILE", raising=False)
    without = platform(tmp_path / "without", sandbox=False)
    assert SANDBOX not in without.ports.processes
    assert "INTAKE_SOURCES_FILE" not in without.environment("intake")
    beside = platform(tmp_path / "beside", sandbox=True)
    variables = beside.environment("intake")
    assert variables["INTAKE_SOURCES_FILE"] == str(SANDBOX_SOURCES)
    assert variables["SANDBOX_CONSUMER_BUREAU_URL"] == f"{beside.url('sandbox')}/consumer-bureau"
    assert not {name for name in beside.environment("limits") if name.startswith("SANDBOX_CONSUMER")}


def test_sources_of_ones_own_take_the_place_of_the_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTAKE_SOURCES_FILE", "/etc/assay/sources.yaml")
    assert platform(tmp_path, sandbox=True).environment("intake")["INTAKE_SOURCES_FILE"] == "/etc/assay/sources.yaml"


def test_the_sandbox_has_the_documented_port() -> None:
    assert default_ports().processes[SANDBOX] == 8105
