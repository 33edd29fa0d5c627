"""Development credentials: made at first start, kept in the state directory, never in the repository."""

import json
import os
import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from services.migrate import SCHEMAS
from shared.auth import hashed

_READ: Final = ["applications:read", "decisions:read", "limits:read", "reservations:read"]
_OFFICER: Final = [
    "accounts:write",
    "limits:read",
    "limits:check",
    "limits:propose",
    "items:read",
    "holds:read",
    "holds:release",
    "reservations:read",
]
_MANAGER: Final = [*_OFFICER, "limits:approve", "authorities:write", "exposure:rebuild"]
_FILE_READ: Final = ["parties:read", "consents:read", "reports:read", "documents:read", "statements:read"]
_FILE_WRITE: Final = ["parties:write", "consents:write", "documents:write", "statements:write", "references:write"]
_INVESTIGATE: Final = [
    "applications:read",
    "applications:write",
    "decisions:read",
    "parties:resolve",
    "reports:pull",
    "credit-reports:read",
    "credit-reports:write",
    "indicators:read",
    "reviews:read",
    "reviews:write",
    *_FILE_READ,
    *_FILE_WRITE,
]
CLIENTS: Final[Mapping[str, list[str]]] = {
    "los": [
        "applications:write",
        "decisions:write",
        "decisions:pin",
        "performance:write",
        "outcomes:write",
        *_FILE_READ,
        *_FILE_WRITE,
        *_READ,
    ],
    "crm": ["limits:read", "limits:check", "reservations:read", "reservations:write", "holds:read"],
    "erp": ["limits:read", "items:read", "items:write", "reservations:read", "reservations:write", "rates:write"],
    "credit-officer": [*_OFFICER, *_INVESTIGATE],
    "credit-manager": [*_MANAGER, *_INVESTIGATE, "applications:override"],
    "credit-director": [*_MANAGER, *_INVESTIGATE, "applications:override"],
    "data-feed": ["indicators:read", "indicators:write"],
    "privacy-officer": ["privacy:read", "privacy:write", "privacy:erase", "parties:read"],
    "analyst": [
        "backtests:read",
        "backtests:write",
        "catalogue:read",
        "decisions:replay",
        "scores:pin",
        "scores:read",
        "monitoring:read",
        "monitoring:write",
        "outcomes:read",
        "scores:write",
        *_READ,
    ],
    "policy-author": ["catalogue:write", "catalogue:read", "applications:read"],
    "policy-approver": ["catalogue:approve", "catalogue:deploy", "catalogue:rollback", "catalogue:read"],
    "decision-service": ["scores:write"],
    "intake-service": ["limits:read", "items:read"],
}
"""The clients of a development platform and what each may do.

Changing what is live takes two of them: `policy-author` drafts and submits versions of catalogue documents,
`policy-approver` approves what others wrote, puts it to work, and rolls back in an emergency. Raising a limit takes two
as well: `credit-officer` proposes, `credit-manager` approves what others proposed. Nobody says what they may release
themselves: the manager does for the officer, and `credit-director` for the manager. `privacy-officer` answers people
who ask for what is known of them, or for its erasure; `data-feed` brings indicators.
"""


@dataclass(frozen=True, slots=True)
class Credentials:
    """API keys by client, and database passwords by role."""

    api_keys: Mapping[str, str]
    passwords: Mapping[str, str]


def load_or_create(state: Path) -> Credentials:
    """Return the credentials of a state directory, making them at first; services get the keys' hashes only."""
    path = state / "credentials.json"
    kept: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"api_keys": {}, "passwords": {}}
    roles = [f"{schema}_{role}" for schema in SCHEMAS for role in ("owner", "app")]
    made = {
        # A state directory may be older than a client, or younger than one that is gone.
        "api_keys": {
            client: kept["api_keys"].get(client) or f"ck_test_{secrets.token_urlsafe(32)}" for client in CLIENTS
        },
        "passwords": {role: kept["passwords"].get(role) or secrets.token_urlsafe(24) for role in roles},
    }
    if made != kept:
        _write_private(path, made)
    credentials = Credentials(made["api_keys"], made["passwords"])
    hashes = [
        {"sha256": hashed(key), "client": client, "scopes": CLIENTS[client]}
        for client, key in credentials.api_keys.items()
    ]
    _write_private(key_file(state), {"keys": hashes})
    if not vault_file(state).exists():
        _write_private(vault_file(state), vault_keys())
    return credentials


def key_file(state: Path) -> Path:
    """Return where the hashes are that services read."""
    return state / "api_keys.json"


def vault_file(state: Path) -> Path:
    """Return where the keys are that intake seals personal data with."""
    return state / "intake_keys.json"


def vault_keys() -> dict[str, Any]:
    """Return new keys in the form that `services.intake.vault.Vault` reads."""

    def key() -> str:
        return b64encode(secrets.token_bytes(32)).decode()

    return {"active": "1", "keys": {"1": key()}, "index": key()}


def _write_private(path: Path, document: object) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(document, file, indent=2)
