"""docs/life-cycle.md names routes, scopes and commands that are there."""

import re
import shlex
from pathlib import Path

import pytest

from services.decision.app import create_app
from services.decision.settings import Settings
from services.embedded.credentials import CLIENTS
from shared.governance.domain import TRANSITIONS, Scope
from tests.deploy import commands
from tests.deploy.compose import PROJECT
from tests.kit.service import platform_settings

GUIDE = (PROJECT / "docs" / "life-cycle.md").read_text()
BLOCKS = "\n".join(re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL))


def test_every_request_is_one_that_the_service_knows(tmp_path: Path) -> None:
    settings = Settings(database_url="postgresql://nobody@127.0.0.1:1/nowhere")
    paths = create_app(settings, platform_settings(tmp_path, {})).openapi()["paths"]
    known = {
        (method.upper(), re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))))
        for path, methods in paths.items()
        for method in methods
    }
    asked = re.findall(r"curl -s(X POST)? \$decision(/v1/[^ ]+)", BLOCKS)
    assert len(asked) > 8
    for post, path in asked:
        method = "POST" if post else "GET"
        assert any(method == verb and route.fullmatch(path) for verb, route in known), path


def test_every_command_is_one_that_the_program_knows() -> None:
    lines = [line for line in BLOCKS.splitlines() if line.startswith("assay ")]
    assert len(lines) > 5
    for line in lines:
        commands.parsed(shlex.split(line.replace("policy.yaml", "README.md"))[1:])


@pytest.mark.parametrize("scope", list(Scope))
def test_every_scope_is_explained_and_held_by_a_development_client(scope: Scope) -> None:
    (row,) = [line for line in GUIDE.splitlines() if line.startswith(f"| `{scope}` |")]
    for action, transition in TRANSITIONS.items():
        if transition.scope is scope and action.value in (
            "approve",
            "reject",
            "submit",
            "schedule",
            "promote",
            "retire",
        ):
            assert action.value in row
    assert any(scope in scopes for scopes in CLIENTS.values())
