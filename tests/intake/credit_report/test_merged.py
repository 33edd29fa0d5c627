"""The credit report of a party that was two records shows what both are known for, each once."""

from datetime import UTC, date, datetime

from fastapi import FastAPI

from services.intake.domain.finding import FindingKind
from services.intake.domain.report import AdverseItem, Contents, Report
from services.intake.settings import Settings
from services.intake.store import keys, reports
from services.intake.store.reports import NewReport
from services.intake.vault import Vault
from shared.db import Database
from shared.ids import new_id
from tests.kit.service import client_of

AT = datetime(2026, 11, 20, tzinfo=UTC)


def _report(party_id: str) -> Report:
    judgment = AdverseItem("judgment", "a judgment", date(2025, 3, 1), None, settled=False)
    return Report(
        report_id=new_id("rep"),
        party_id=party_id,
        source="company-registry",
        kind=FindingKind.REGISTRY,
        purpose="credit_assessment",
        consent_id=None,
        found=True,
        as_of=AT,
        received_at=AT,
        facts={"judgments": 1},
        contents=Contents("CR-1", (judgment,)),
    )


async def test_what_stands_against_a_merged_party_is_listed_once(
    app: FastAPI, db: Database, settings: Settings
) -> None:
    async with client_of(app, "credit-manager") as manager:
        ids = []
        for _ in range(2):
            body = {"kind": "company", "external_ref": new_id("ref")}
            taken = await manager.post("/v1/parties", json=body, headers={"Idempotency-Key": new_id("key")})
            ids.append(taken.json()["party_id"])
        vault = Vault.load(settings.keys_file)
        async with db.transaction() as tx:
            key = (await keys.of(tx, vault, ids))[ids[1]]
            await reports.add(tx, [NewReport(_report(ids[1]), new_id("ref"), b"<report/>", key)])
        merge = {"merged_party_id": ids[1], "reason": "one entry in the register"}
        assert (await manager.post(f"/v1/parties/{ids[0]}/merge", json=merge)).status_code == 200
        shown = (await manager.get(f"/v1/parties/{ids[0]}/credit-report")).json()
    assert [item["code"] for item in shown["adverse"]] == ["judgment"]
    assert [lookup["source"] for lookup in shown["lookups"]] == ["company-registry"]
