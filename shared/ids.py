"""Identifiers: a prefix that names the kind and a time-ordered UUIDv7 (RFC 9562)."""

import uuid_utils


def new_id(prefix: str) -> str:
    """Return a fresh id such as `app_0193c1...`: the prefix, an underscore, 32 hexadecimal digits."""
    return f"{prefix}_{uuid_utils.uuid7().hex}"
