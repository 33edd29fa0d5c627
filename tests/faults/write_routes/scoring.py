"""The routes of the scoring service."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from tests.faults.write_routes.route import WriteRoute
from tests.kit.platform import PRODUCT, SOLID, money

_MONITORING: Final = {"product": PRODUCT, "from": "2026-01-01T00:00:00Z", "performance_from": "2026-01-01T00:00:00Z"}


def routes(story: Mapping[str, Any]) -> Iterator[WriteRoute]:
    """Yield the routes by which is scored, and what became of decisions comes in."""
    facts = {"product": PRODUCT, "facts": {**SOLID, "requested_amount": money(250_000)}}
    outcome = {
        "decision_id": story["decision"]["decision_id"],
        "definition": "90+ dpd",
        "window_months": 12,
        "observed_on": datetime.now(UTC).date().isoformat(),
        "days_past_due": 12,
    }
    yield WriteRoute("scoring", "/v1/scores", "/v1/scores", "analyst", facts, keyed=False)
    yield WriteRoute("scoring", "/v1/scores/batch", "/v1/scores/batch", "analyst", {"items": [facts]}, keyed=False)
    yield WriteRoute("scoring", "/v1/outcomes", "/v1/outcomes", "los", {"items": [outcome]})
    yield WriteRoute("scoring", "/v1/monitoring", "/v1/monitoring", "analyst", _MONITORING, personal=False, small=True)
