"""The session of the README, as somebody would type it on a machine that runs the platform."""

from dataclasses import dataclass
from typing import Any, Final

import pytest

from services.embedded.platform import default_ports
from services.migrate import SERVICES
from shared.settings import BusKind
from tests.kit import session
from tests.kit.platform import Running
from tests.kit.session import Exchange

README: Final = session.PROJECT / "README.md"
ON_EMBEDDED_BUS: Final = pytest.mark.parametrize("running", [BusKind.EMBEDDED], indirect=True)


@dataclass
class Played:
    """What came of the README's commands: the application as decided, what sales and officers did, the last line."""

    application: dict[str, Any]
    sales: list[Exchange]
    printed: str


@pytest.fixture(scope="module")
def played(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Played:
    running.heal()
    keys = running.platform.credentials.api_keys
    ports = default_ports().processes
    addresses = {
        f"localhost:{ports[f'{service}/api']}": running.platform.url(service).removeprefix("http://")
        for service in SERVICES
    }
    applying = session.blocks(README, "Keep it running").partition("curl -s localhost:8103")[0]
    (submitted,), _ = session.play(applying, {"LOS": keys["los"]}, addresses, tmp_path_factory.mktemp("applying"))
    running.references.append(submitted.answer["external_ref"])
    application = running.decided(submitted.answer["application_id"])
    known = {
        "CRM": keys["crm"],
        "OFFICER": keys["credit-officer"],
        "MANAGER": keys["credit-manager"],
        "PARTY": application["party_id"],
        "LIMITS_DATABASE_URL": running.platform.environment("limits")["LIMITS_DATABASE_URL"],
    }
    selling = session.blocks(README, "Sell on credit")
    return Played(application, *session.play(selling, known, addresses, tmp_path_factory.mktemp("selling")))


@ON_EMBEDDED_BUS
def test_the_first_application_is_approved(played: Played) -> None:
    decision = played.application["decision"]
    assert (decision["outcome"], decision["limit"]) == ("approve", {"amount_minor": 250_000, "currency": "DEM"})


@ON_EMBEDDED_BUS
def test_every_answer_is_what_the_readme_says(played: Played) -> None:
    assert [difference for exchange in played.sales for difference in exchange.contradictions()] == []
    silent = [exchange.path for exchange in played.sales if not exchange.claims]
    # Nothing is said of the two answers that are read for a version to name.
    assert len(silent) == 2
    assert [exchange.status for exchange in played.sales if exchange.status >= 400] == [403]


@ON_EMBEDDED_BUS
def test_an_order_is_reserved_captured_in_two_parts_and_the_rest_given_back(played: Played) -> None:
    steps = [exchange.answer for exchange in played.sales if "/reservations" in exchange.path]
    assert [step["state"] for step in steps] == ["reserved", "reserved", "reserved", "released"]
    assert [step["captured"]["amount_minor"] for step in steps] == [0, 30_000, 70_000, 70_000]
    assert [step["left"]["amount_minor"] for step in steps] == [80_000, 50_000, 10_000, 0]


@ON_EMBEDDED_BUS
def test_the_blocked_order_goes_ahead_once_an_officer_has_released_it(played: Played) -> None:
    first, blocked, last = [exchange.answer for exchange in played.sales if exchange.path == "/v1/limit-checks"]
    assert (first["result"], blocked["result"], last["result"]) == ("ok", "block", "ok")
    assert first["hold_id"] is None
    assert last["hold_id"] is None
    assert last["released_by_hold"] == blocked["hold_id"]
    refused, released = [exchange for exchange in played.sales if exchange.path.endswith("/release")][1:]
    assert (refused.status, refused.answer["code"]) == (403, "scope_missing")
    assert released.answer["release"]["authorisation_code"]


@ON_EMBEDDED_BUS
def test_the_order_has_one_hold_whose_history_names_the_officer(played: Played, running: Running) -> None:
    released = played.sales[-2].answer
    of_order = [
        hold
        for state in ("open", "released")
        for hold in _newest_holds(running, state)
        if hold["document"]["doc_id"] == "A-1002"
    ]
    assert [hold["hold_id"] for hold in of_order] == [released["hold_id"]]
    events = running.get("limits", f"/v1/credit-holds/{released['hold_id']}", "crm").json()["events"]
    assert [(event["kind"], event["actor"]) for event in events] == [
        ("released", "credit-officer"),
        ("opened", "limits"),
    ]
    assert events[0]["reason"] == "First invoice is being paid today"


def _newest_holds(running: Running, state: str) -> list[dict[str, Any]]:
    path = f"/v1/credit-holds?state={state}&sort=newest&limit=200"
    found: list[dict[str, Any]] = running.get("limits", path, "credit-officer").json()["items"]
    return found


@ON_EMBEDDED_BUS
def test_the_books_add_up_afterwards(played: Played) -> None:
    assert played.printed.endswith("everything adds up")
