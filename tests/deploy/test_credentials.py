"""`deploy/credentials.py`: from the example to an `.env` and a key file."""

import json
import stat
from pathlib import Path

import pytest

from deploy import credentials
from services.embedded.credentials import CLIENTS, load_or_create
from services.intake.vault import Vault
from shared.auth import ApiKeys
from tests.deploy.compose import EXAMPLE


@pytest.fixture
def deployment(tmp_path: Path) -> Path:
    """A directory in which the credentials have been made."""
    (tmp_path / ".env.example").write_text(EXAMPLE)
    credentials.write(tmp_path)
    return tmp_path


def test_every_value_is_filled_in_and_no_secret_is_used_twice(deployment: Path) -> None:
    values = credentials.variables((deployment / ".env").read_text())
    assert values.keys() == credentials.variables(EXAMPLE).keys()
    assert all(values.values())
    assert len(set(values.values())) == len(values)


def test_the_example_holds_no_secret() -> None:
    given = {name for name, value in credentials.variables(EXAMPLE).items() if value}
    assert given == {"ASSAY_LOG_LEVEL"}


def test_services_accept_the_keys_with_the_scopes_of_their_clients(deployment: Path) -> None:
    values = credentials.variables((deployment / ".env").read_text())
    keys = ApiKeys.load(deployment / ".state" / "compose" / "api_keys.json")
    for client, scopes in CLIENTS.items():
        caller = keys.find(values[credentials.key_variable(client)])
        assert caller is not None
        assert (caller.client, caller.scopes) == (client, frozenset(scopes))


def test_the_key_file_shows_no_key_and_the_other_file_is_private(deployment: Path) -> None:
    env, keys = deployment / ".env", deployment / ".state" / "compose" / "api_keys.json"
    assert "ck_" not in keys.read_text()
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    # Containers read it through a bind mount under an account that this host does not know.
    assert stat.S_IMODE(keys.stat().st_mode) == 0o644


def test_the_keys_of_the_vault_are_made_once_in_a_folder_that_nobody_else_enters(deployment: Path) -> None:
    folder = deployment / ".state" / "compose" / "vault"
    keys = folder / "intake_keys.json"
    before = keys.read_text()
    assert Vault.load(keys).active == "1"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    credentials.write(deployment)
    assert keys.read_text() == before


def test_running_it_again_keeps_the_secrets(deployment: Path) -> None:
    before = (deployment / ".env").read_text(), (deployment / ".state" / "compose" / "api_keys.json").read_text()
    credentials.write(deployment)
    assert before == (
        (deployment / ".env").read_text(),
        (deployment / ".state" / "compose" / "api_keys.json").read_text(),
    )


def test_an_older_deployment_gets_the_variables_and_keys_that_are_new_and_keeps_its_own(deployment: Path) -> None:
    env = deployment / ".env"
    before = credentials.variables(env.read_text())
    newer = ("POLICY_AUTHOR_API_KEY", "POLICY_APPROVER_API_KEY")
    env.write_text("".join(f"{name}={value}\n" for name, value in before.items() if name not in newer))
    credentials.write(deployment)
    after = credentials.variables(env.read_text())
    assert {name: value for name, value in after.items() if name not in newer} == {
        name: value for name, value in before.items() if name not in newer
    }
    keys = ApiKeys.load(deployment / ".state" / "compose" / "api_keys.json")
    for name in newer:
        assert keys.find(after[name]) is not None


def test_a_development_platform_that_is_older_than_a_client_gets_its_key(tmp_path: Path) -> None:
    first = load_or_create(tmp_path)
    kept = {client: key for client, key in first.api_keys.items() if client != "policy-author"}
    older = {"api_keys": kept, "passwords": dict(first.passwords)}
    (tmp_path / "credentials.json").write_text(json.dumps(older))
    again = load_or_create(tmp_path)
    assert {**kept, "policy-author": again.api_keys["policy-author"]} == again.api_keys
    assert again.passwords == first.passwords
    assert load_or_create(tmp_path) == again


def test_nobody_who_drafts_may_approve() -> None:
    for client, scopes in CLIENTS.items():
        assert not {"catalogue:write", "catalogue:approve"} <= set(scopes), client
