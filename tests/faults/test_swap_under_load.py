"""Policies change while decisions flow, over HTTP and by events: each decision is made by exactly one version."""

import itertools
import secrets
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import pytest

from services.migrate import PROJECT
from shared.canonical import content_hash
from shared.yaml import load_yaml
from tests.kit.invariants import assert_all_hold, rows
from tests.kit.platform import PRODUCT, Running, applications, until
from tests.kit.traffic import Call, Traffic, submissions

SECONDS: Final = 5.0
"""How long a process may go on with what was live before."""

_PER_SECOND: Final = 40
_EACH: Final = 500
"""So many applications go through the services, and so many are decided directly."""


@pytest.fixture
def original(bed: Running) -> Iterator[str]:
    """The version that is live, and is again afterwards."""
    version_id: str = _live(bed)["version_id"]
    yield version_id
    if _live(bed)["version_id"] != version_id:
        _roll_back(bed, version_id)


def test_each_decision_is_made_by_one_version_and_every_process_follows_a_swap_in_time(
    bed: Running, original: str, seed: int
) -> None:
    submitted = submissions(bed, _EACH, seed)
    calls = [call for pair in zip(submitted, _direct(seed), strict=False) for call in pair]
    changes: list[tuple[datetime, str]] = []
    with Traffic(bed, calls, callers=8, per_second=_PER_SECOND) as traffic:
        traffic.wait_until_under_way(20)
        hashes = [_live(bed)["hash"]]
        for number in range(3):
            document = _policy(version=900 + number)
            version_id = _approved(bed, document)
            hashes.append(content_hash(document))
            _swap(bed, changes, version_id, "promote")
            _a_bad_upload_is_refused(bed)
            time.sleep(1)
            changes.append((_roll_back(bed, original), hashes[0]))
            assert _live(bed)["version_id"] == original
            time.sleep(1)
        challenger = _approved(bed, _policy(version=950))
        hashes.append(content_hash(_policy(version=950)))
        _act(bed, challenger, "challenge", test=f"swapped-{secrets.token_hex(4)}", share_bp=5_000)
        traffic.wait_until_under_way(len(calls))
        _act(bed, challenger, "stop")
    assert traffic.unexpected == []
    assert traffic.statuses.keys() == {201, 202}
    assert_all_hold(bed, traffic.acknowledged)
    made = _made(bed, traffic)
    assert len(made) == len(calls)
    assert {row["policy_hash"] for row in made} == set(hashes)
    _each_names_what_it_was_made_by(made)
    _nobody_went_on_with_what_was_replaced(made, changes)
    _each_reproduces(bed, made)


def _swap(bed: Running, changes: list[tuple[datetime, str]], version_id: str, action: str) -> None:
    answer = _act(bed, version_id, action)
    changes.append((_now(bed), answer["hash"]))
    assert _live(bed)["version_id"] == version_id


def _a_bad_upload_is_refused(bed: Running) -> None:
    """A policy with a misspelt fact can't even be submitted; what is live stays."""
    before = _live(bed)["version_id"]
    document = _policy(version=999)
    document["knock_outs"]["rows"][0]["when"] = {"credit_histroy": '"x"'}
    drafted = bed.post("decision", "/v1/versions", {"kind": "policy", "document": document}, "policy-author")
    version_id = drafted.json()["version_id"]
    refused = bed.post("decision", f"/v1/versions/{version_id}/validate", {}, "policy-author")
    assert refused.status_code == 422, refused.text
    assert "did you mean `credit_history`" in refused.text
    assert bed.post("decision", f"/v1/versions/{version_id}/submit", {}, "policy-author").status_code == 409
    assert bed.post("decision", f"/v1/versions/{version_id}/promote", {}, "policy-approver").status_code == 409
    assert _live(bed)["version_id"] == before


def _each_names_what_it_was_made_by(made: list[Any]) -> None:
    """The hash that a decision names is that of the document that its revisions point at."""
    assert [row["decision_id"] for row in made if row["policy_hash"] != row["document_hash"]] == []
    assert {row["arm"] is not None and row["arm"].startswith("challenger:") for row in made} == {True, False}
    assert {row["by_event"] for row in made} == {True, False}


