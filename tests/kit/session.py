"""Sessions of the guides, run as their readers would type them: in a shell, with `curl` and `assay` on the path.

What a guide says of an answer stands below the request in comments, as the part of its JSON that matters.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

PROJECT: Final = Path(__file__).resolve().parents[2]
_CURL: Final = Path(__file__).with_name("curl.py")
_SECONDS: Final = 120


@dataclass
class Exchange:
    """A request, its answer, and what the guide says of that."""

    method: str
    path: str
    status: int
    answer: Any
    claims: list[Any] = field(default_factory=list)

    def contradictions(self) -> list[str]:
        """Return where the answer is not what the guide says."""
        return [difference for claim in self.claims for difference in _differences(claim, self.answer, "")]


def blocks(guide: Path, heading: str) -> str:
    """Return the shell commands in the section of a guide below `heading`."""
    _, _, rest = guide.read_text().partition(f"\n## {heading}\n")
    section = rest.split("\n## ", 1)[0]
    found = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    assert found, f"{guide.name} has no commands below {heading!r}"
    return "".join(found)


def play(
    commands: str, variables: Mapping[str, str], addresses: Mapping[str, str], scratch: Path
) -> tuple[list[Exchange], str]:
    """Run commands in a shell; return what was asked and answered, and what the last command printed.

    `variables` are those that the guide has its reader set, `addresses` say where the documented ones are.
    """
    record = scratch / "record"
    record.touch()
    tools = {"curl": [sys.executable, str(_CURL)], "assay": [sys.executable, "-m", "services.cli"]}
    for name, command in tools.items():
        tool = scratch / name
        tool.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
        tool.chmod(0o755)
    search = os.pathsep.join([str(scratch), str(Path(sys.executable).parent), os.environ["PATH"]])
    own = {"PATH": search, "SESSION_RECORD": str(record), "SESSION_ADDRESSES": json.dumps(addresses)}
    done = subprocess.run(
        ["sh", "-eu", "-c", _script(commands)],
        cwd=PROJECT,
        env={**os.environ, **variables, **own},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return _exchanges(record), done.stdout.strip().splitlines()[-1]


def _script(commands: str) -> str:
    """Return commands with what is claimed in comments passed on, and with the tools of the path."""
    claimed = re.sub(r"(?m)^# \{.*\n(?:#  .*\n)*", _claim, commands)
    return claimed.replace(".venv/bin/assay", "assay")


def _claim(found: re.Match[str]) -> str:
    claim = " ".join(line.removeprefix("#").strip() for line in found[0].splitlines())
    return f"curl --claim {shlex.quote(claim)}\n"


def _exchanges(record: Path) -> list[Exchange]:
    exchanges: list[Exchange] = []
    for line in map(json.loads, record.read_text().splitlines()):
        if "claim" in line:
            exchanges[-1].claims.append(line["claim"])
        else:
            exchanges.append(Exchange(**line))
    return exchanges


def _differences(claim: Any, answer: Any, at: str) -> list[str]:
    """Return where an answer lacks what is claimed; it may say more, but not in a list."""
    if isinstance(claim, dict) and isinstance(answer, dict):
        return [each for name in claim for each in _differences(claim[name], answer.get(name), f"{at}/{name}")]
    if isinstance(claim, list) and isinstance(answer, list) and len(claim) == len(answer):
        pairs = enumerate(zip(claim, answer, strict=True))
        return [each for place, (said, found) in pairs for each in _differences(said, found, f"{at}/{place}")]
    return [] if claim == answer else [f"{at}: {claim!r} is claimed, the answer has {answer!r}"]
