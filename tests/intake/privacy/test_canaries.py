"""Planted personal data, sent through every route that there is, is found in sealed columns and nowhere else.

Routes come from the OpenAPI document, so that a new one is tried as soon as it is there.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY, generate_latest

from services.embedded.credentials import CLIENTS
from shared.db import Database
from tests.intake.privacy import given
from tests.intake.privacy.conftest import Clients
from tests.intake.privacy.leaks import contains, found_in_clear
from tests.kit.platform import application, money

CANARIES: Final = {
    "latin name": "Zephyrine Quackenbush",
    "chinese name": "欧阳翡翠",
    "tax id": "219-09-9471",
    "identity number": "11010519491231002X",
    "card": "4929 4212 3460 0821",
    "phone": "+442079460958",
    "e-mail": "zephyrine.q@canary.example",
    "token": "ck_test_Zephyrine0000000000000000000000",
}
_TEXT: Final = " / ".join(CANARIES.values())
# What these hold is about series, industries and staff, and stands in clear.
_ABOUT_NOBODY: Final = {"indicators", "benchmarks", "industry-tables"}
_OF_STAFF: Final = {("/v1/reviews/{review_id}/assign", "to")}
_PLAIN: Final = ("abc", "a-b", "ABC", "US", "EUR", "1", "1.5", "2026-01-01", "0" * 64, "signed_form", "bureau")


def _operations(app: FastAPI) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in app.openapi()["paths"].items():
        for method, stated in methods.items():
            if "x-required-scope" in stated:
                yield path, method.upper(), stated


class Body:
    """Makes bodies from a schema: canaries wherever a text is free, and as good values as can be elsewhere."""

    def __init__(self, app: FastAPI, known: dict[str, str]) -> None:
        self._schemas: dict[str, Any] = app.openapi().get("components", {}).get("schemas", {})
        self._known = known

    def of(self, schema: dict[str, Any], name: str = "", depth: int = 0) -> Any:
        """Return a value of a schema for the field `name`."""
        if "$ref" in schema:
            return self.of(self._schemas[schema["$ref"].rpartition("/")[2]], name, depth)
        for several in ("anyOf", "oneOf", "allOf"):
            if several in schema:
                return self.of(schema[several][0], name, depth)
        if "enum" in schema or "const" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        kind = schema.get("type")
        if depth > 8:
            return None
        if kind == "object":
            return {key: self.of(value, key, depth + 1) for key, value in schema.get("properties", {}).items()}
        if kind == "array":
            return [self.of(schema.get("items", {}), name, depth + 1)]
        if kind in ("integer", "number"):
            return schema.get("minimum", 1)
        if kind == "boolean":
            return True
        return self._text(schema, name)

    def _text(self, schema: dict[str, Any], name: str) -> str:
        if name in self._known:
            return self._known[name]
        if schema.get("format") == "date":
            return "2026-01-31"
        if schema.get("format") == "date-time":
            return "2026-01-31T00:00:00Z"
        pattern = schema.get("pattern")
        if pattern and "\\x00" not in pattern:
            return next((plain for plain in _PLAIN if re.search(pattern, plain)), "abc")
        return _TEXT[: schema.get("maxLength", 200)]


def _client(stated: dict[str, Any]) -> str:
    return next(name for name, scopes in CLIENTS.items() if stated["x-required-scope"] in scopes)


def _spoilt(body: Any) -> list[bytes]:
    """Return bodies with canaries that no route accepts."""
    extra = {**body, "more": _TEXT} if isinstance(body, dict) else [_TEXT]
    texts = dict.fromkeys(body, _TEXT) if isinstance(body, dict) else _TEXT
    return [json.dumps(value).encode() for value in (extra, texts, [_TEXT], _TEXT)] + [b'{"name": "' + _TEXT.encode()]


async def _known(los: httpx.AsyncClient, clients: Clients) -> dict[str, str]:
    """Plant the canaries the way that they are meant to come in; return the ids of what was made."""
    person = await given.person(
        los,
        names=[{"text": CANARIES["latin name"]}, {"text": CANARIES["chinese name"]}],
        identifiers=[
            {"scheme": "us-ssn", "value": CANARIES["tax id"]},
            {"scheme": "cn-ric", "value": CANARIES["identity number"]},
        ],
        contacts=[{"kind": "phone", "value": CANARIES["phone"]}, {"kind": "email", "value": CANARIES["e-mail"]}],
    )
    party_id = person["party_id"]
    accepted = await given.applies(los, person["ref"])
    return {
        "party_id": party_id,
        "merged_party_id": (await given.person(los))["party_id"],
        "external_ref": person["ref"],
        "application_id": accepted["application_id"],
        "document_id": await given.document(los, party_id, "Zephyrine Quackenbush.pdf"),
        "consent_id": await given.consent(los, party_id, text=_TEXT),
        "hold_id": await given.hold(clients("privacy-officer"), party_id, _TEXT),
        "product": "consumer-loan",
        "currency": "DEM",
    }


async def _plant(clients: Clients, known: dict[str, str]) -> None:
    """Plant the canaries in bodies that are accepted wherever a schema alone does not tell how."""
    officer, manager, party = clients("credit-officer"), clients("credit-manager"), f"/v1/parties/{known['party_id']}"
    profile = {"names": [{"text": CANARIES["latin name"]}], "contacts": [{"kind": "phone", "value": CANARIES["phone"]}]}
    signals = {"phone": CANARIES["phone"], "bank_account": CANARIES["card"], "device_id": CANARIES["token"]}
    asked = {**application(f"customer-{known['party_id']}"), "signals": signals}
    asked["party"] = {**asked["party"], "profile": profile}
    sums = {"high_credit": money(300), "balance": money(200), "past_due": money(100)}
    trade = {"kind": "trade", "taken_on": "2026-01-31", "terms_days": 30, "manner": "slow", "days_slow": 5, **sums}
    named = {"referee": CANARIES["latin name"], "contact": CANARIES["phone"]}
    accepted = await officer.post("/v1/applications", json=asked, headers=given.key())
    assert accepted.status_code == 202, accepted.text
    referred = await officer.post(f"{party}/references", json={**trade, **named}, headers=given.key())
    assert referred.status_code == 201, referred.text
    tag = (await officer.get(party)).headers["etag"]
    edit = {"profile": profile, "reason": _TEXT}
    changed = await manager.patch(party, json=edit, headers={**given.key(), "if-match": tag})
    assert changed.status_code == 200, changed.text
    found = await officer.post("/v1/parties/search", json={"identifier": {"scheme": "us-ssn", "value": "219-09-9471"}})
    assert found.status_code == 200, found.text


async def test_canaries_are_found_nowhere_but_in_sealed_columns(
    app: FastAPI, los: httpx.AsyncClient, clients: Clients, db: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    known = await _known(los, clients)
    await _plant(clients, known)
    bodies = Body(app, known)
    tried = refused = 0
    answers: list[str] = []
    for path, method, stated in _operations(app):
        client = clients(_client(stated))
        url = re.sub(r"\{(\w+)\}", lambda match: known.get(match[1], "none"), path)
        content = stated.get("requestBody", {}).get("content", {})
        headers = {**given.key(), "if-match": '"1"'}
        if method == "GET":
            assert (await client.get(url)).status_code < 500, path
            await client.get(re.sub(r"\{\w+\}", CANARIES["latin name"], path), params={"cursor": _TEXT, "q": _TEXT})
            continue
        if "application/json" not in content:
            for kind in content or {"text/plain": {}}:
                sent = await client.request(
                    method, url, content=_TEXT.encode(), headers={**headers, "content-type": kind}
                )
                assert sent.status_code < 500, path
                answers.append(sent.text)
            continue
        good = bodies.of(content["application/json"]["schema"])
        about_somebody = not _ABOUT_NOBODY & set(stated.get("tags", []))
        for field in [name for at, name in _OF_STAFF if at == path]:
            good[field] = "anna"
        for body in ([json.dumps(good).encode()] if about_somebody else []) + _spoilt(good):
            own = {**headers, **given.key(), "content-type": "application/json"}
            sent = await client.request(method, url, content=body, headers=own)
            assert sent.status_code < 500, (path, sent.text)
            tried += 1
            if sent.status_code >= 400:
                refused += 1
                answers.append(sent.text)
    assert tried > 50
    said = capsys.readouterr()
    shown = {
        "log": said.out + said.err,
        "metrics": generate_latest(REGISTRY).decode(),
        "refusals": "\n".join(answers),
    }
    leaks = [
        (where, name) for where, text in shown.items() for name, canary in CANARIES.items() if contains(text, canary)
    ]
    assert leaks == []
    assert await found_in_clear(db, CANARIES) == []


async def test_the_search_finds_what_stands_in_clear_in_any_form(los: httpx.AsyncClient, db: Database) -> None:
    from sqlalchemy import text

    value = "Wilhelmina Überfluss"
    async with db.transaction() as tx:
        for form in (value, value.upper(), value.encode().hex()):
            query = text("INSERT INTO inbox (consumer, event_id) VALUES ('leaks', :form)")
            await tx.execute(query, {"form": f"x{form}y"})
        await tx.execute(
            text(
                "INSERT INTO idempotency (client, route, key, fingerprint, status, body) VALUES ('l','l','l',:b,1,:b)"
            ),
            {"b": value.encode()},
        )
    found = await found_in_clear(db, {"planted": value})
    assert ("inbox", "event_id", "planted") in found
    assert ("idempotency", "body", "planted") in found
    async with db.transaction() as tx:
        await tx.execute(text("DELETE FROM idempotency WHERE client = 'l'"))
