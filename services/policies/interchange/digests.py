"""Telling whether another tool has changed what is not read back."""

import hashlib
from collections.abc import Iterable


def digest_of(texts: Iterable[str]) -> str:
    """Return a short digest of texts, blank ones and the spaces around them aside."""
    return hashlib.sha256("\n".join(text.strip() for text in texts if text.strip()).encode()).hexdigest()[:16]
