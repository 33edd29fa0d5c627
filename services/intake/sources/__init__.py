"""Data sources that applicants are looked up at: bureaus, registries, anything that answers JSON over HTTP."""

from services.intake.sources.configuration import ConfigurationError, ConfiguredSource, load
from services.intake.sources.port import (
    Inquiry,
    Source,
    SourceError,
    SourceFault,
    SourceReport,
)

__all__ = [
    "ConfigurationError",
    "ConfiguredSource",
    "Inquiry",
    "Source",
    "SourceError",
    "SourceFault",
    "SourceReport",
    "load",
]
