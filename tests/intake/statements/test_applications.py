"""An application that waits for accounts goes on once they are there."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.intake.vault import Vault
from shared.consumer import Consumer
from shared.db import Database
from shared.ids import new_id
from tests.intake.applications import given as applications
from tests.intake.applications.given import Desk
from tests.intake.conftest import publish
from tests.intake.parties.given import key
from tests.intake.statements.given import body


@pytest.fixture
def desk(officer: httpx.AsyncClient, consumer: Consumer, db: Database, vault: Vault) -> Desk:
    return Desk(officer, officer, consumer, db, vault)


def product(name: str) -> dict[str, Any]:
    """Return a product whose policy reads two facts of the accounts, and needs one."""
    document = applications.document(name, needs={"facts": ["altman_z2"]})
    document["facts"] |= {
        "altman_z2": {"type": "decimal", "scale": 6, "source": "file"},
        "altman_z2_zone": {"type": "enum", "values": ["safe", "grey", "distress"], "source": "file"},
        "total_assets": {"type": "money", "source": "file"},
    }
    return document


async def test_an_application_that_needs_ratios_waits_for_accounts_and_goes_on_with_them(
    desk: Desk, officer: httpx.AsyncClient
) -> None:
    name = f"accounts-loan-{new_id('p')[-12:]}"
    await publish(desk.consumer, product(name))
    taken = await desk.taken(applications.body(new_id("customer"), name))
    assert (taken["status"], taken["reasons"]) == ("pend_info", ["missing_fact:altman_z2"])
    path = f"/v1/parties/{taken['party_id']}/statements"
    # Accounts of last year; those of 2024 count no more one day.
    year = datetime.now(UTC).year - 1
    unbalanced = body(period={"start": f"{year}-01-01", "end": f"{year}-12-31"})
    unbalanced["lines"]["assets"] = "15111.1"
    made = (await officer.post(path, json=unbalanced, headers=key())).json()
    assert (await desk.shown(taken["application_id"]))["status"] == "pend_info"
    why = {"reason": "rounded by the auditor"}
    accepted = await officer.post(f"{path}/{made['statement_id']}/accept", json=why, headers={"If-Match": '"1"'})
    assert accepted.status_code == 200
    assert (await desk.shown(taken["application_id"]))["status"] == "submitted"
    (submitted,) = [data for kind, data in await desk.events(taken["application_id"]) if kind.endswith("submitted")]
    assert submitted["facts"]["altman_z2_zone"] == "safe"
    assert submitted["facts"]["total_assets"] == {"amount_minor": 1_511_110_000, "currency": "EUR"}
    told = submitted["fact_sources"]["altman_z2"]
    assert (told["kind"], told["source"], told["record_id"]) == ("statement", "statements", made["statement_id"])
    assert told["as_of"].startswith(f"{year}-12-31")
