"""Investigations: taken source by source, so that a slow source holds up nobody but those who need it.

Each source has a line of its own in the database, and a worker takes no more from it than the source's concurrency
allows. Nothing remote happens inside a transaction: an inquiry is noted and committed, the source is asked, and the
answer is kept in another transaction, which also finds out whose turn it is next.
"""

from services.intake.handlers.investigating.desk import Desk
from services.intake.handlers.investigating.lines import investigate

__all__ = ["Desk", "investigate"]
