"""The routes of the intake service."""

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from tests.faults.write_routes.route import WriteRoute
from tests.kit.platform import Running, application, money


def routes(bed: Running, story: Mapping[str, Any]) -> Iterator[WriteRoute]:
    """Yield the routes of the service; some lead to an application that is decided, and to its party."""
    submission = application(f"customer-{secrets.token_hex(6)}")
    yield WriteRoute("intake", "/v1/applications", "/v1/applications", "los", submission)
    yield from _application_routes(story["application_id"])
    yield from _match_case_routes(bed)
    yield from _party_routes(bed)
    yield from _investigation_routes(bed)
    yield from _statement_routes(bed)
    yield from _privacy_routes(bed)
    yield from _indicator_routes(bed)
    yield from _reference_routes(story["party_id"])
    yield from _opinion_routes(bed)


def _application_routes(application_id: str) -> Iterator[WriteRoute]:
    """Yield the routes by which people change what becomes of an application; this one is decided."""
    template, path = "/v1/applications/{application_id}", f"/v1/applications/{application_id}"
    amended = {"requested": money(100), "facts": {"duration_months": 12, "housing": None}}
    yield WriteRoute("intake", template, path, "los", amended, keyed=False, method="PATCH", small=True)
    for step, client in (("withdraw", "los"), ("override", "credit-manager")):
        why = {"reason": "found better"}
        yield WriteRoute("intake", f"{template}/{step}", f"{path}/{step}", client, why, keyed=False, small=True)


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


def _opinion_routes(bed: Running) -> Iterator[WriteRoute]:
    """Yield the route by which an officer says what to grant."""
    party = bed.post("intake", "/v1/parties", {"kind": "company", "external_ref": secrets.token_hex(6)}, "los").json()
    template, path = "/v1/parties/{party_id}/opinions", f"/v1/parties/{party['party_id']}/opinions"
    limit = {"amount_minor": 500_000_00, "currency": "USD"}
    opinion = {"recommendation": "grant", "limit": limit, "words": "Pays within terms; accounts audited."}
    yield WriteRoute("intake", template, path, "credit-officer", opinion, small=True)
