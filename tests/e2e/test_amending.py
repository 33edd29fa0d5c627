"""An application that was referred is amended, and decided anew; the first decision stays as it was."""

import secrets
from typing import Any

from tests.kit.platform import Running, application, money, until


def granted(bed: Running, application_id: str) -> dict[str, Any] | None:
    found: dict[str, Any] = bed.get("intake", f"/v1/applications/{application_id}").json()
    return found if found["limit"] is not None else None


def test_who_asks_for_less_than_was_referred_is_decided_again_and_gets_a_limit(bed: Running) -> None:
    body = application(f"customer-{secrets.token_hex(6)}", amount_minor=1_900_000)
    application_id = bed.submit(body).json()["application_id"]
    assert bed.decided(application_id)["decision"]["outcome"] == "refer"

    amended = bed.http.patch(
        f"{bed.platform.url('intake')}/v1/applications/{application_id}",
        json={"requested": money(250_000)},
        headers=bed.headers("los", **{"If-Match": '"1"'}),
    )
    assert amended.status_code == 200, amended.text

    found = until(lambda: granted(bed, application_id), 30, "the limit on what is asked for now")
    assert (found["revision"], found["decision"]["outcome"]) == (2, "approve")
    assert found["limit"]["limit"] == money(250_000)
    both = bed.get("decision", f"/v1/decisions?application_id={application_id}").json()["items"]
    assert [entry["outcome"] for entry in both] == ["approve", "refer"]
