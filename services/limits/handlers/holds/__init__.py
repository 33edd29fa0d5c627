"""Holds: what credit checks read and write of them, and what officers do with them.

A blocked order goes on in three steps: an officer releases it, its next check passes, and the order becomes an
exposure item like any other. Nothing is reserved against a release: the ledger never oversells, documents are facts.
"""

from services.limits.handlers.holds.following import count, follow, open_ids, releases

__all__ = ["count", "follow", "open_ids", "releases"]
