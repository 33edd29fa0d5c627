"""The guides to limits name routes, scopes, codes, events and commands that are there, and leave out no route."""

import inspect
import re
import shlex
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from services.embedded.credentials import CLIENTS
from services.limits.app import create_app
from services.limits.domain.checks.conditions import figures_of
from services.limits.domain.checks.rule import KINDS
from services.limits.settings import Settings
from shared.contracts import limits as contracts
from tests.deploy import commands
from tests.deploy.compose import PROJECT
from tests.kit import session
from tests.kit.service import platform_settings

DOCS: Final = PROJECT / "docs"
GUIDES: Final = {name: (DOCS / name).read_text() for name in ("limits.md", "credit-control.md")}
BOTH: Final = "\n".join(GUIDES.values())
SOURCE: Final = "\n".join(
    path.read_text() for part in ("services/limits", "shared") for path in sorted((PROJECT / part).rglob("*.py"))
)
_ROW: Final = re.compile(r"^\| `([A-Z]+) (/v1/[^`]+)` \| `([a-z-]+:[a-z]+)` \|", re.MULTILINE)


@pytest.fixture(scope="module")
def operations(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Any]:
    """What the service says of each method and path."""
    settings = Settings(database_url="postgresql://nobody@127.0.0.1:1/nowhere")
    document = create_app(settings, platform_settings(tmp_path_factory.mktemp("service"), {})).openapi()
    return {
        (method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_every_route_is_in_one_of_the_guides_with_the_scope_it_takes(operations: dict[tuple[str, str], Any]) -> None:
    rows = _ROW.findall(BOTH)
    told = {(method, path): scope for method, path, scope in rows}
    assert len(rows) == len(told)
    assert told == {asked: operation["x-required-scope"] for asked, operation in operations.items()}


def test_every_route_that_is_mentioned_exists(operations: dict[tuple[str, str], Any]) -> None:
    mentioned = re.findall(r"`([A-Z]+) (/v1/[^`?]+)(?:\?[^`]*)?`", BOTH)
    assert set(mentioned) <= operations.keys()


def test_every_scope_is_held_by_the_development_clients_that_are_named() -> None:
    rows = re.findall(r"^\| `([a-z-]+:[a-z]+)` \| (`[a-z`, -]+`) \|", GUIDES["credit-control.md"], re.MULTILINE)
    assert len(rows) > 8
    for scope, clients in rows:
        assert set(re.findall(r"[a-z-]+", clients)) == {client for client, held in CLIENTS.items() if scope in held}


def test_every_code_that_is_listed_is_one_that_the_service_gives() -> None:
    listed = re.findall(r"^\| (.*?) \|", BOTH, re.MULTILINE)
    codes = {code for cell in listed for code in re.findall(r"`([a-z]+(?:_[a-z]+)+|[A-Z]+(?:_[A-Z]+)+)`", cell)}
    assert len(codes) > 50
    assert [code for code in sorted(codes) if not re.search(rf"\b{code}\b", SOURCE)] == []


def test_every_kind_of_step_and_every_figure_of_a_check_is_explained() -> None:
    guide = GUIDES["credit-control.md"]
    assert [kind for kind in KINDS.values() if f"\n| `{kind}` |" not in guide] == []
    _, _, table = guide.partition("| figures | |")
    assert [name for name in figures_of("EUR") if f"`{name}`" not in table.split("\n\n", 1)[0]] == []


def test_every_event_is_one_that_limits_publishes() -> None:
    declared = [getattr(contract, "type", None) for _, contract in inspect.getmembers(contracts, inspect.isclass)]
    published = {name for name in declared if isinstance(name, str)}
    assert set(re.findall(r"limits\.[a-z_]+\.v\d+", BOTH)) <= published


def test_every_alert_is_one_that_prometheus_knows() -> None:
    rules = yaml.safe_load((PROJECT / "deploy" / "prometheus" / "rules.yml").read_text())
    alerts = {rule["alert"] for group in rules["groups"] for rule in group["rules"] if "alert" in rule}
    _, _, listed = GUIDES["credit-control.md"].partition("(operations.md#alerts):")
    named = re.findall(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b", listed.split("\n\n", 1)[0])
    assert len(named) == 6
    assert set(named) <= alerts


def test_every_command_is_one_that_the_program_knows() -> None:
    sessions = "".join(session.commands(DOCS / name) for name in GUIDES) + session.commands(PROJECT / "README.md")
    lines = [line for line in sessions.splitlines() if line.startswith(".venv/bin/assay reconcile")]
    assert len(lines) == 2
    for line in lines:
        commands.parsed(shlex.split(line)[1:])


@pytest.mark.parametrize("name", ["README.md", *(f"docs/{guide}" for guide in GUIDES)])
def test_every_link_leads_somewhere(name: str) -> None:
    page = PROJECT / name
    for target, anchor in re.findall(r"\]\((?!http)([^)#]*)(?:#([^)]*))?\)", page.read_text()):
        linked = (page.parent / target).resolve() if target else page
        assert linked.exists(), target
        assert not anchor or anchor in _anchors(linked), f"{target}#{anchor}"


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"(?m)^#+ (.+)$", page.read_text())
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
