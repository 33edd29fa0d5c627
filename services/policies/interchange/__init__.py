"""Policies as DMN models: written so that other tools open them, read from what other tools write."""

from services.policies.interchange.faults import InterchangeError, InterchangeFault
from services.policies.interchange.read import Imported, read_dmn
from services.policies.interchange.write import write_dmn

__all__ = ["Imported", "InterchangeError", "InterchangeFault", "read_dmn", "write_dmn"]
