"""Backtests of files that were sent in: to a report, or failed with what is wrong with the file and where."""

import csv
import gzip
import io
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import duckdb
import httpx
import pytest

from services.decision.app import create_app
from services.decision.handlers.supervising import Bounds
from services.decision.settings import Settings
from services.decision.store import uploads
from services.embedded.processes import free_port
from services.migrate import PROJECT
from shared.db import Database
from shared.ids import new_id
from shared.yaml import load_yaml
from tests.decision.jobs import until, worker
from tests.kit.platform import SOLID
from tests.kit.service import Urls, client_of, platform_settings

_CATALOGUE = PROJECT / "deploy" / "catalogue"
_SCORES = (400, 505, 540, 575, 620)
_ROWS = [
    {
        "reference": f"loan-{number}",
        "as_of": f"2025-0{number + 1}-15",
        "requested_amount": "2500.00",
        **SOLID,
        "score": score,
        "pd": "0.030000",
        "bad": "true" if number == 3 else "false",
        "segment:branch": "north" if number % 2 else "south",
    }
    for number, score in enumerate(_SCORES)
]
# As a lender's own system writes it: other names, dollars, two texts of an outcome.
_OWN = [
    {"LoanNr": row["reference"], "Amount": "$2,500.00", "Months": "12", "Points": row["score"], "Status": status}
    for row, status in zip(_ROWS, ("P I F", "P I F", "CHGOFF", "P I F", ""), strict=True)
]
_MAP = {
    "product": "consumer-loan",
    "reference": "LoanNr",
    "as_of": {"constant": "2025-06-30"},
    "facts": {
        "requested_amount": {"column": "Amount", "ignore": "$,"},
        "duration_months": "Months",
        "score": "Points",
        "pd": {"constant": "0.030000"},
        **{name: {"constant": value} for name, value in SOLID.items() if name != "duration_months"},
    },
    "performance": {"column": "Status", "bad": ["CHGOFF"], "good": ["P I F"]},
}


