"""Every route that writes, with a body that it accepts."""

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import yaml

from tests.kit.platform import CATALOGUE, PRODUCT, SOLID, Running, application, money

FUZZED: Final = "fuzzed-loan"
"""The product whose catalogue documents tests may spoil; nothing of it is ever live."""


@dataclass(frozen=True, slots=True, eq=False)
class WriteRoute:
    """`template` is the route, `path` one that leads to it; `personal` when bodies may hold data of an applicant.

    A `small` one has little in its body that could be spoilt.
    """

    service: str
    template: str
    path: str
    client: str
    body: Mapping[str, Any]
    keyed: bool = True
    personal: bool = True
    method: str = "POST"
    small: bool = False

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
    outcome = {
        "decision_id": story["decision"]["decision_id"],
        "definition": "90+ dpd",
        "window_months": 12,
        "observed_on": datetime.now(UTC).date().isoformat(),
        "days_past_due": 12,
    }
    submission = application(f"customer-{secrets.token_hex(6)}")
    taken = f"/v1/reservations/{reservation}"
    bulk = {
        "operations": [
            {"operation": "reserve", **reserve},
            {"operation": "adjust", "reservation_id": reservation, "amount": money(80)},
            {"operation": "capture", "reservation_id": reservation, "amount": money(1), "final": False},
            {"operation": "release", "reservation_id": "res_none"},
        ]
    }
    return [
        WriteRoute("intake", "/v1/applications", "/v1/applications", "los", submission),
        WriteRoute("scoring", "/v1/scores", "/v1/scores", "analyst", facts, keyed=False),
        WriteRoute("scoring", "/v1/scores/batch", "/v1/scores/batch", "analyst", {"items": [facts]}, keyed=False),
        WriteRoute("scoring", "/v1/outcomes", "/v1/outcomes", "los", {"items": [outcome]}),
        WriteRoute("scoring", "/v1/monitoring", "/v1/monitoring", "analyst", _MONITORING, personal=False, small=True),
        WriteRoute("decision", "/v1/decisions", "/v1/decisions", "los", question),
        WriteRoute("decision", "/v1/performance", "/v1/performance", "los", performance, keyed=False),
        WriteRoute("limits", "/v1/limit-checks", "/v1/limit-checks", "crm", check, keyed=False),
        WriteRoute("limits", "/v1/reservations", "/v1/reservations", "crm", reserve),
        WriteRoute(
            "limits", "/v1/reservations/{reservation_id}/capture", f"{taken}/capture", "crm", {"amount": money(10)}
        ),
        WriteRoute(
            "limits", "/v1/reservations/{reservation_id}/adjust", f"{taken}/adjust", "crm", {"amount": money(90)}
        ),
        WriteRoute("limits", "/v1/reservations/bulk", "/v1/reservations/bulk", "crm", bulk, small=True),
        WriteRoute("limits", "/v1/reservations/{reservation_id}/release", f"{taken}/release", "crm", {}),
        WriteRoute("decision", "/v1/backtests", "/v1/backtests", "analyst", _BACKTEST, small=True),
        WriteRoute("decision", "/v1/backtests", "/v1/backtests", "analyst", _BACKTEST_OF_FILE, small=True),
        WriteRoute("decision", "/v1/performance", "/v1/performance", "los", _PERFORMANCE, keyed=False, small=True),
        *_account_routes(bed),
        *_limit_routes(bed),
        *_check_routes(account),
        *_exposure_routes(bed, account),
        *_hold_routes(bed, account),
        *_catalogue_routes(bed),
        *_application_routes(story["application_id"]),
        *_match_case_routes(bed),
        *_party_routes(bed),
        *_investigation_routes(bed),
        *_statement_routes(bed),
        *_privacy_routes(bed),
        *_indicator_routes(bed),
        *_reference_routes(story["party_id"]),
    ]


