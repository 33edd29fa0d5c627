"""A DMN model -> a policy document, and what it could not tell."""

from services.policies.interchange.read.document import Imported, read_dmn

__all__ = ["Imported", "read_dmn"]
