"""Every route that writes, with a body that it accepts."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from tests.kit.platform import CATALOGUE, PRODUCT, SOLID, Running, application, money

FUZZED: Final = "fuzzed-loan"
"""The product whose catalogue documents tests may spoil."""


@dataclass(frozen=True, slots=True, eq=False)
class WriteRoute:
    """`template` is the route, `path` one that leads to it; `personal` when bodies may hold data of an applicant."""

    service: str
    template: str
    path: str
    client: str
    body: Mapping[str, Any]
    keyed: bool = True
    personal: bool = True

    @property
    def raw(self) -> bytes:
        """The body as bytes."""
        return json.dumps(self.body).encode()


def write_routes(bed: Running) -> list[WriteRoute]:
    """Return every route that writes, on a new account with a new reservation."""
    story = bed.approved()
    account = story["limit"]["account_id"]
    reserve = {"account_id": account, "amount": money(100), "reference": "order", "expires_in_seconds": 60}
    reservation = bed.post("limits", "/v1/reservations", reserve, "crm").json()["reservation_id"]
    question = {**application("unused"), "party_id": f"party-{secrets.token_hex(6)}", "reference": "order"}
    del question["party"]
    facts = {"product": PRODUCT, "facts": {**SOLID, "requested_amount": money(250_000)}}
    check = {"party_id": story["party_id"], "product": PRODUCT, "amount": money(100)}
    performed = {"decision_id": story["decision"]["decision_id"], "as_of": "2026-06-30", "bad": False}
    performance = {"items": [performed]}
    submission = application(f"customer-{secrets.token_hex(6)}")
    taken = f"/v1/reservations/{reservation}"
    return [
        WriteRoute("intake", "/v1/applications", "/v1/applications", "los", submission),
        WriteRoute("scoring", "/v1/scores", "/v1/scores", "analyst", facts, keyed=False),
        WriteRoute("scoring", "/v1/scores/batch", "/v1/scores/batch", "analyst", {"items": [facts]}, keyed=False),
        WriteRoute("decision", "/v1/decisions", "/v1/decisions", "los", question),
        WriteRoute("decision", "/v1/performance", "/v1/performance", "los", performance, keyed=False),
        WriteRoute("limits", "/v1/limit-checks", "/v1/limit-checks", "crm", check, keyed=False),
        WriteRoute("limits", "/v1/reservations", "/v1/reservations", "crm", reserve),
        WriteRoute(
            "limits", "/v1/reservations/{reservation_id}/capture", f"{taken}/capture", "crm", {"amount": money(10)}
        ),
        WriteRoute("limits", "/v1/reservations/{reservation_id}/release", f"{taken}/release", "crm", {}),
        *(_catalogue_route(service, kind) for service, kind in _CATALOGUE),
    ]


_CATALOGUE: Final = (("decision", "products"), ("decision", "reasons"), ("decision", "policies"), ("scoring", "models"))


def _catalogue_route(service: str, kind: str) -> WriteRoute:
    """Return the route of a kind of document, with the one in the catalogue under another product's name."""
    if kind == "models":
        # A scorecard carries its own hash, so that no spoilt one can become the live one.
        document = json.loads((CATALOGUE / "scorecards" / f"{PRODUCT}.json").read_text())
    else:
        document = yaml.safe_load((CATALOGUE / kind / f"{PRODUCT}.yaml").read_text())
        document["name" if kind == "products" else "product"] = FUZZED
    path = f"/v1/{kind}"
    return WriteRoute(service, path, path, "analyst", {"document": document}, keyed=False, personal=False)
