"""Any sequence of requests and events, on the service as it runs: states, record and events say the same."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.intake.domain.application import Status
from services.intake.domain.progress import TRANSITIONS
from shared.ids import new_id
from tests.intake.applications.given import FACTS, Desk, body

_COMMANDS = st.lists(
    st.sampled_from(
        ["state_income", "retract_income", "send_identity", "report", "report_end", "decline", "refer", "withdraw",
         "override", "old_decision"]
    ),
    min_size=3,
    max_size=12,
)  # fmt: skip
_PLAN: dict[str, Any] = {
    "screening": {"duplicate_days": 30},
    "needs": {"facts": ["annual_income"], "documents": ["identity"]},
    "investigation": {
        "purpose": "credit_assessment",
        "sources": [{"source": "consumer-bureau", "unless_known": ["bureau_score"]}],
    },
    "clock": "us-reg-b",
}


async def _carry_out(desk: Desk, name: str, entry: dict[str, Any], first: dict[str, Any]) -> None:
    """Carry out a command on an application that was shown last as `entry`; what is refused changes nothing."""
    key, revision = entry["application_id"], entry["revision"]
    if name in ("state_income", "retract_income"):
        income = FACTS["annual_income"] if name == "state_income" else None
        assert (await desk.amend(key, revision, facts={"annual_income": income})).status_code in (200, 409)
    elif name == "send_identity":
        await desk.add_document(entry["party_id"], "identity")
    elif name == "report":
        await desk.found(entry["party_id"], bureau_score=revision)
    elif name == "report_end":
        await desk.investigated(entry)
    elif name in ("decline", "refer") and entry["submitted_at"] is not None:
        await desk.decide(entry, name)
    elif name == "old_decision" and first["submitted_at"] is not None:
        await desk.decide(first, "approve")
    elif name == "withdraw":
        assert (await desk.withdraw(key)).status_code in (200, 409)
    elif name == "override":
        assert (await desk.override(key)).status_code in (200, 409)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(commands=_COMMANDS, is_second=st.booleans())
async def test_states_record_and_events_agree_whatever_happens(
    desk: Desk, commands: Sequence[str], is_second: bool
) -> None:
    product = await desk.publish(**_PLAN)
    reference = new_id("ref")
    if is_second:
        await desk.taken(body(reference, product))
    taken = entry = await desk.taken(body(reference, product))
    overridden = False
    for name in commands:
        before = entry
        await _carry_out(desk, name, entry, taken)
        entry = await desk.shown(taken["application_id"])
        assert entry["revision"] >= before["revision"]
        overridden = overridden or (name == "override" and before["status"] == "screened_out")
        if entry["status"] == "submitted" and before["status"] != "submitted":
            assert overridden or not is_second
            assert "send_identity" in commands
            evidence = (await desk.los.get(f"/v1/applications/{taken['application_id']}/evidence")).json()
            assert "annual_income" in {item["name"] for item in evidence["items"]}
    history = await desk.history(taken["application_id"])
    events = await desk.events(taken["application_id"])
    told = [(data["from_state"], data["to_state"]) for kind, data in events if kind == "application_moved"]
    assert told == history
    assert history[-1][1] == entry["status"]
    for from_status, to_status in history:
        assert Status(to_status) in TRANSITIONS[None if from_status is None else Status(from_status)]
    assert all(first[1] == then[0] for first, then in pairwise(history))
    submitted = [data["revision"] for kind, data in events if kind == "application_submitted"]
    assert submitted == sorted(set(submitted))
    assert len(submitted) == sum(to_status == "submitted" for _, to_status in history)
