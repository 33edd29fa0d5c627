"""The import rules bite: violations planted in a copy of the source are found, one by one."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from services.migrate import PROJECT

ARROWS = "arrows of a service point inward"
INDEPENDENCE = "services do not know each other"
PURITY = "a domain is pure"
NO_SQL = "a route never touches SQL"
SANDBOX = "the sandbox never loads in a service"
PLATFORM = "the platform knows no service"
LIFE_CYCLE = "the life cycle of documents points inward"
TRIALS = "trials of versions point inward"
TRAINING = "training libraries never load in a service"
BATCH = "batch engines never load in a service"

KERNEL = {"canonical", "dmn", "errors", "facts", "feel", "ids", "money", "products"}
"""What a domain may import of `shared`."""

PLANTED = [
    (INDEPENDENCE, "services.intake.handlers.applications", "services.limits.domain.account"),
    (INDEPENDENCE, "services.decision.store.tables", "services.intake.store.tables.parties"),
    (PURITY, "services.scoring.domain.result", "sqlalchemy"),
    (PURITY, "services.limits.domain.account", "time"),
    (PURITY, "services.intake.domain.application", "asyncio"),
    (PURITY, "services.decision.domain.outcome", "shared.db"),
    (PURITY, "shared.feel.walk", "time"),
    (PURITY, "services.decision.domain.record", "shared.contracts.decision"),
    (NO_SQL, "services.intake.api.applications", "services.intake.store.applications"),
    (NO_SQL, "services.limits.api.accounts", "sqlalchemy"),
    (PLATFORM, "shared.outbox", "services.catalogue"),
    (SANDBOX, "services.intake.sources.consumer_bureau", "services.sandbox.identities"),
    (PURITY, "shared.governance.timeline", "shared.db"),
    (LIFE_CYCLE, "shared.governance.store", "shared.governance.fitting"),
    (PURITY, "shared.experiments.domain.split", "shared.db"),
    (TRIALS, "shared.experiments.store.shadows", "shared.experiments.handlers.shadowing"),
    (TRAINING, "services.decision.handlers.deciding", "optbinning"),
    (TRAINING, "services.intake.consumers", "numpy"),
    (TRAINING, "services.scoring.app", "services.scorecards.build"),
    (BATCH, "services.decision.handlers.supervising", "services.backtests.job"),
    (BATCH, "shared.feel.typed.operations", "sqlglot"),
    (ARROWS, "services.limits.domain.books", "services.limits.store.accounts"),
    (ARROWS, "services.intake.vault", "services.intake.handlers.applications"),
    (ARROWS, "services.scoring.handlers.scoring", "services.scoring.api.scores"),
]
UNLISTED = "services.limits.magic"


def copied(target: Path) -> Path:
    for name in ("services", "shared"):
        shutil.copytree(PROJECT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", target)
    return target


def lint(project: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter as `make imports` does."""
    command = Path(sys.executable).with_name("lint-imports")
    environment = {**os.environ, "PYTHONPATH": str(project), "COLUMNS": "200"}
    return subprocess.run(
        [command, "--no-cache"], cwd=project, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What import-linter says of each broken contract once every violation has been planted."""
    project = copied(tmp_path_factory.mktemp("planted"))
    for _, importer, imported in PLANTED:
        path = project / f"{importer.replace('.', '/')}.py"
        path.write_text(f"{path.read_text()}\n\nimport {imported}\n")
    (project / f"{UNLISTED.replace('.', '/')}.py").write_text('"""A module that no layer names."""\n')
    output = lint(project).stdout.partition("Broken contracts")[2]
    found: dict[str, str] = {}
    for name in (ARROWS, INDEPENDENCE, PURITY, NO_SQL, SANDBOX, PLATFORM, LIFE_CYCLE, TRIALS, TRAINING, BATCH):
        _, heading, rest = output.partition(f"\n{name}\n{'-' * len(name)}\n")
        assert heading, f"not broken: {name}"
        found[name] = rest.partition("\n---")[0]
    return found


def test_the_source_keeps_every_contract(tmp_path: Path) -> None:
    done = lint(copied(tmp_path))
    assert done.returncode == 0, done.stdout
    assert "10 kept, 0 broken" in done.stdout


@pytest.mark.parametrize(("contract", "importer", "imported"), PLANTED)
def test_a_planted_import_is_reported(reported: dict[str, str], contract: str, importer: str, imported: str) -> None:
    assert f"{importer} -> {imported} (l." in reported[contract]


def test_a_module_that_no_layer_names_is_reported(reported: dict[str, str]) -> None:
    assert UNLISTED in reported[ARROWS]


def test_every_module_of_the_platform_is_kernel_or_closed_to_domains() -> None:
    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (closed,) = (contract["forbidden_modules"] for contract in contracts if contract["name"] == PURITY)
    modules = {path.stem for path in (PROJECT / "shared").iterdir() if path.suffix == ".py" or path.is_dir()}
    platform = modules - {"__init__", "__pycache__"} - KERNEL
    # These have a domain of their own, so that their other modules are closed one by one.
    open_parts = {"experiments": {"domain"}, "governance": {"domain", "timeline"}}
    wanted = {f"shared.{name}" for name in platform - open_parts.keys()}
    for package, pure in open_parts.items():
        parts = {path.stem for path in (PROJECT / "shared" / package).iterdir() if path.stem[0] != "_"}
        wanted |= {f"shared.{package}.{name}" for name in parts - pure}
    assert wanted <= set(closed)
    assert not {f"shared.{name}" for name in KERNEL} & set(closed)
