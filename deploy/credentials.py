"""Makes the credentials of a docker-compose deployment in the working directory.

Writes `.env` from `.env.example` with a new secret for every empty value, unless there is one already (which gets
only what it lacks), and
`.state/compose/api_keys.json` with the hash and the scopes of each client's key in `.env`, and
`.state/compose/vault/intake_keys.json` with the keys that intake seals personal data with (an existing one is kept:
what was sealed with lost keys is lost).
"""

import json
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from services.embedded.credentials import CLIENTS, vault_keys
from shared.auth import hashed


def filled(example: str) -> str:
    """Return the text of an `.env` file with a secret after every `NAME=` that has no value."""
    return "".join(
        f"{line}{_secret(line)}\n" if line.endswith("=") and not line.startswith("#") else f"{line}\n"
        for line in example.splitlines()
    )


def completed(env: str, example: str) -> str:
    """Return the text of an `.env` file with those variables of the example added that it is too old to have."""
    known = variables(env)
    new = {name: value for name, value in variables(filled(example)).items() if name not in known}
    return env + "".join(f"{name}={value}\n" for name, value in new.items())


def variables(env: str) -> dict[str, str]:
    """Return the variables of an `.env` file."""
    lines = (line for line in env.splitlines() if line and not line.startswith("#"))
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def key_variable(client: str) -> str:
    """Return the variable that holds a client's API key."""
    return f"{client.upper().replace('-', '_')}_API_KEY"


def key_file(values: Mapping[str, str]) -> str:
    """Return what the services read of the API keys: hashes, clients and scopes."""
    keys = [
        {"sha256": hashed(values[key_variable(client)]), "client": client, "scopes": scopes}
        for client, scopes in CLIENTS.items()
    ]
    return json.dumps({"keys": keys}, indent=2) + "\n"


def write(directory: Path) -> None:
    """Make the files below `directory`, which holds `.env.example`; an existing `.env` is kept."""
    env = directory / ".env"
    example = (directory / ".env.example").read_text()
    if not env.exists():
        env.touch(mode=0o600)
        env.write_text(filled(example))
    env.write_text(completed(env.read_text(), example))
    keys = directory / ".state" / "compose" / "api_keys.json"
    keys.parent.mkdir(parents=True, exist_ok=True)
    keys.write_text(key_file(variables(env.read_text())))
    # The containers' account reads it through a bind mount; hashes of random 256-bit keys give nothing away.
    keys.chmod(0o644)
    vault = keys.parent / "vault"
    vault.mkdir(exist_ok=True)
    # Nobody else on this host gets into the folder; the containers' account reads the file through its own bind mount.
    vault.chmod(0o700)
    sealing = vault / "intake_keys.json"
    if not sealing.exists():
        sealing.write_text(json.dumps(vault_keys(), indent=2) + "\n")
        sealing.chmod(0o644)


def _secret(line: str) -> str:
    return f"ck_{secrets.token_urlsafe(32)}" if line.endswith("_API_KEY=") else secrets.token_urlsafe(24)


if __name__ == "__main__":
    write(Path.cwd())
    sys.stdout.write("wrote .env and .state/compose/vault/ (secret), and .state/compose/api_keys.json (hashes)\n")
