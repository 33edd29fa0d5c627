"""Development credentials: made at first start, kept in the state directory, never in the repository."""

import json
import os
import secrets
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
CLIENTS: Final[Mapping[str, list[str]]] = {
    "los": ["applications:write", "decisions:write", "decisions:pin", "performance:write", "outcomes:write", *_READ],
    "crm": ["limits:read", "limits:check", "reservations:read", "reservations:write", "holds:read"],
    "erp": ["limits:read", "items:read", "items:write", "reservations:read", "reservations:write", "rates:write"],
    "credit-officer": [*_OFFICER],
    "credit-manager": [*_MANAGER],
    "credit-director": [*_MANAGER],
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
}
"""The clients of a development platform and what each may do.

Changing what is live takes two of them: `policy-author` drafts and submits versions of catalogue documents,
`policy-approver` approves what others wrote, puts it to work, and rolls back in an emergency. Raising a limit takes two
as well: `credit-officer` proposes, `credit-manager` approves what others proposed. Nobody says what they may release
themselves: the manager does for the officer, and `credit-director` for the manager.
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
    return credentials


def key_file(state: Path) -> Path:
    """Return where the hashes are that services read."""
    return state / "api_keys.json"


def _write_private(path: Path, document: object) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(document, file, indent=2)
