"""Parses `assay` command lines without carrying them out."""

from collections.abc import Sequence
from typing import Any

import typer.main

from services.cli import app


def parsed(arguments: Sequence[str]) -> Any:
    """Return the context of the command that `arguments` name; raises when there is none or they don't fit it."""
    command: Any = typer.main.get_command(app)
    rest = list(arguments)
    while hasattr(command, "commands"):
        command = command.commands[rest.pop(0)]
    return command.make_context(command.name, rest)


def variables(arguments: Sequence[str]) -> set[str]:
    """Return the environment variables that stand in for options of a command."""
    return {parameter.envvar for parameter in parsed(arguments).command.params if parameter.envvar}
