"""Files of statements over HTTP, in a real database."""

from datetime import date

import httpx
import pytest
from sqlalchemy import text

from services.intake.store import keys
from services.intake.vault import Vault
from shared.db import Database
from tests.intake.parties.given import key
from tests.intake.statements.files import csv_file, fact, instance, xlsx_file
from tests.intake.statements.given import SME, body
from tests.intake.statements.sending import CSV, IMPORT, import_file, submit


async def test_a_file_becomes_one_statement_for_each_period(officer: httpx.AsyncClient, party: str) -> None:
    answer = await import_file(officer, party, SME.read_bytes(), scale="thousands")
    assert answer.status_code == 201
    assert [(entry["outcome"], entry["statement"]["status"]) for entry in answer.json()["items"]] == [
        ("created", "balanced")
    ] * 3
    assert answer.json()["unmapped"] == []
    listed = (await officer.get(f"/v1/parties/{party}/statements")).json()["items"]
    assert [entry["period"]["end"] for entry in listed] == ["2024-12-31", "2023-12-31", "2022-12-31"]


async def test_a_file_that_says_the_same_again_changes_nothing_and_one_that_differs_says_where(
    officer: httpx.AsyncClient, party: str
) -> None:
    await import_file(officer, party, SME.read_bytes(), scale="thousands")
    again = await import_file(officer, party, SME.read_bytes(), scale="thousands")
    assert (again.status_code, {entry["outcome"] for entry in again.json()["items"]}) == (200, {"unchanged"})
    other = SME.read_bytes().replace(b"Goodwill", b"").replace(b'"13,260"', b'"13,261"')
    differs = (await import_file(officer, party, other, scale="thousands")).json()["items"][0]
    assert (differs["outcome"], differs["changed"], differs["statement"]["version"]) == (
        "differs",
        ["assets", "liabilities_and_equity"],
        1,
    )
    corrected = (await import_file(officer, party, other, scale="thousands", existing="correct")).json()["items"][0]
    assert (corrected["outcome"], corrected["statement"]["version"]) == ("corrected", 2)


async def test_labels_without_a_place_are_listed_kept_sealed_and_settled_by_a_mapping(
    officer: httpx.AsyncClient, party: str, db: Database
) -> None:
    raw = csv_file({"Revenue": "100", "Loan of Erika Mustermann": "40", "Borrowings": "5"})
    sent = {"period_end": "2024-12-31"}
    made = (await import_file(officer, party, raw, **sent)).json()
    assert made["unmapped"] == [
        {"pointer": "/rows/2", "candidates": []},
        {"pointer": "/rows/3", "candidates": ["long_term_borrowings", "short_term_borrowings"]},
    ]
    statement_id = made["items"][0]["statement"]["statement_id"]
    shown = (await officer.get(f"/v1/parties/{party}/statements/{statement_id}")).json()
    assert [entry["label"] for entry in shown["unmapped"]] == ["Loan of Erika Mustermann", "Borrowings"]
    async with db.transaction() as tx:
        kept_rows = "SELECT to_json(s)::text FROM financial_statement s UNION ALL SELECT encode(body, 'escape')"
        rows = (await tx.execute(text(f"{kept_rows} FROM idempotency"))).scalars()
        assert not any("Mustermann" in row for row in rows)
    mapping = ["Loan of Erika Mustermann=long_term_borrowings", "Borrowings=ignore"]
    settled = await import_file(officer, party, raw, **sent, map=mapping, existing="correct")
    assert (settled.json()["unmapped"], settled.json()["items"][0]["changed"]) == ([], ["long_term_borrowings"])


async def test_what_identifies_anybody_goes_with_the_partys_key(
    officer: httpx.AsyncClient, party: str, db: Database, vault: Vault
) -> None:
    raw = csv_file({"Revenue": "100", "Loan of Erika Mustermann": "40"})
    made = (await import_file(officer, party, raw, period_end="2024-12-31")).json()["items"][0]["statement"]
    async with db.transaction() as tx:
        assert await keys.existing(tx, vault, [party])
        await tx.execute(text("UPDATE data_key SET wrapped = NULL WHERE subject_id = :id"), {"id": party})
    shown = (await officer.get(f"/v1/parties/{party}/statements/{made['statement_id']}")).json()
    assert (shown["unmapped"], shown["unmapped_count"]) == (None, 1)
    answer = await submit(officer, party, body(2023))
    assert (answer.status_code, answer.json()["code"]) == (409, "party_erased")


async def test_a_spreadsheet_and_an_instance_are_taken_in(officer: httpx.AsyncClient, party: str) -> None:
    book = xlsx_file({"IS": [["line", date(2024, 12, 31)], ["Revenue", 12.5], ["Cost of sales", 7.25]]})
    answer = await import_file(officer, party, book, format="xlsx", scale="millions")
    assert answer.status_code == 201, answer.text
    filed = instance([fact("gaap:Assets", "1000"), fact("gaap:Revenues", "500", "flow")])
    sent = {"format": "xbrl", "standard": "us-gaap", "currency": "USD", "is_consolidated": True}
    answer = await import_file(officer, party, filed, **sent)
    assert answer.status_code == 201, answer.text
    assert answer.json()["items"][0]["statement"]["is_consolidated"] is True


@pytest.mark.parametrize(
    ("raw", "query", "code"),
    [
        (b"line,value\nrevenue,1", {}, "missing"),
        (b"line,2024\nrevenue,x", {}, "invalid_amount"),
        (b"line,2024\nunheard of,1", {}, "no_lines"),
        (b"line,2090\nrevenue,1", {}, "in_the_future"),
        (b"<x", {"format": "xbrl"}, "unreadable"),
        (b"PK", {"format": "xlsx"}, "unreadable"),
        (b"line,2024\nrevenue,1", {"map": "revenue"}, "no_mapping"),
        (b"line,2024\nrevenue,1", {"map": "revenue=bananas"}, "unknown_line"),
        (b"line,2024\nrevenue,1", {"months": "99"}, "less_than_equal"),
    ],
)
async def test_a_file_that_cannot_be_taken_in_leaves_nothing_and_says_why(
    officer: httpx.AsyncClient, party: str, raw: bytes, query: dict[str, str], code: str
) -> None:
    answer = await import_file(officer, party, raw, **query)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code), answer.text
    assert "bananas" not in answer.text
    assert (await officer.get(f"/v1/parties/{party}/statements")).json()["items"] == []


async def test_a_file_that_is_too_large_is_refused(officer: httpx.AsyncClient, party: str) -> None:
    answer = await import_file(officer, party, b"x" * (5 * 1024 * 1024))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_an_import_asked_for_again_has_one_effect(officer: httpx.AsyncClient, party: str) -> None:
    same, path = key(), f"/v1/parties/{party}/statements/import"
    query = {**IMPORT, "scale": "thousands"}
    first = await officer.post(path, content=SME.read_bytes(), params=query, headers={**CSV, **same})
    again = await officer.post(path, content=SME.read_bytes(), params=query, headers={**CSV, **same})
    assert (first.status_code, again.content) == (201, first.content)
    other = await officer.post(
        path, content=SME.read_bytes(), params={**query, "scale": "millions"}, headers={**CSV, **same}
    )
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