def _application_routes(application_id: str) -> Iterator[WriteRoute]:
    """Yield the routes by which people change what becomes of an application; this one is decided."""
    template, path = "/v1/applications/{application_id}", f"/v1/applications/{application_id}"
    amended = {"requested": money(100), "facts": {"duration_months": 12, "housing": None}}
    yield WriteRoute("intake", template, path, "los", amended, keyed=False, method="PATCH", small=True)
    for step, client in (("withdraw", "los"), ("override", "credit-manager")):
        why = {"reason": "found better"}
        yield WriteRoute("intake", f"{template}/{step}", f"{path}/{step}", client, why, keyed=False, small=True)


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
_MONITORING: Final = {"product": PRODUCT, "from": "2026-01-01T00:00:00Z", "performance_from": "2026-01-01T00:00:00Z"}
_PERFORMANCE: Final = {"items": [{"decision_id": "dec_none", "as_of": "2026-11-01", "bad": True}]}
_KINDS: Final = {"product": "products", "reasons": "reasons", "policy": "policies"}
_AUTHOR, _APPROVER = "policy-author", "policy-approver"
_STEPS: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "validate": (_AUTHOR, {}),
    "submit": (_AUTHOR, {"comment": "for the committee"}),
    "withdraw": (_AUTHOR, {}),
    "approve": (_APPROVER, {"hash": "0" * 64}),
    "reject": (_APPROVER, {"comment": "no"}),
    "review": (_APPROVER, {}),
    "promote": (_APPROVER, {}),
    "schedule": (_APPROVER, {"effective_from": "2090-01-01T00:00:00Z", "effective_to": "2091-01-01T00:00:00Z"}),
    "shadow": (_APPROVER, {}),
    "challenge": (
        _APPROVER,
        {
            "test": "autumn",
            "share_bp": 500,
            "maturity_months": 6,
            "stop_rules": {"min_decisions": 100, "max_bad_rate": "0.08", "min_approval_rate": "0.3"},
        },
    ),
    "stop": (_APPROVER, {}),
    "retire": (_APPROVER, {}),
}


def _catalogue_routes(bed: Running) -> Iterator[WriteRoute]:
    """Yield the routes of the life cycle, each on a draft of its own service."""
    drafts = "/v1/versions"
    for kind in (*_KINDS, "scorecard"):
        service = "scoring" if kind == "scorecard" else "decision"
        body = {"kind": kind, "document": _document(kind), "comment": "autumn"}
        yield WriteRoute(service, drafts, drafts, _AUTHOR, body, personal=False)
    for service, kind in (("decision", "policy"), ("scoring", "scorecard")):
        drafted = bed.post(service, drafts, {"kind": kind, "document": _document(kind)}, _AUTHOR).json()
        path, template = f"{drafts}/{drafted['version_id']}", f"{drafts}/{{version_id}}"
        edit = {"document": {"product": FUZZED}, "comment": "better"}
        yield _step(service, template, path, _AUTHOR, edit, method="PUT")
        for action, (client, given) in _STEPS.items():
            yield _step(service, f"{template}/{action}", f"{path}/{action}", client, given)
        back = {"comment": "declines everybody", "version_id": drafted["version_id"]}
        live, name = "/v1/catalogue/{kind}/{name}/rollback", f"/v1/catalogue/{kind}/{FUZZED}/rollback"
        yield _step(service, live, name, _APPROVER, back)


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


def _match_case_routes(bed: Running) -> Iterator[WriteRoute]:
    """Yield the route by which an officer says who a possible duplicate is: a person who comes again, and has moved."""
    officer, names = "credit-officer", [{"text": f"Mover {secrets.token_hex(6)}"}]
    for city, postcode in (("Leeds", "LS1 4AB"), ("Bristol", "BS2 9XY")):
        address = {"lines": ["1 Mill Lane"], "city": city, "postal_code": postcode, "country": "GB"}
        profile = {"names": names, "born_on": "1984-03-05", "addresses": [address]}
        taken = bed.post("intake", "/v1/parties", {"kind": "person", "profile": profile}, officer).json()
    case_id = taken["match"]["case_id"]
    template, path = "/v1/match-cases/{case_id}/resolve", f"/v1/match-cases/{case_id}/resolve"
    yield WriteRoute("intake", template, path, officer, {"verdict": "different", "reason": "a namesake"}, small=True)


