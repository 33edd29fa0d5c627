"""Who is calling: API keys, stored hashed, each with a client name and scopes `resource:verb`."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request

from shared.errors import Kind, Refusal


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated client of the API and what it may do."""

    client: str
    scopes: frozenset[str]


class ApiKeys:
    """The keys a service accepts, by their SHA-256."""

    def __init__(self, callers: Mapping[str, Caller]) -> None:
        self._callers = callers

    @classmethod
    def load(cls, path: Path) -> "ApiKeys":
        """Read `{"keys": [{"sha256": hex, "client": name, "scopes": [...]}]}`; raises `ValueError` when unreadable."""
        try:
            document: Any = json.loads(path.read_text())
            return cls({key["sha256"]: Caller(key["client"], frozenset(key["scopes"])) for key in document["keys"]})
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path}: not a readable key file ({type(error).__name__})") from None

    def find(self, key: str) -> Caller | None:
        """Return the caller that owns `key`. Only hashes are compared, so timing tells nothing about a key."""
        return self._callers.get(hashed(key))


def hashed(key: str) -> str:
    """Return the form in which a key is stored."""
    return hashlib.sha256(key.encode()).hexdigest()


def authorise(request: Request, scope: str) -> Caller:
    """Return the caller of `request`; raises `Refusal` with 401 or 403."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    keys: ApiKeys = request.app.state.api_keys
    found = keys.find(key) if scheme.lower() == "bearer" else None
    if found is None:
        raise Refusal(Kind.UNAUTHENTICATED, "unauthenticated", "send a valid API key as a bearer token")
    if scope not in found.scopes:
        raise Refusal(Kind.FORBIDDEN, "scope_missing", f"this needs the scope {scope}")
    return found
