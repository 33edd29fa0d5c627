"""The sessions of the README and of the guides to limits, as somebody types them where the platform runs."""

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
GUIDES: Final = ("limits.md", "credit-control.md")
CLIENTS: Final = {
    "CRM": "crm",
    "ERP": "erp",
    "OFFICER": "credit-officer",
    "MANAGER": "credit-manager",
    "DIRECTOR": "credit-director",
}
ON_EMBEDDED_BUS: Final = pytest.mark.parametrize("running", [BusKind.EMBEDDED], indirect=True)


@dataclass
class Played:
    """What came of the commands: the application as decided, what was asked and answered, the lines printed."""

    application: dict[str, Any]
    exchanges: list[Exchange]
    printed: list[str]

    @property
    def sales(self) -> list[Exchange]:
        """What the README has sales and officers do."""
        return [exchange for exchange in self.exchanges if exchange.chapter == "README.md"]


@pytest.fixture(scope="module")
def played(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Played:
    running.heal()
    keys = running.platform.credentials.api_keys
    ports = default_ports().processes
    addresses = {
        f"localhost:{ports[f'{service}/api']}": running.platform.url(service).removeprefix("http://")
        for service in SERVICES
    }
    applying = session.commands(README, "Keep it running").partition("curl -s localhost:8103")[0]
    (submitted,), _ = session.play({"": applying}, {"LOS": keys["los"]}, addresses, tmp_path_factory.mktemp("applying"))
    running.references.append(submitted.answer["external_ref"])
    application = running.decided(submitted.answer["application_id"])
    known = {
        **{name: keys[client] for name, client in CLIENTS.items()},
        "PARTY": application["party_id"],
        "LIMITS_DATABASE_URL": running.platform.environment("limits")["LIMITS_DATABASE_URL"],
    }
    chapters = {
        "README.md": session.commands(README, "Sell on credit"),
        **{name: session.commands(session.PROJECT / "docs" / name) for name in GUIDES},
    }
    return Played(application, *session.play(chapters, known, addresses, tmp_path_factory.mktemp("selling")))


@ON_EMBEDDED_BUS
def test_the_first_application_is_approved(played: Played) -> None:
    decision = played.application["decision"]
    assert (decision["outcome"], decision["limit"]) == ("approve", {"amount_minor": 250_000, "currency": "DEM"})


@ON_EMBEDDED_BUS
@pytest.mark.parametrize("guide", ["README.md", *GUIDES])
def test_every_answer_is_what_the_guide_says(played: Played, guide: str) -> None:
    told = [exchange for exchange in played.exchanges if exchange.chapter == guide]
    assert [difference for exchange in told for difference in exchange.contradictions()] == []
    # Nothing needs to be said of what is read for a version to name.
    assert all(exchange.claims for exchange in told if exchange.method != "GET")
    assert len(told) >= 10


@ON_EMBEDDED_BUS
def test_nothing_is_refused_but_the_release_that_sales_tries(played: Played) -> None:
    refused = [(exchange.status, exchange.answer["code"]) for exchange in played.exchanges if exchange.status >= 400]
    assert refused == [(403, "scope_missing")]


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
    released = played.sales[-2].answer
    assert released["release"]["authorisation_code"]
    assert released["requested_by"] == ["crm"]


@ON_EMBEDDED_BUS
def test_the_order_has_one_hold_whose_history_names_who_did_what(played: Played, running: Running) -> None:
    checks = [exchange.answer for exchange in played.exchanges if exchange.path == "/v1/limit-checks"]
    blocked, grown, copied, _large = [check["hold_id"] for check in checks if check["hold_id"] is not None]
    assert grown == blocked
    assert copied != blocked
    events = running.get("limits", f"/v1/credit-holds/{blocked}", "crm").json()["events"]
    assert [(event["kind"], event["actor"]) for event in reversed(events)] == [
        ("opened", "limits"),
        ("released", "credit-officer"),
        ("reopened", "limits"),
    ]
    assert events[1]["reason"] == "First invoice is being paid today"


@ON_EMBEDDED_BUS
def test_a_large_release_takes_two_officers(played: Played, running: Running) -> None:
    *_, large = [exchange.answer["hold_id"] for exchange in played.exchanges if exchange.path == "/v1/limit-checks"]
    events = running.get("limits", f"/v1/credit-holds/{large}", "crm").json()["events"]
    assert [(event["kind"], event["actor"]) for event in reversed(events)] == [
        ("opened", "limits"),
        ("release_pending", "credit-officer"),
        ("released", "credit-manager"),
    ]


@ON_EMBEDDED_BUS
def test_the_books_add_up_afterwards(played: Played) -> None:
    reports = [line for line in played.printed if " compared in " in line]
    assert len(reports) == 2
    assert all(line.endswith("everything adds up") for line in reports)
