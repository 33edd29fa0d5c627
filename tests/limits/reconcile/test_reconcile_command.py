"""`assay reconcile` over a real database: what it says, and what it ends with."""

import asyncio
import json
from pathlib import Path
from typing import Any

import asyncpg
from typer.testing import CliRunner

from services.cli import app
from tests.kit.service import Urls


async def reconcile(url: str, *arguments: str) -> tuple[int, str]:
    """Run the command; return its exit code and output."""
    environment = {"LIMITS_DATABASE_URL": url, "COLUMNS": "200"}
    result = await asyncio.to_thread(CliRunner().invoke, app, ["reconcile", *arguments], env=environment)
    return result.exit_code, result.output


def _document(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


async def test_books_that_add_up_end_well(urls: Urls, tmp_path: Path) -> None:
    code, output = await reconcile(urls.app, "--json", str(tmp_path / "found.json"))
    assert code == 0, output
    assert output.startswith("13 accounts, ")
    assert "everything adds up" in output
    found = _document(tmp_path / "found.json")
    assert (found["accounts"], found["differences"]) == (13, [])


async def test_one_unit_too_much_fails_the_gate_and_is_told(
    urls: Urls, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    account_id = await owner.fetchval("SELECT account_id FROM account WHERE cover_minor > 0 ORDER BY 1 LIMIT 1")
    await owner.execute("UPDATE account SET cover_minor = cover_minor + 1 WHERE account_id = $1", account_id)
    try:
        code, output = await reconcile(urls.app, "--account", account_id, "--json", str(tmp_path / "found.json"))
    finally:
        await owner.execute("UPDATE account SET cover_minor = cover_minor - 1 WHERE account_id = $1", account_id)
    assert code == 1
    assert f"account {account_id}: the account states a cover of" in output
    told = {
        (entry["kind"], entry["stood"] - entry["should"]) for entry in _document(tmp_path / "found.json")["differences"]
    }
    assert told == {("cover", 1), ("term_cover", 1)}
    assert "1 account, " in output


async def test_what_can_not_be_compared_is_neither_right_nor_wrong(urls: Urls, tmp_path: Path) -> None:
    for url, *arguments in (
        (urls.app.replace("limits_app:", "limits_app:wrong"),),
        ("postgresql://limits_app@127.0.0.1:1/limits",),
        (urls.admin,),
        ("nonsense",),
        (urls.app, "--account", "acc_none"),
        (urls.app, "--json", str(tmp_path / "none" / "found.json")),
    ):
        code, output = await reconcile(url, *arguments)
        assert code == 2, output
        assert "nothing can be said" in output
