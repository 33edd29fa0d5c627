"""The life cycle of documents on the whole platform: at the command line, by the clock, and in the copies of others."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from services.catalogue import Addresses, CatalogueError, Keys, load_catalogue
from services.cli import app
from tests.decision.governed import new_name, policy, product, reasons
from tests.kit.platform import CATALOGUE, Running, until

AUTHOR, APPROVER = "policy-author", "policy-approver"


def _done(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _approved(bed: Running, kind: str, document: dict[str, Any]) -> str:
    drafted = _done(bed.post("decision", "/v1/versions", {"kind": kind, "document": document}, AUTHOR))
    path = f"/v1/versions/{drafted['version_id']}"
    for action in ("validate", "submit"):
        _done(bed.post("decision", f"{path}/{action}", {}, AUTHOR))
    _done(bed.post("decision", f"{path}/approve", {"hash": drafted["hash"]}, APPROVER))
    return path


def _live(bed: Running, kind: str, document: dict[str, Any]) -> str:
    path = _approved(bed, kind, document)
    _done(bed.post("decision", f"{path}/promote", {}, APPROVER))
    return path


def _copy(bed: Running, name: str) -> int | None:
    known = {item["name"]: item["revision"] for item in bed.get("intake", "/v1/products").json()["items"]}
    return known.get(name)


def test_a_catalogue_that_is_loaded_again_is_left_alone(bed: Running) -> None:
    said: list[str] = []
    keys = Keys(*(bed.platform.credentials.api_keys[client] for client in (AUTHOR, APPROVER)))
    at = Addresses(bed.platform.url("intake"), bed.platform.url("scoring"), bed.platform.url("decision"))
    load_catalogue(CATALOGUE, at, keys, said.append)
    assert said
    assert all("already live" in line for line in said)


def test_a_catalogue_with_a_fault_names_the_file_and_leaves_no_draft(bed: Running, tmp_path: Path) -> None:
    name = new_name()
    for folder, document in (
        ("products", product(name)),
        ("reasons", reasons(name)),
        ("policies", policy(name, fact="moths")),
    ):
        (tmp_path / folder).mkdir()
        # What is JSON is YAML as well.
        (tmp_path / folder / "flat.yaml").write_text(json.dumps(document))
    keys = Keys(*(bed.platform.credentials.api_keys[client] for client in (AUTHOR, APPROVER)))
    at = Addresses(bed.platform.url("intake"), bed.platform.url("scoring"), bed.platform.url("decision"))
    with pytest.raises(CatalogueError, match=r"policies/flat\.yaml: unsound_policy: .*did you mean `months`"):
        load_catalogue(tmp_path, at, keys, lambda _words: None)
    (left,) = bed.get("decision", f"/v1/versions?kind=policy&name={name}", APPROVER).json()["items"]
    assert left["state"] == "withdrawn"


def test_copies_of_a_product_go_forward_and_back_with_it(bed: Running) -> None:
    name = new_name()
    _live(bed, "product", product(name, "First title"))
    until(lambda: _copy(bed, name) == 1, 15, "revision 1 at intake")
    _live(bed, "product", product(name, "Second title"))
    until(lambda: _copy(bed, name) == 2, 15, "revision 2 at intake")
    path = f"/v1/catalogue/product/{name}/rollback"
    _done(bed.post("decision", path, {"comment": "wrong title"}, APPROVER))
    until(lambda: _copy(bed, name) == 1, 15, "revision 1 again at intake")


def test_the_worker_brings_the_states_of_scheduled_versions_up_to_date(bed: Running) -> None:
    name = new_name()
    _live(bed, "product", product(name))
    _live(bed, "reasons", reasons(name))
    first, second = _live(bed, "policy", policy(name, 1_000)), _approved(bed, "policy", policy(name, 2_000))
    soon = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
    _done(bed.post("decision", f"{second}/schedule", {"effective_from": soon}, APPROVER))

    def states() -> tuple[str, str]:
        shown = [bed.get("decision", path, APPROVER).json()["state"] for path in (first, second)]
        return shown[0], shown[1]

    until(lambda: states() == ("retired", "live"), 30, "the scheduled version to be live")


def test_a_policy_is_walked_from_draft_to_live_and_back_at_the_command_line(bed: Running, tmp_path: Path) -> None:
    name = new_name()
    _live(bed, "product", product(name))
    _live(bed, "reasons", reasons(name))
    _live(bed, "policy", policy(name, 1_000))
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(policy(name, 9_000)))

    def run(client: str, *arguments: str, exit_code: int = 0) -> str:
        site = ["--decision", bed.platform.url("decision"), "--scoring", bed.platform.url("scoring")]
        key = ["--key", bed.platform.credentials.api_keys[client]]
        done = CliRunner().invoke(app, ["version", *site, *key, *arguments], env={"COLUMNS": "200"})
        assert done.exit_code == exit_code, done.output
        return done.output

    drafted = run(AUTHOR, "draft", str(file))
    version_id = re.findall(r"ver_[0-9a-f]{32}", drafted)[0]
    digest = re.findall(r"[0-9a-f]{64}", drafted)[0]
    file.write_text(json.dumps(policy(name, 2_000)))
    stale, digest = digest, re.findall(r"[0-9a-f]{64}", run(AUTHOR, "edit", version_id, str(file)))[0]
    assert "validated" in run(AUTHOR, "validate", version_id)
    run(AUTHOR, "submit", version_id, "--comment", "for the committee")
    assert "scope_missing" in run(AUTHOR, "approve", version_id, "--hash", digest, exit_code=1)
    assert '+  "version": 2000' in run(APPROVER, "diff", version_id)
    assert "stale_hash" in run(APPROVER, "approve", version_id, "--hash", stale, exit_code=1)
    assert "approved" in run(APPROVER, "approve", version_id, "--hash", digest)
    trial = run(APPROVER, "challenge", version_id, "--test", "autumn", "--share", "2.5", "--max-bad-rate", "0.08")
    assert "autumn, 2.5 % of the traffic" in trial
    assert "approved" in run(APPROVER, "stop", version_id)
    assert "live" in run(APPROVER, "promote", version_id)
    assert version_id in run(APPROVER, "live")
    assert "review due" in run(APPROVER, "rollback", "policy", name, "--comment", "declines everybody")
    waiting = run(APPROVER, "list", "--name", name, "--review-due")
    assert re.findall(r"ver_[0-9a-f]{32}", waiting) != [version_id]
    assert waiting.count("ver_") == 1
    shown = run(APPROVER, "show", version_id)
    assert "rolled_back" in shown
    assert "declines everybody" in shown
    assert version_id in run(APPROVER, "list", "--kind", "policy", "--name", name, "--state", "rolled_back")


def test_a_spoilt_scorecard_is_refused_and_the_live_one_goes_on_scoring(bed: Running) -> None:
    document = json.loads((CATALOGUE / "scorecards" / "consumer-loan.json").read_text())
    document["scaling"] = {**document["scaling"], "base_score": 1}
    drafted = _done(bed.post("scoring", "/v1/versions", {"kind": "scorecard", "document": document}, AUTHOR))
    path = f"/v1/versions/{drafted['version_id']}"
    refused = bed.post("scoring", f"{path}/validate", {}, AUTHOR)
    assert (refused.status_code, refused.json()["code"]) == (422, "unsound_scorecard")
    assert bed.get("scoring", path, APPROVER).json()["faults"]
    assert bed.get("scoring", "/v1/catalogue/scorecard/consumer-loan", APPROVER).json()["revision"] == 1
    assert bed.approved()["decision"]["outcome"] == "approve"
