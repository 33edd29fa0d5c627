"""The routes of the limits service."""

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from tests.faults.write_routes.route import FUZZED, WriteRoute
from tests.kit.platform import PRODUCT, Running, money


def routes(bed: Running, story: Mapping[str, Any]) -> Iterator[WriteRoute]:
    """Yield the routes of the service, on the account of a party that was granted a limit."""
    account = story["limit"]["account_id"]
    check = {"party_id": story["party_id"], "product": PRODUCT, "amount": money(100)}
    yield WriteRoute("limits", "/v1/limit-checks", "/v1/limit-checks", "crm", check, keyed=False)
    yield from _reservation_routes(bed, account)
    yield from _account_routes(bed)
    yield from _limit_routes(bed)
    yield from _check_routes(account)
    yield from _exposure_routes(bed, account)
    yield from _hold_routes(bed, account)


def _reservation_routes(bed: Running, account: str) -> Iterator[WriteRoute]:
    """Yield the routes by which is reserved, and what is reserved changes."""
    reserve = {"account_id": account, "amount": money(100), "reference": "order", "expires_in_seconds": 60}
    reservations, one = "/v1/reservations", "/v1/reservations/{reservation_id}"
    reservation = bed.post("limits", reservations, reserve, "crm").json()["reservation_id"]
    bulk = {
        "operations": [
            {"operation": "reserve", **reserve},
            {"operation": "adjust", "reservation_id": reservation, "amount": money(80)},
            {"operation": "capture", "reservation_id": reservation, "amount": money(1), "final": False},
            {"operation": "release", "reservation_id": "res_none"},
        ]
    }
    taken = f"{reservations}/{reservation}"
    yield WriteRoute("limits", reservations, reservations, "crm", reserve)
    yield WriteRoute("limits", f"{one}/capture", f"{taken}/capture", "crm", {"amount": money(10)})
    yield WriteRoute("limits", f"{one}/adjust", f"{taken}/adjust", "crm", {"amount": money(90)})
    yield WriteRoute("limits", f"{reservations}/bulk", f"{reservations}/bulk", "crm", bulk, small=True)
    yield WriteRoute("limits", f"{one}/release", f"{taken}/release", "crm", {})


def _account_routes(bed: Running) -> Iterator[WriteRoute]:
    """Yield the routes that officers keep accounts by, each on an account nobody trades on, and that of rates."""
    officer, accounts = "credit-officer", "/v1/accounts"
    body = {"party_id": f"party-{secrets.token_hex(6)}", "product": FUZZED, "currency": "DEM", "kind": "group"}
    opened = bed.post("limits", accounts, body, officer).json()["account_id"]
    child = {**body, "parent_id": opened, "sbu": "north", "review_due_on": "2027-01-31", "reason": "new"}
    yield WriteRoute("limits", accounts, accounts, officer, child, small=True)
    template, path = f"{accounts}/{{account_id}}", f"{accounts}/{opened}"
    edit = {"sbu": "north", "review_due_on": "2027-01-31", "reason": "new"}
    yield WriteRoute("limits", template, path, officer, edit, keyed=False, method="PATCH", small=True)
    for action in ("suspend", "resume", "block", "unblock", "close", "reopen", "move"):
        why = {"reason": "late", **({"parent_id": opened} if action == "move" else {})}
        yield WriteRoute("limits", f"{template}/{action}", f"{path}/{action}", officer, why, keyed=False, small=True)
    rate = {"base": "DEM", "quote": "EUR", "rate": "0.51129"}
    rates = {"effective_on": "2026-01-01", "source": "central bank", "good_for_days": 7, "rates": [rate]}
    yield WriteRoute("limits", "/v1/fx-rates", "/v1/fx-rates", "erp", rates, keyed=False, method="PUT", small=True)


def _limit_routes(bed: Running) -> Iterator[WriteRoute]:
    """Yield the routes that limits are proposed and approved by, on an account nobody trades on, and of products."""
    officer, manager, accounts, proposals = "credit-officer", "credit-manager", "/v1/accounts", "/v1/limit-proposals"
    body = {"party_id": f"party-{secrets.token_hex(6)}", "product": FUZZED, "currency": "DEM", "kind": "group"}
    path = f"{accounts}/{bed.post('limits', accounts, body, officer).json()['account_id']}/limit-proposals"
    changes: tuple[Mapping[str, Any], ...] = (
        {"kind": "base", "amount": money(100), "effective_from": "2090-01-01T00:00:00Z"},
        {
            "kind": "cover",
            "amount": money(100),
            "security": "guarantee",
            "eligible_share": "0.5",
            "cap": money(10),
            "effective_to": "2090-01-01T00:00:00Z",
        },
        {"kind": "review", "review_due_on": "2030-01-01", "review_every_days": 90},
    )
    for change in changes:
        wish = {"change": change, "reason": "grows"}
        yield WriteRoute("limits", f"{accounts}/{{account_id}}/limit-proposals", path, officer, wish, small=True)
    for step, client in (("approve", manager), ("reject", manager), ("withdraw", officer)):
        made = bed.post("limits", path, {"change": changes[0], "reason": "grows"}, officer).json()["proposal_id"]
        template, one = f"{proposals}/{{proposal_id}}/{step}", f"{proposals}/{made}/{step}"
        yield WriteRoute("limits", template, one, client, {"comment": "seen"}, keyed=False, small=True)
    said = {
        "currencies": {"DEM": {"default_limit_minor": 100, "decisions_need_checker_above_minor": None}},
        "review_every_days": 90,
        "thresholds": [75, 90],
        "hysteresis_percent": 5,
        "expiring_notice_days": 14,
        "reason": "autumn",
    }
    template, one = "/v1/limit-terms/{product}", f"/v1/limit-terms/{FUZZED}"
    yield WriteRoute("limits", template, one, manager, said, keyed=False, method="PUT", small=True)


