"""`assay privacy`: keys are changed from the command line, as an operator would."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.cli import app
from services.intake.store import keys, privacy
from services.intake.vault import Vault
from shared.db import Database
from shared.ids import new_id
from tests.kit.service import Urls, vault_file


@pytest.fixture
def key_file(other_urls: Urls, tmp_path: Path) -> Iterator[Path]:
    """The environment of intake on a database of its own; the file of its keys."""
    path = vault_file(tmp_path)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("INTAKE_DATABASE_URL", other_urls.app)
        environment.setenv("INTAKE_KEYS_FILE", str(path))
        yield path


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["privacy", *arguments])


def _with_parties(url: str, key_file: Path, count: int) -> list[str]:
    async def add() -> list[str]:
        db = Database(url, pool_size=1)
        parties = [new_id("pty") for _ in range(count)]
        async with db.transaction() as tx:
            await keys.of(tx, Vault.load(key_file), parties)
            await privacy.destroy(tx, parties[:1])
        await db.close()
        return parties

    return asyncio.run(add())


def test_a_master_key_is_added_activated_rotated_to_and_the_old_one_removed(other_urls: Urls, key_file: Path) -> None:
    _with_parties(other_urls.app, key_file, 30)
    assert _run("keys").output.splitlines() == ["1: 29 data keys, active"]
    mode = key_file.stat().st_mode
    assert _run("add-key", "2026-11").exit_code == 0
    assert _run("keys").output.splitlines() == ["1: 29 data keys, active", "2026-11: 0 data keys"]
    assert _run("add-key", "2026-11").exit_code == 1
    assert _run("add-key", "none", "--activate").exit_code == 1
    assert _run("add-key", "2026-11", "--activate").exit_code == 0
    assert key_file.stat().st_mode == mode
    rotated = _run("rotate", "--batch", "8")
    assert "all data keys hang on 2026-11; 29 did not before" in rotated.output
    assert "all data keys hang on 2026-11 already" in _run("rotate").output
    assert _run("keys").output.splitlines() == ["1: 0 data keys", "2026-11: 29 data keys, active"]
    document = json.loads(key_file.read_text())
    del document["keys"]["1"]
    key_file.write_text(json.dumps(document))
    assert _run("keys").output.splitlines() == ["2026-11: 29 data keys, active"]


def test_a_master_key_that_is_missing_is_named_and_no_key_is_shown(other_urls: Urls, key_file: Path) -> None:
    _with_parties(other_urls.app, key_file, 3)
    lost = json.loads(key_file.read_text())
    anew = {**lost, "active": "2", "keys": {"2": lost["index"]}}
    key_file.write_text(json.dumps(anew))
    shown = _run("keys").output
    assert "1: 2 data keys, NOT IN THE VAULT" in shown
    failed = _run("rotate")
    assert failed.exit_code == 1
    assert "the master key 1 is not in the vault" in failed.output
    assert lost["index"] not in shown + failed.output


def test_a_dry_run_of_retention_counts_and_deletes_nothing(other_urls: Urls, key_file: Path) -> None:
    shown = _run("retain", "--dry-run")
    assert shown.exit_code == 0, shown.output
    assert "consent: 0 would be deleted" in shown.output
    assert _run("reindex").output.strip() == "all parties are indexed by the key that is in the vault"


def test_rules_that_can_not_be_read_stop_the_command_by_name(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = key_file.with_name("retention.yaml")
    rules.write_text("profiles: {}\n")
    monkeypatch.setenv("INTAKE_RETENTION_FILE", str(rules))
    failed = _run("retain", "--dry-run")
    assert failed.exit_code == 1
    assert "fallback names one of the profiles" in failed.output.replace("\n", " ")