def _csv(rows: Sequence[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _candidate() -> dict[str, Any]:
    """Return the live policy, but that it grants from 500 points on no more."""
    policy: dict[str, Any] = load_yaml((_CATALOGUE / "policies" / "consumer-loan.yaml").read_text())
    del policy["cases"]
    grades = policy["grade"]["rows"]
    grades[1]["when"]["score"], grades[2]["when"]["score"] = "[580..590)", "[520..580)"
    return {**policy, "version": 99}


@pytest.fixture
async def risk(los: httpx.AsyncClient, urls: Urls, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A risk analyst; the catalogue has been published, and no backtest waits."""
    folder = tmp_path / "risk"
    folder.mkdir()
    settings = Settings(database_url=urls.app, scoring_url=f"http://127.0.0.1:{free_port()}")
    scopes = {"risk": ["backtests:write", "backtests:read"]}
    async with client_of(create_app(settings, platform_settings(folder, scopes)), "risk") as client:
        for state in ("queued", "running"):
            for item in (await client.get("/v1/backtests", params={"state": state})).json()["items"]:
                await client.post(f"/v1/backtests/{item['backtest_id']}/cancel")
        yield client


@pytest.fixture
def bounds(urls: Urls, tmp_path: Path) -> Bounds:
    return Bounds(urls.app, tmp_path / "scratch", "500MB", 1, 2.0)


async def _send(risk: httpx.AsyncClient, content: bytes, name: str = "loans.csv") -> str:
    headers = {"Idempotency-Key": new_id("key"), "Content-Type": "application/octet-stream"}
    sent = await risk.post("/v1/uploads", params={"name": name}, content=content, headers=headers)
    assert sent.status_code == 201, sent.text
    return str(sent.json()["upload_id"])


async def _ask(risk: httpx.AsyncClient, source: dict[str, Any], **change: Any) -> httpx.Response:
    body = {"product": "consumer-loan", "candidate": {"document": _candidate()}, "source": source, **change}
    return await risk.post("/v1/backtests", json=body, headers={"Idempotency-Key": new_id("key")})


async def _backtested(
    risk: httpx.AsyncClient, bounds: Bounds, content: bytes, name: str = "loans.csv", **source: Any
) -> dict[str, Any]:
    """Send a file in, backtest it, and return what became of that."""
    asked = await _ask(risk, {"upload": await _send(risk, content, name), **source})
    assert asked.status_code == 202, asked.text
    async with worker(bounds.database_url, bounds):
        found = await until(risk, asked.headers["location"])
    assert list(bounds.scratch.iterdir()) == []
    return found


async def _report(risk: httpx.AsyncClient, found: dict[str, Any]) -> dict[str, Any]:
    assert found["state"] == "done", found
    document: dict[str, Any] = (await risk.get(found["links"]["report"])).json()
    return document


async def _fails(risk: httpx.AsyncClient, found: dict[str, Any], code: str) -> list[tuple[Any, Any, Any]]:
    """Return where the faults are, of a backtest that failed once, for good and without a report."""
    assert (found["state"], found["attempt"], found["summary"]) == ("failed", 1, None)
    assert found["error"]["code"] == code, found["error"]
    assert (await risk.get(f"/v1/backtests/{found['backtest_id']}/report")).status_code == 409
    return [(fault["source"], fault["row"], fault["column"]) for fault in found["error"]["faults"]]


def _parquet(folder: Path) -> bytes:
    (folder / "rows.json").write_text(json.dumps(_ROWS))
    return _copied(f"FROM read_json('{folder}/rows.json')", folder)


def _copied(query: str, folder: Path) -> bytes:
    """Return what a query yields as Parquet."""
    path = folder / "rows.parquet"
    with duckdb.connect() as db:
        db.execute(f"COPY ({query}) TO '{path}'")
    return path.read_bytes()


async def test_csv_gzip_and_parquet_of_the_same_loans_have_the_same_figures(
    risk: httpx.AsyncClient, bounds: Bounds, tmp_path: Path
) -> None:
    content = _csv(_ROWS)
    sent = {"loans.csv": content, "loans.csv.gz": gzip.compress(content), "loans.parquet": _parquet(tmp_path)}
    reports = [await _report(risk, await _backtested(risk, bounds, content, name)) for name, content in sent.items()]
    first = reports[0]
    assert first["data"]["rows"] == len(_ROWS)
    assert [segment["name"] for segment in first["segments"]] == ["branch"]
    assert first["overall"]["live"]["granted"]["bad"] == 1
    for name, report in zip(sent, reports, strict=True):
        assert report["overall"] == first["overall"]
        assert report["segments"] == first["segments"]
        assert name in report["data"]["source"]


async def test_a_file_of_the_lenders_own_form_is_read_by_its_map(risk: httpx.AsyncClient, bounds: Bounds) -> None:
    found = await _backtested(risk, bounds, _csv(_OWN), "Q3 <b>loans</b>.csv", data_map=_MAP)
    document = await _report(risk, found)
    assert document["data"]["rows"] == len(_OWN)
    assert document["overall"]["live"]["granted"]["with_performance"] == 2
    assert (found["source"]["name"], found["source"]["since"]) == ("Q3 <b>loans</b>.csv", None)
    assert found["source"]["sha256"] in document["data"]["source"]
    page = (await risk.get(found["links"]["report_html"])).text
    assert "Q3 &lt;b&gt;loans" in page
    assert "<b>loans" not in page


async def test_a_file_without_scores_is_scored_by_the_scorecard_that_is_sent_along(
    risk: httpx.AsyncClient, bounds: Bounds
) -> None:
    unscored = _csv([{name: value for name, value in row.items() if name not in ("score", "pd")} for row in _ROWS])
    scorecard = json.loads((_CATALOGUE / "scorecards" / "consumer-loan.json").read_text())
    scored = await _backtested(risk, bounds, unscored, scorecard=scorecard)
    assert any("scored with the scorecard" in text for text in scored["summary"]["warnings"]), scored
    assert scored["summary"]["approval_rate"]["live"] == "1.0000"
    without = await _backtested(risk, bounds, unscored)
    assert any("no score and were referred for that alone" in text for text in without["summary"]["warnings"])
    assert without["summary"]["approval_rate"]["live"] == "0.0000"
    scorecard["version"] += 1
    await _fails(risk, await _backtested(risk, bounds, unscored, scorecard=scorecard), "unsound_scorecard")


async def test_wrong_columns_are_all_named(risk: httpx.AsyncClient, bounds: Bounds) -> None:
    wrong = [{"wage": 1, "shoe_size": 2, **{k: v for k, v in row.items() if k != "as_of"}} for row in _ROWS]
    faults = await _fails(risk, await _backtested(risk, bounds, _csv(wrong)), "unusable_file")
    assert {column for _, _, column in faults} >= {"wage", "shoe_size", "as_of"}
    assert {source for source, _, _ in faults} == {"loans.csv"}


async def test_ragged_rows_are_named_or_set_aside_and_counted(risk: httpx.AsyncClient, bounds: Bounds) -> None:
    lines = _csv(_ROWS).splitlines(keepends=True)
    ragged = b"".join([*lines[:3], b"loan-x,2025-01-01,1\r\n", *lines[3:]])
    failed = await _backtested(risk, bounds, ragged)
    assert await _fails(risk, failed, "unusable_file") == [("loans.csv", 4, None)]
    told = await _backtested(risk, bounds, ragged, bad_rows="report")
    assert (told["summary"]["rows"], told["summary"]["rejected_rows"]) == (len(_ROWS), 1)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("loans.csv", _csv(_ROWS).replace(b"north", "nörth".encode("latin-1"))),
        ("loans.csv", _csv(_ROWS).decode().encode("utf-16")),
        ("loans.csv", b"PK\x03\x04 a spreadsheet"),
        ("loans.csv.gz", gzip.compress(_csv(_ROWS), mtime=0)[:-20]),
        ("loans.parquet", b"PAR1 and nothing of the kind"),
        ("loans.csv", _csv(_ROWS[:1]).splitlines(keepends=True)[0]),
        ("loans.csv", _csv([{**row, "requested_amount": "much"} for row in _ROWS])),
    ],
    ids=["latin-1", "utf-16", "spreadsheet", "cut short", "no parquet", "no rows", "no numbers"],
)
async def test_what_cannot_be_read_fails_with_the_name_of_the_file(
    risk: httpx.AsyncClient, bounds: Bounds, name: str, content: bytes
) -> None:
    faults = await _fails(risk, await _backtested(risk, bounds, content, name), "unusable_file")
    assert {source for source, _, _ in faults} == {name}


async def test_a_small_file_of_far_too_many_rows_is_refused_at_once(
    risk: httpx.AsyncClient, bounds: Bounds, tmp_path: Path
) -> None:
    content = _copied("SELECT 1 AS score FROM range(20000001)", tmp_path)
    assert len(content) < 100_000
    found = await _backtested(risk, bounds, content, "loans.parquet")
    await _fails(risk, found, "unusable_file")
    assert "more than 20,000,000 rows" in found["error"]["detail"]


async def test_a_map_that_is_none_fails_with_its_faults(risk: httpx.AsyncClient, bounds: Bounds) -> None:
    found = await _backtested(risk, bounds, _csv(_OWN), data_map={**_MAP, "as_of": {"constant": "June"}, "facts": 7})
    assert {source for source, _, _ in await _fails(risk, found, "unusable_file")} == {"data map"}
    assert "as_of" in found["error"]["detail"]
    assert "facts" in found["error"]["detail"]


async def test_a_file_that_is_not_what_was_sent_in_is_never_reported(
    risk: httpx.AsyncClient, urls: Urls, bounds: Bounds
) -> None:
    upload_id = await _send(risk, _csv(_ROWS))
    asked = await _ask(risk, {"upload": upload_id})
    admin = await asyncpg.connect(urls.admin)
    await admin.execute(
        "UPDATE decision.upload_chunk SET bytes = set_byte(bytes, 300, 48) WHERE upload_id = $1", upload_id
    )
    await admin.close()
    async with worker(urls.app, bounds):
        found = await until(risk, asked.headers["location"])
    assert await _fails(risk, found, "damaged_upload") == []


async def test_a_file_that_is_gone_fails_its_backtest(risk: httpx.AsyncClient, urls: Urls, bounds: Bounds) -> None:
    upload_id = await _send(risk, _csv(_ROWS))
    asked = await _ask(risk, {"upload": upload_id})
    admin = await asyncpg.connect(urls.admin)
    await admin.execute("DELETE FROM decision.upload WHERE upload_id = $1", upload_id)
    await admin.close()
    async with worker(urls.app, bounds):
        found = await until(risk, asked.headers["location"])
    assert await _fails(risk, found, "damaged_upload") == []


async def test_what_cannot_be_run_is_refused_and_said_where(risk: httpx.AsyncClient, db: Database) -> None:
    whole, half = await _send(risk, _csv(_ROWS)), new_id("upl")
    async with db.transaction() as tx:
        await uploads.add(tx, half, "loans.csv", "risk")
        await uploads.add_chunk(tx, half, 0, _csv(_ROWS))
    refusals: list[tuple[dict[str, Any], str]] = [
        ({"upload": half}, "/source/upload"),
        ({"upload": "upl_none"}, "/source/upload"),
        ({"upload": whole, "decisions": {}}, "/source"),
        ({"upload": whole, "bad_rows": "ignore"}, "/source/bad_rows"),
        ({"decisions": {}, "data_map": _MAP}, "/source"),
    ]
    for source, pointer in refusals:
        refused = await _ask(risk, source)
        assert refused.status_code == 422, source
        assert [fault["pointer"] for fault in refused.json()["errors"]] == [pointer]
    refused = await _ask(risk, {"upload": whole}, segments=["housing"])
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/segments")