def _check_routes(account: str) -> Iterator[WriteRoute]:
    """Yield the routes by which rules of checks are put, for a product nobody has, and by which it is asked what if."""
    words = {"en": "No more than 60 days.", "zh": "账期不得超过 60 天。"}
    custom = {"kind": "custom", "if": "terms_days > 60", "reason": "TERMS_TOO_LONG", "words": words}
    rule = {
        "currency": "DEM",
        "facts": {"terms_days": {"type": "integer"}},
        "exclusions": [{"name": "small", "if": "amount < 100", "skips": ["terms"]}],
        "steps": [
            {"name": "limit", "kind": "static_utilization", "max_percent": "100", "at": ["order"]},
            {"name": "overdue", "kind": "oldest_overdue", "max_days": 30, "tolerance": money(100), "on_hit": "warn"},
            {"name": "terms", **custom},
        ],
    }
    template, path = "/v1/check-rules/{product}", f"/v1/check-rules/{FUZZED}"
    put = {"rule": rule, "reason": "autumn"}
    yield WriteRoute(
        "limits", template, path, "credit-manager", put, keyed=False, personal=False, method="PUT", small=True
    )
    changes: tuple[Mapping[str, Any], ...] = (
        {"change": "reserve", "account_id": account, "amount": money(100)},
        {"change": "document", "account_id": account, "amount": money(100), "checkpoint": "order", "facts": {}},
        {"change": "limit", "account_id": account, "limit": money(100), "cover": money(100)},
        {"change": "status", "account_id": account, "status": "suspended"},
        {"change": "move", "account_id": account, "parent_id": None},
    )
    asked = "/v1/limit-what-ifs"
    for change in changes:
        yield WriteRoute("limits", asked, asked, "crm", {"changes": [change]}, keyed=False, small=True)


def _exposure_routes(bed: Running, account: str) -> Iterator[WriteRoute]:
    """Yield the routes of documents, of what counts of them, and of rebuilds."""
    manager, documents, rebuilds = "credit-manager", "/v1/exposure-items", "/v1/exposure-rebuilds"
    line = {
        "source": "erp",
        "doc_type": "invoice",
        "doc_id": secrets.token_hex(6),
        "version": 1,
        "account_id": account,
        "category": "invoice",
        "amount": money(10),
        "due_on": "2026-12-01",
        "follows": {"doc_type": "order", "doc_id": secrets.token_hex(6)},
    }
    yield WriteRoute("limits", documents, documents, "erp", {"items": [line]}, method="PUT", small=True)
    rules = {"categories": ["invoice"], "horizon_days": 30, "reason": "fewer"}
    template, path = "/v1/exposure-rules/{product}", f"/v1/exposure-rules/{FUZZED}"
    yield WriteRoute("limits", template, path, manager, rules, keyed=False, method="PUT", small=True)
    yield WriteRoute("limits", rebuilds, rebuilds, manager, {"account_id": account}, small=True)
    made = bed.post("limits", rebuilds, {"account_id": account}, manager).json()["rebuild_id"]
    template, path = f"{rebuilds}/{{rebuild_id}}/apply", f"{rebuilds}/{made}/apply"
    yield WriteRoute("limits", template, path, manager, {}, keyed=False, small=True)


def _hold_routes(bed: Running, account: str) -> Iterator[WriteRoute]:
    """Yield the routes of blocked documents, all on one that waits, and of who may release them."""
    document = {"source": "crm", "doc_type": "order", "doc_id": secrets.token_hex(6)}
    check = {"account_id": account, "amount": money(10**12), "document": document}
    bed.post("limits", "/v1/limit-checks", check, "crm")
    (hold,) = [
        entry
        for entry in bed.get("limits", "/v1/credit-holds?sort=newest&limit=200", "crm").json()["items"]
        if entry["account_id"] == account
    ]
    why = {"reason": "pays on Friday"}
    release = {"amount": money(10**12), "expires_at": "2090-01-01T00:00:00Z", **why}
    steps: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
        ("release", "credit-officer", release),
        ("confirm", "credit-manager", why),
        ("recheck", "crm", {}),
        ("assign", "credit-officer", {"to": "anna", **why}),
        ("note", "credit-officer", why),
        ("reject", "credit-officer", why),
        ("cancel", "crm", why),
    )
    for step, client, body in steps:
        template, path = f"/v1/credit-holds/{{hold_id}}/{step}", f"/v1/credit-holds/{hold['hold_id']}/{step}"
        yield WriteRoute("limits", template, path, client, body, small=True)
    authority = {
        "product": PRODUCT,
        "max_amount": money(10**6),
        "max_exposure": money(10**8),
        "valid_from": "2026-01-01T00:00:00Z",
    }
    granted = {"authorities": [authority], **why}
    template, path = "/v1/authorities/{holder}", "/v1/authorities/credit-officer"
    yield WriteRoute("limits", template, path, "credit-manager", granted, keyed=False, method="PUT", small=True)
