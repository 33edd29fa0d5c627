"""DMN 1.2 to 1.5 XML -> `Model`. Layout and vendors' extensions are passed over; what is kept keeps its line."""

from shared.dmn.read.definitions import read_model

__all__ = ["read_model"]