def _party_routes(bed: Running) -> Iterator[WriteRoute]:
    """Yield the routes by which parties are taken in, found, changed, merged and owned."""
    officer, names = "credit-officer", [{"text": f"Works {secrets.token_hex(6)} Ltd"}]
    identifier = {"scheme": "us-ein", "value": f"{secrets.randbelow(10**9):09}"}
    profile = {
        "names": names,
        "identifiers": [identifier],
        "addresses": [{"lines": ["1 Mill Lane"], "city": "Leeds", "postal_code": "X1", "country": "GB"}],
        "contacts": [{"kind": "phone", "value": "+442079460000"}],
        "born_on": "1984-03-05",
    }
    attribution = {"channel": "branch", "country": "GB"}
    body = {"kind": "company", "profile": profile, "attribution": attribution}
    taken = bed.post("intake", "/v1/parties", body, officer).json()["party_id"]
    other = bed.post("intake", "/v1/parties", {"kind": "company", "external_ref": secrets.token_hex(6)}, officer).json()
    template, path = "/v1/parties/{party_id}", f"/v1/parties/{taken}"
    yield WriteRoute("intake", "/v1/parties", "/v1/parties", officer, body)
    search, edit = {"identifier": identifier}, {"profile": profile, "reason": "moved"}
    yield WriteRoute("intake", "/v1/parties/search", "/v1/parties/search", officer, search, keyed=False, small=True)
    yield WriteRoute("intake", template, path, officer, edit, keyed=False, method="PATCH", small=True)
    for step, field in (("merge", "merged_party_id"), ("unmerge", "unmerged_party_id")):
        why = {field: other["party_id"], "reason": "same address"}
        yield WriteRoute("intake", f"{template}/{step}", f"{path}/{step}", officer, why, keyed=False, small=True)
    held = {"kind": "ownership", "share": "0.0001", "valid_from": "2020-01-01", "source": "registry"}
    owned = {"owner_party_id": other["party_id"], **held}
    yield WriteRoute("intake", f"{template}/owners", f"{path}/owners", officer, owned, small=True)
    stated = bed.post("intake", f"{path}/owners", owned, officer).json()["ownership_id"]
    one, end = "/v1/ownership/{ownership_id}/end", f"/v1/ownership/{stated}/end"
    yield WriteRoute("intake", one, end, officer, {"valid_to": "2021-01-01"}, keyed=False, small=True)


def _reference_routes(party_id: str) -> Iterator[WriteRoute]:
    """Yield the route by which references are taken down, with what a supplier and a bank say."""
    template, path = "/v1/parties/{party_id}/references", f"/v1/parties/{party_id}/references"
    known = {"taken_on": "2026-01-31", "contact": "Ms Weber"}
    amounts = {"high_credit": money(300), "balance": money(200), "past_due": money(100)}
    trade = {"kind": "trade", "referee": "Steel Ltd", "terms_days": 30, "manner": "slow", "days_slow": 5, **amounts}
    yield WriteRoute("intake", template, path, "los", {**known, **trade}, small=True)
    facility = {"limit": money(300), "drawn": money(100), "secured": True}
    bank = {"kind": "bank", "referee": "City Bank", "account_since": "2020-01-31", "currency": "DEM"}
    said = {"average_balance": "medium_5", "facility": facility, "returned_items": 0}
    yield WriteRoute("intake", template, path, "los", {**known, **bank, **said}, small=True)


def _statement_routes(bed: Running) -> Iterator[WriteRoute]:
    """Yield the routes of financial statements, and of the tables that their ratios are held against."""
    officer = "credit-officer"
    statement = {
        "period": {"start": "2024-01-01", "end": "2024-12-31"},
        "currency": "EUR",
        "standard": "ifrs",
        "assurance": "audited",
        "lines": {"assets": "100", "liabilities": "60", "equity": "39"},
    }
    party = bed.post("intake", "/v1/parties", {"kind": "company", "external_ref": secrets.token_hex(6)}, officer).json()
    template, path = "/v1/parties/{party_id}/statements", f"/v1/parties/{party['party_id']}/statements"
    yield WriteRoute("intake", template, path, officer, statement)
    kept = bed.post("intake", path, statement, officer).json()["statement_id"]
    one = f"{template}/{{statement_id}}"
    yield WriteRoute("intake", one, f"{path}/{kept}", officer, statement, keyed=False, method="PUT", small=True)
    why = {"reason": "seen"}
    yield WriteRoute("intake", f"{one}/accept", f"{path}/{kept}/accept", officer, why, keyed=False, small=True)
    points = [{"percentile": 10, "value": "0.5"}, {"percentile": 90, "value": "2"}]
    table = {"source": "made up", "ratios": [{"ratio": "current_ratio", "points": points}]}
    template, path = "/v1/industry-tables/{code}/{year}", "/v1/industry-tables/fuzzed/2024"
    yield WriteRoute("intake", template, path, "data-feed", table, keyed=False, method="PUT", small=True)