def _nobody_went_on_with_what_was_replaced(made: list[Any], changes: list[tuple[datetime, str]]) -> None:
    for (since, live), (until_then, _) in itertools.pairwise(changes):
        late = [
            (row["by_event"], row["policy_hash"], (row["decided_at"] - since).total_seconds())
            for row in made
            if row["arm"] is None and since < row["decided_at"] < until_then and row["policy_hash"] != live
        ]
        assert [entry for entry in late if entry[2] > SECONDS] == []
    last, live = changes[-1]
    after = [row for row in made if row["arm"] is None and (row["decided_at"] - last).total_seconds() > SECONDS]
    assert {row["policy_hash"] for row in after} <= {live}


def _each_reproduces(bed: Running, made: list[Any]) -> None:
    for row in made[::10]:
        path = f"/v1/decisions/{row['decision_id']}/replay"
        replayed = bed.post("decision", path, {}, "analyst")
        assert (replayed.status_code, replayed.json()["verdict"]) == (200, "identical"), replayed.text


def test_a_rollback_reaches_the_api_and_the_worker_within_five_seconds(bed: Running, original: str) -> None:
    document = _policy(version=980)
    _act(bed, _approved(bed, document), "promote")
    until(lambda: _deciding(bed) == {"980"}, SECONDS, "both processes to decide by the new version")
    _roll_back(bed, original)
    until(lambda: _deciding(bed) == {"2"}, SECONDS, "both processes to decide by the version that was rolled back to")


def _deciding(bed: Running) -> set[str]:
    """Return the policy versions by which the API process and the worker decide now."""
    by_event = bed.approved()["decision"]["decision_id"]
    body = next(_direct(secrets.randbits(30))).body
    directly = bed.post("decision", "/v1/decisions", body).json()
    return {directly["policy"]["version"], bed.get("decision", f"/v1/decisions/{by_event}").json()["policy"]["version"]}


def _policy(version: int) -> dict[str, Any]:
    """Return the policy of the catalogue under another version number."""
    document: dict[str, Any] = load_yaml(
        (PROJECT / "deploy" / "catalogue" / "policies" / f"{PRODUCT}.yaml").read_text()
    )
    return {**document, "version": version}


def _direct(seed: int) -> Iterator[Call]:
    """Return calls that ask for a decision at once, each for another party."""
    for body in applications(seed + 1):
        question = {name: body[name] for name in ("product", "requested", "facts")}
        yield Call("decision", "/v1/decisions", {**question, "party_id": f"party-{secrets.token_hex(6)}"})


def _approved(bed: Running, document: dict[str, Any]) -> str:
    body = {"kind": "policy", "document": document}
    drafted = bed.post("decision", "/v1/versions", body, "policy-author")
    assert drafted.status_code == 201, drafted.text
    version_id: str = drafted.json()["version_id"]
    for action in ("validate", "submit"):
        answer = bed.post("decision", f"/v1/versions/{version_id}/{action}", {}, "policy-author")
        assert answer.status_code == 200, answer.text
    _act(bed, version_id, "approve", hash=drafted.json()["hash"])
    return version_id


def _act(bed: Running, version_id: str, action: str, **body: Any) -> dict[str, Any]:
    answer = bed.post("decision", f"/v1/versions/{version_id}/{action}", body, "policy-approver")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _roll_back(bed: Running, version_id: str) -> datetime:
    """Put a version back and return the moment at which that was done."""
    body = {"comment": "the new one refers too much", "version_id": version_id}
    answer = bed.post("decision", f"/v1/catalogue/policy/{PRODUCT}/rollback", body, "policy-approver")
    assert answer.status_code == 200, answer.text
    return _now(bed)


def _live(bed: Running) -> dict[str, Any]:
    found: dict[str, Any] = bed.get("decision", f"/v1/catalogue/policy/{PRODUCT}", "policy-author").json()
    return found


def _now(bed: Running) -> datetime:
    (row,) = rows(bed, "SELECT clock_timestamp() AS now")
    moment: datetime = row["now"]
    return moment


def _made(bed: Running, traffic: Traffic) -> list[Any]:
    """Return what was decided for the calls, oldest first, with the hash of the policy at the recorded revision."""
    direct = [answer.json()["decision_id"] for call, answer in traffic.answers.items() if call.service == "decision"]
    query = """
        SELECT d.decision_id, d.policy_hash, d.arm, d.decided_at, d.application_id IS NOT NULL AS by_event,
               e.hash AS document_hash
        FROM decision.decision d LEFT JOIN decision.catalogue_entry e
          ON e.kind = 'policy' AND e.name = d.product AND e.revision = (d.revisions ->> 3)::int
        WHERE d.decision_id = ANY($1::text[]) OR d.application_id = ANY($2::text[])
        ORDER BY d.decision_id
    """
    return rows(bed, query, direct, traffic.acknowledged)
