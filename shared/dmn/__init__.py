"""DMN models: read from XML, linked into programs, evaluated."""

from shared.dmn.faults import DmnError
from shared.dmn.model import Model
from shared.dmn.program import Program, Result, load
from shared.dmn.read import read_model

__all__ = ["DmnError", "Model", "Program", "Result", "load", "read_model"]
