"""Every route that writes, with a body that it accepts."""

from tests.faults.write_routes import decision, intake, life_cycle, limits, scoring
from tests.faults.write_routes.route import WriteRoute
from tests.kit.platform import Running

__all__ = ["WriteRoute", "write_routes"]


def write_routes(bed: Running) -> list[WriteRoute]:
    """Return every route that writes, on a new account with a new reservation."""
    story = bed.approved()
    return [
        *scoring.routes(story),
        *decision.routes(story),
        *limits.routes(bed, story),
        *life_cycle.routes(bed),
        *intake.routes(bed, story),
    ]
