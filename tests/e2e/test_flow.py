"""The way of an application through all services, and of the credit that it gets."""

import re
import secrets

from tests.kit.platform import SOLID, SOLID_MINOR, Running, application, applications, money, until


def test_an_approval_becomes_a_limit_that_is_reserved_captured_and_released(bed: Running) -> None:
    story = bed.approved()
    assert story["decision"]["outcome"] == "approve"
    assert story["limit"]["limit"] == money(SOLID_MINOR)
    account, party = story["limit"]["account_id"], story["party_id"]

    check = bed.post("limits", "/v1/limit-checks", {"party_id": party, "amount": money(SOLID_MINOR)}, "crm").json()
    assert (check["result"], check["available"]) == ("ok", money(SOLID_MINOR))

    first = _reserve(bed, account, 100_000)
    second = _reserve(bed, account, 150_000)
    too_much = _reserve(bed, account, 1)
    assert (first["state"], second["state"]) == ("reserved", "reserved")
    assert (too_much["state"], too_much["reason"]) == ("declined", "INSUFFICIENT_AVAILABLE")

    path = f"/v1/reservations/{first['reservation_id']}/capture"
    captured = bed.post("limits", path, {"amount": money(60_000)}, "crm")
    assert (captured.status_code, captured.json()["state"]) == (200, "captured")
    released = bed.post("limits", f"/v1/reservations/{second['reservation_id']}/release", {}, "crm")
    assert (released.status_code, released.json()["state"]) == (200, "released")
    again = bed.post("limits", path, {}, "crm")
    assert (again.status_code, again.json()["code"]) == (409, "already_captured")

    balance = bed.get("limits", f"/v1/accounts/{account}", "crm").json()
    assert balance["posted"] == money(60_000)
    assert balance["reserved"] == money(0)
    assert balance["available"] == money(SOLID_MINOR - 60_000)


def _reserve(bed: Running, account: str, amount_minor: int) -> dict[str, object]:
    answer = bed.post("limits", "/v1/reservations", {"account_id": account, "amount": money(amount_minor)}, "crm")
    assert answer.status_code == 201, answer.text
    reservation: dict[str, object] = answer.json()
    return reservation


def test_every_made_up_applicant_is_decided_with_a_trace_and_reasons_where_credit_is_refused(bed: Running) -> None:
    sent = [bed.submit(body) for body, _ in zip(applications(seed=20), range(30), strict=False)]
    assert {answer.status_code for answer in sent} == {202}
    decided = [bed.decided(answer.json()["application_id"]) for answer in sent]
    assert len({entry["decision"]["outcome"] for entry in decided}) > 1
    for entry in decided:
        summary = entry["decision"]
        explained = bed.get("decision", f"/v1/decisions/{summary['decision_id']}").json()
        assert explained["application_id"] == entry["application_id"]
        assert explained["outcome"] == summary["outcome"]
        assert explained["trace"]
        assert explained["policy"]["hash"]
        assert bool(explained["reasons"]) == (summary["outcome"] != "approve")
        assert bool(entry["limit"]) == (summary["outcome"] in ("approve", "counter_offer"))


def test_a_caller_who_prefers_to_wait_gets_the_decision_in_the_answer(bed: Running) -> None:
    answer = bed.submit(application(_reference()), prefer="wait=5")
    assert answer.status_code == 201
    assert answer.json()["status"] == "decided"
    assert answer.json()["decision"]["outcome"] == "approve"
    assert bed.get("intake", answer.headers["location"]).json()["application_id"] == answer.json()["application_id"]


def test_a_caller_who_does_not_wait_gets_the_place_to_look_at(bed: Running) -> None:
    answer = bed.submit(application(_reference()))
    assert answer.status_code == 202
    assert answer.json()["status"] == "submitted"
    assert re.fullmatch(r"/v1/applications/app_[0-9a-f-]+", answer.headers["location"])
    assert bed.decided(answer.json()["application_id"])["status"] == "decided"


def test_a_caller_whose_time_is_up_first_gets_the_place_to_look_at(bed: Running) -> None:
    bed.platform.stop_process("scoring/worker")
    answer = bed.submit(application(_reference()), prefer="wait=1")
    assert answer.status_code == 202
    bed.platform.restart_stopped()
    assert bed.decided(answer.json()["application_id"])["status"] == "decided"


def test_a_decision_is_made_at_once_for_a_caller_that_keeps_the_application(bed: Running) -> None:
    answer = bed.post("decision", "/v1/decisions", _question("order-4711"))
    assert answer.status_code == 201
    decision = answer.json()
    assert (decision["outcome"], decision["limit"]) == ("approve", money(SOLID_MINOR))
    assert decision["reference"] == "order-4711"
    assert decision["application_id"] is None
    found = bed.get("decision", answer.headers["location"]).json()
    assert found["decision_id"] == decision["decision_id"]

    def accounts() -> list[dict[str, object]]:
        items: list[dict[str, object]] = bed.get(
            "limits", f"/v1/accounts?party_id={decision['party_id']}", "crm"
        ).json()["items"]
        return items

    (account,) = until(accounts, 20, "the limit of a direct decision")
    assert account["limit"] == money(SOLID_MINOR)


def _question(reference: str | None = None) -> dict[str, object]:
    body = application("unused", SOLID)
    del body["party"]
    return {**body, "party_id": f"party-{secrets.token_hex(6)}", "reference": reference}


def _reference() -> str:
    return f"customer-{secrets.token_hex(6)}"


def test_a_retry_gets_the_first_answer_byte_for_byte(bed: Running) -> None:
    key, body = secrets.token_hex(8), application(_reference())
    first = bed.submit(body, key)
    bed.decided(first.json()["application_id"])
    second = bed.submit(body, key)
    assert (second.status_code, second.content, second.headers["location"]) == (
        first.status_code,
        first.content,
        first.headers["location"],
    )
    key, question = secrets.token_hex(8), _question()
    first = bed.post("decision", "/v1/decisions", question, key=key)
    second = bed.post("decision", "/v1/decisions", question, key=key)
    assert (second.status_code, second.content) == (first.status_code, first.content)


def test_a_key_that_was_used_with_another_body_is_refused(bed: Running) -> None:
    key, body = secrets.token_hex(8), application(_reference())
    assert bed.submit(body, key).status_code == 202
    answer = bed.submit({**body, "requested": money(SOLID_MINOR + 1)}, key)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


def test_the_same_key_of_another_client_is_another_key(bed: Running) -> None:
    account = bed.approved()["limit"]["account_id"]
    key = secrets.token_hex(8)
    assert bed.submit(application(_reference()), key).status_code == 202
    body = {"account_id": account, "amount": money(100)}
    assert bed.post("limits", "/v1/reservations", body, "crm", key).status_code == 201
