"""The routes of the decision service."""

import secrets
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.faults.write_routes.route import WriteRoute
from tests.kit.platform import PRODUCT, application

_BACKTEST: Final = {
    "product": PRODUCT,
    # Nobody drafted it, so that no spoilt request is ever run.
    "candidate": {"version_id": "ver_none"},
    "source": {"decisions": {"since": "2026-01-01T00:00:00Z"}},
    "segments": ["housing"],
    "examples": 3,
}
_BACKTEST_OF_FILE: Final = {
    "product": PRODUCT,
    "candidate": {"version_id": "ver_none"},
    "source": {
        "upload": "upl_none",
        "data_map": {"as_of": "Opened"},
        "bad_rows": "report",
        "scorecard": {"version": 1},
    },
}
_PERFORMANCE: Final = {"items": [{"decision_id": "dec_none", "as_of": "2026-11-01", "bad": True}]}


def routes(story: Mapping[str, Any]) -> Iterator[WriteRoute]:
    """Yield the routes by which is decided, past decisions are tried again, and what became of them comes in."""
    question = {**application("unused"), "party_id": f"party-{secrets.token_hex(6)}", "reference": "order"}
    del question["party"]
    performed = {"decision_id": story["decision"]["decision_id"], "as_of": "2026-06-30", "bad": False}
    performance = {"items": [performed]}
    yield WriteRoute("decision", "/v1/decisions", "/v1/decisions", "los", question)
    yield WriteRoute("decision", "/v1/performance", "/v1/performance", "los", performance, keyed=False)
    yield WriteRoute("decision", "/v1/backtests", "/v1/backtests", "analyst", _BACKTEST, small=True)
    yield WriteRoute("decision", "/v1/backtests", "/v1/backtests", "analyst", _BACKTEST_OF_FILE, small=True)
    yield WriteRoute("decision", "/v1/performance", "/v1/performance", "los", _PERFORMANCE, keyed=False, small=True)
