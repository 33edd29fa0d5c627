"""Limits' tables, as its migrations leave them: one module for each part of the service."""

from services.limits.store.tables import checks, holds, items, ledger, rates, signals, terms
from services.limits.store.tables.metadata import metadata

__all__ = ["checks", "holds", "items", "ledger", "metadata", "rates", "signals", "terms"]