def _investigation_routes(bed: Running) -> Iterator[WriteRoute]:
    """Yield the routes of consents and of reports that are pulled; no source is configured here."""
    party = bed.post("intake", "/v1/parties", {"kind": "person", "external_ref": secrets.token_hex(6)}, "los").json()
    template, path = "/v1/parties/{party_id}/consents", f"/v1/parties/{party['party_id']}/consents"
    consent = {
        "purpose": "credit_assessment",
        "scope": ["bureau"],
        "proof": {"method": "signed_form", "document_id": "doc_1", "sha256": "0" * 64, "text": "I agree"},
        "given_at": "2026-01-01T00:00:00Z",
        "expires_at": "2035-01-01T00:00:00Z",
    }
    yield WriteRoute("intake", template, path, "los", consent)
    given = bed.post("intake", path, consent, "los").json()["consent_id"]
    one, revoked = "/v1/consents/{consent_id}/revoke", f"/v1/consents/{given}/revoke"
    yield WriteRoute("intake", one, revoked, "los", {"reason": "no more"}, keyed=False, small=True)
    template, path = "/v1/parties/{party_id}/reports", f"/v1/parties/{party['party_id']}/reports"
    question = {"source": "consumer-bureau", "purpose": "credit_assessment"}
    yield WriteRoute("intake", template, path, "credit-officer", question, small=True)


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


def _step(
    service: str, template: str, path: str, client: str, body: Mapping[str, Any], method: str = "POST"
) -> WriteRoute:
    return WriteRoute(service, template, path, client, body, keyed=False, personal=False, method=method, small=True)


def _document(kind: str) -> dict[str, Any]:
    """Return the document of the catalogue under another product's name."""
    document: dict[str, Any]
    if kind == "scorecard":
        document = json.loads((CATALOGUE / "scorecards" / f"{PRODUCT}.json").read_text())
    else:
        document = yaml.safe_load((CATALOGUE / _KINDS[kind] / f"{PRODUCT}.yaml").read_text())
    return {**document, "name" if kind == "product" else "product": FUZZED}


def _privacy_routes(bed: Running) -> Iterator[WriteRoute]:
    """Yield the routes by which a person is erased, on somebody nobody else uses, and by which nobody may be."""
    officer, parties = "privacy-officer", "/v1/parties"
    body = {"kind": "person", "external_ref": secrets.token_hex(6)}
    taken = bed.post("intake", parties, body, "los").json()["party_id"]
    template, path, why = f"{parties}/{{party_id}}", f"{parties}/{taken}", {"reason": "a quarrel"}
    placed = bed.post("intake", f"{path}/legal-holds", why, officer).json()["hold_id"]
    yield WriteRoute("intake", f"{template}/legal-holds", f"{path}/legal-holds", officer, why, small=True)
    yield WriteRoute("intake", f"{template}/erase", f"{path}/erase", officer, {"reason": "objection"}, small=True)
    one, held = "/v1/legal-holds/{hold_id}/release", f"/v1/legal-holds/{placed}/release"
    yield WriteRoute("intake", one, held, officer, why, keyed=False, small=True)


def _indicator_routes(bed: Running) -> Iterator[WriteRoute]:
    """Yield the routes of series, on one of no fact, and of reviews, on one that is not there."""
    feed, template, path = "data-feed", "/v1/indicators/{series}", f"/v1/indicators/s-{secrets.token_hex(6)}"
    series = {
        "label": "Index",
        "label_zh": "指数",
        "unit": "points",
        "frequency": "monthly",
        "scope": "industry",
        "codes": ["F41"],
        "source": "office",
        "scale": 2,
        "stale_after_days": 75,
    }
    url, headers = bed.platform.url("intake") + path, bed.headers(feed)
    assert bed.http.put(url, json=series, headers=headers).status_code == 200
    yield WriteRoute("intake", template, path, feed, series, keyed=False, personal=False, method="PUT", small=True)
    trigger = {
        "kind": "level",
        "direction": "down",
        "threshold": "50",
        "hysteresis": "1",
        "periods": 1,
        "review_within_days": 14,
        "is_active": True,
    }
    one, watched = f"{template}/triggers/{{trigger}}", f"{path}/triggers/low"
    yield WriteRoute("intake", one, watched, feed, trigger, keyed=False, personal=False, method="PUT", small=True)
    seen = {"series": path.rpartition("/")[2], "observed_on": "2026-09-30", "value": "48.7"}
    bulk, items = "/v1/indicator-observations", {"items": [{**seen, "published_at": "2026-10-01T08:00:00Z"}]}
    yield WriteRoute("intake", bulk, bulk, feed, items, keyed=False, personal=False, method="PUT", small=True)
    for step, body in (("assign", {"to": "anna"}), ("complete", {"outcome": "done", "note": "seen"})):
        review, none = f"/v1/reviews/{{review_id}}/{step}", f"/v1/reviews/rev_none/{step}"
        yield WriteRoute("intake", review, none, "credit-officer", body, keyed=False, small=True)
