"""The compose file as a test sees it: read, with its variables filled in."""

import re
from pathlib import Path
from typing import Any, Final

import yaml

from deploy import credentials
from services.migrate import ROLES, SERVICES

PROJECT: Final = Path(__file__).resolve().parents[2]
EXAMPLE: Final = (PROJECT / ".env.example").read_text()
COMPOSE: Final[dict[str, Any]] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
CONTAINERS: Final[dict[str, Any]] = COMPOSE["services"]
PROCESSES: Final = [(service, role) for service in SERVICES for role in ROLES]
JOBS: Final = ("migrate", "catalogue")

_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<how>[-?])(?P<words>[^}]*))?\}")


def interpolated(text: str, values: dict[str, str]) -> str:
    """Fill in the variables as compose does: `${NAME}`, `${NAME:-default}` and `${NAME:?complaint}`."""

    def value(match: re.Match[str]) -> str:
        found = values.get(match["name"], "")
        if not found and match["how"] == "?":
            raise ValueError(f"{match['name']}: {match['words']}")
        return found or (match["words"] if match["how"] == "-" else "")

    return _VARIABLE.sub(value, text)


def mentioned(text: str) -> set[str]:
    """Return the names of the variables that a text asks for."""
    return {match["name"] for match in _VARIABLE.finditer(text)}


def environment(container: str) -> dict[str, str]:
    """Return what a container finds in its environment, given an `.env` made from the example."""
    values = credentials.variables(credentials.filled(EXAMPLE))
    return {
        name: interpolated(str(value), values) for name, value in CONTAINERS[container].get("environment", {}).items()
    }
