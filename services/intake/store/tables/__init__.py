"""Intake's tables, as its migrations leave them: one module for each part of the credit file."""

from services.intake.store.tables import (
    applications,
    documents,
    indicators,
    investigation,
    matching,
    opinions,
    parties,
    privacy,
    statements,
)
from services.intake.store.tables.registry import metadata

__all__ = [
    "applications",
    "documents",
    "indicators",
    "investigation",
    "matching",
    "metadata",
    "opinions",
    "parties",
    "privacy",
    "statements",
]
