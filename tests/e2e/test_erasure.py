"""A person is erased, and the decision that was made about them comes out the same when it is made again."""

import json
import secrets

from tests.kit.platform import Running, application, money

NAME, SSN, PHONE = "Philomena Thistlewood", "489-36-8350", "+13125550142"


def _erased(bed: Running, party_id: str) -> dict[str, object]:
    answer = bed.post("intake", f"/v1/parties/{party_id}/erase", {"reason": "objection"}, "privacy-officer")
    assert answer.status_code == 200, answer.text
    shown: dict[str, object] = bed.get("intake", f"/v1/parties/{party_id}", "privacy-officer").json()
    return shown


def test_the_decision_on_a_person_who_was_erased_is_replayed_identically(bed: Running) -> None:
    reference = f"customer-{secrets.token_hex(6)}"
    profile = {
        "names": [{"text": NAME}],
        "identifiers": [{"scheme": "us-ssn", "value": SSN}],
        "contacts": [{"kind": "phone", "value": PHONE}],
    }
    person = {"kind": "person", "external_ref": reference, "profile": profile, "attribution": {"country": "BR"}}
    taken = bed.post("intake", "/v1/parties", person)
    assert taken.status_code == 201, taken.text
    party_id = taken.json()["party_id"]
    # Too much for what such a person is good for: it is declined, so that no relationship asks to be kept.
    sent = bed.submit(application(reference, _POOR, amount_minor=1_500_000))
    assert sent.status_code == 202, sent.text
    story = bed.decided(sent.json()["application_id"])
    assert (story["party_id"], story["decision"]["outcome"]) == (party_id, "decline")
    decision = story["decision"]["decision_id"]
    before = bed.get("decision", f"/v1/decisions/{decision}").json()

    shown = _erased(bed, party_id)
    assert (shown["status"], shown["profile"], shown["external_ref"]) == ("erased", None, None)

    replayed = bed.post("decision", f"/v1/decisions/{decision}/replay", {}, "analyst")
    assert (replayed.status_code, replayed.json()["verdict"]) == (200, "identical"), replayed.text
    assert bed.get("decision", f"/v1/decisions/{decision}").json() == before
    left = bed.get("intake", f"/v1/applications/{story['application_id']}").json()
    assert (left["external_ref"], left["requested"]) == (None, money(1_500_000))
    assert left["decision"] == story["decision"]
    searched = bed.post("intake", "/v1/parties/search", {"identifier": {"scheme": "us-ssn", "value": SSN}}).json()
    assert searched["items"] == []
    _assert_nobody_is_named(bed)


_POOR = {
    "duration_months": 48,
    "purpose": "car (new)",
    "checking_status": "<0 DM",
    "savings_status": "<100 DM",
    "credit_history": "no credits taken / all paid back duly",
    "employment_since": "unemployed",
    "installment_rate_pct_of_income": 4,
    "other_debtors": "none",
    "property": "unknown / no property",
    "other_installment_plans": "bank",
    "housing": "rent",
    "existing_credits": 4,
}


def _assert_nobody_is_named(bed: Running) -> None:
    """Neither in a log nor in a metric of any process."""
    written = "\n".join(path.read_text(errors="replace") for path in bed.platform.state.rglob("*.log"))
    measured = "\n".join(bed.operation(name, "/metrics").text for name in bed.platform.ports.processes)
    assert written
    for canary in (NAME, SSN, PHONE, json.dumps(NAME)[1:-1]):
        assert canary not in written
        assert canary not in measured
