"""The session of the README about applicants, as somebody types it where the platform runs with its sandbox."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pypdfium2
import pytest

from services.catalogue import Addresses, Keys, load_catalogue
from services.embedded.platform import SANDBOX, Platform, default_ports, free_ports
from services.migrate import PROJECT, SERVICES
from services.sandbox.identities import PEOPLE, Story
from shared.settings import BusKind
from tests.kit import session
from tests.kit.platform import CATALOGUE
from tests.kit.session import Exchange

CLIENTS: Final = {"LOS": "los", "OFFICER": "credit-officer"}
NAMES: Final = ("Clara Bell", "Anton Graves", "Thea Small", "Tim Waiting", "Erik Fischer", "Mala Nowak", "Sven Lund")


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    """A platform with a sandbox, as `assay up` runs it."""
    with tempfile.TemporaryDirectory(prefix="assay-") as home, pytest.MonkeyPatch.context() as environment:
        Path(home).chmod(0o711)
        for name in ("DATABASE_URL", "INTAKE_SOURCES_FILE"):
            environment.delenv(name, raising=False)
        running = Platform(Path(home) / "state", bus=BusKind.EMBEDDED, ports=free_ports(sandbox=True))
        environment.undo()
        running.start()
        try:
            at = Addresses(*(running.url(service) for service in SERVICES[:3]))
            keys = Keys(*(running.credentials.api_keys[client] for client in ("policy-author", "policy-approver")))
            load_catalogue(CATALOGUE, at, keys, lambda _words: None)
            yield running
        finally:
            running.stop()


@dataclass
class Played:
    """What was asked and answered, and the decisions in the order of the stories."""

    exchanges: list[Exchange]
    scratch: Path

    def answer(self, path: str) -> Any:
        """Return the last answer of a path."""
        return next(exchange.answer for exchange in reversed(self.exchanges) if exchange.path == path)

    @property
    def decisions(self) -> list[dict[str, Any]]:
        """What came of each application."""
        return [exchange.answer for exchange in self.exchanges if exchange.path.startswith("/v1/decisions/")]


@pytest.fixture(scope="module")
def played(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Played:
    ports = default_ports().processes
    addresses = {
        f"localhost:{ports[f'{service}/api']}": platform.url(service).removeprefix("http://") for service in SERVICES
    }
    known = {name: platform.credentials.api_keys[client] for name, client in CLIENTS.items()}
    commands = {"README.md": session.commands(PROJECT / "README.md", "Know the applicant")}
    scratch = tmp_path_factory.mktemp("applying")
    exchanges, _ = session.play(commands, known, addresses, scratch)
    return Played(exchanges, scratch)


def test_every_answer_is_what_the_readme_says(played: Played) -> None:
    assert [difference for exchange in played.exchanges for difference in exchange.contradictions()] == []
    assert sum(bool(exchange.claims) for exchange in played.exchanges) == len(PEOPLE) + 3


def test_nothing_is_refused(played: Played) -> None:
    assert [exchange.answer for exchange in played.exchanges if exchange.status >= 400] == []


def test_only_a_sound_and_whole_answer_of_the_bureau_approves_anybody(played: Played) -> None:
    outcomes = dict(zip(PEOPLE.values(), (each["outcome"] for each in played.decisions), strict=True))
    assert outcomes == {
        Story.CLEAN: "approve",
        Story.ADVERSE: "decline",
        Story.THIN: "refer",
        Story.TIMEOUT: "refer",
        Story.SERVER_ERROR: "refer",
        Story.MALFORMED: "refer",
        Story.SLOW: "approve",
    }


def test_an_applicant_is_never_told_that_something_is_wrong_with_them_when_it_is_the_bureau(played: Played) -> None:
    told = {reason for decision in played.decisions[3:6] for reason in decision["reasons"]}
    assert told <= {"SOURCE_UNAVAILABLE", "INFORMATION_INCOMPLETE"}


def test_the_bureau_has_cost_what_its_answers_cost_and_its_faults_nothing(played: Played) -> None:
    sources = {source["name"]: source for source in played.answer("/v1/sources")["items"]}
    asked = [(day["hits"], day["cost"]) for day in sources["consumer-bureau"]["days"] if day["hits"]]
    assert asked == [(4, {"amount_minor": 1_000, "currency": "USD"})]


def test_the_credit_report_shows_on_paper_who_it_is_and_what_the_bureau_said(played: Played) -> None:
    document = pypdfium2.PdfDocument(played.scratch / "credit-report.pdf")
    text = document[0].get_textpage().get_text_range()
    document.close()
    assert [words for words in (NAMES[-1], "***0007", "Bureau score", "782", "approved") if words not in text] == []


def test_no_log_shows_who_applied(played: Played, platform: Platform) -> None:
    logs = "".join(platform.log_path(name).read_text() for name in platform.ports.processes)
    numbers = [number for _, number in PEOPLE]
    assert [word for word in (*NAMES, *numbers) if word in logs] == []


def test_the_sandbox_runs_beside_the_services_and_says_that_it_is_well(platform: Platform) -> None:
    assert SANDBOX in platform.ports.processes
    assert platform.stopped() == []
