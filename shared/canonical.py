"""Canonical JSON and content hashes: two documents are the same exactly when their hashes are."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical_json(document: Mapping[str, Any]) -> str:
    """Return `document` as JSON with sorted keys and no spaces.

    Raises `ValueError` for NaN and infinity, `TypeError` for what JSON can't hold.
    """
    return _ENCODER.encode(document)


def content_hash(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical_json(document).encode()).hexdigest()
