"""Limits' tables, as its migrations leave them: one module for each part of the service."""

from services.limits.store.tables import ledger, rates, terms
from services.limits.store.tables.metadata import metadata

__all__ = ["ledger", "metadata", "rates", "terms"]
