"""How much a session of processes weighs where Linux divides the processors between sessions first (autogroups)."""

from pathlib import Path
from typing import Final

LEAST: Final = 19
"""A session is as nice as a process can be."""


def weigh(pid: int, niceness: int) -> bool:
    """Give the session that process `pid` leads a niceness, -20 to 19, where sessions are weighed; False: try again.

    Inside of a session the niceness and the policy of a process count; alone in it, the process would have as much as
    all of another session otherwise. (`sched(7)`, "The autogroup feature".) Raises `OSError` when it may not.
    """
    session = Path(f"/proc/{pid}/autogroup")
    if session.exists() and session.read_text():
        try:
            session.write_text(str(niceness))
        except BlockingIOError:
            # Linux changes one session at a time, ten times a second.
            return False
    return True
