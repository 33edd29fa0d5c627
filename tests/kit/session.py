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

    chapter: str
    method: str
    path: str
    status: int
    answer: Any
    claims: list[Any] = field(default_factory=list)

    def contradictions(self) -> list[str]:
        """Return where the answer is not what the guide says."""
        return [difference for claim in self.claims for difference in _differences(claim, self.answer, "")]


def commands(guide: Path, heading: str | None = None) -> str:
    """Return the shell commands of a guide, or of its section below `heading`."""
    text = guide.read_text()
    if heading is not None:
        _, _, rest = text.partition(f"\n## {heading}\n")
        text = rest.split("\n## ", 1)[0]
    found = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    assert found, f"{guide.name} has no commands"
    return "".join(found)


def play(
    chapters: Mapping[str, str], variables: Mapping[str, str], addresses: Mapping[str, str], scratch: Path
) -> tuple[list[Exchange], list[str]]:
    """Run the commands of chapters in one shell; return what was asked and answered, and the lines that it printed.

    `variables` are those that the guides have their reader set, `addresses` say where the documented ones are.
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
        ["sh", "-eu", "-c", "".join(_script(name, text) for name, text in chapters.items())],
        cwd=PROJECT,
        env={**os.environ, **variables, **own},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return _exchanges(record), done.stdout.splitlines()


def _script(chapter: str, text: str) -> str:
    """Return commands with what is claimed in comments passed on, and with the tools of the path."""
    claimed = re.sub(r"(?m)^# \{.*\n(?:#  .*\n)*", _claim, text)
    return f"curl --chapter {shlex.quote(chapter)}\n" + claimed.replace(".venv/bin/assay", "assay")


def _claim(found: re.Match[str]) -> str:
    claim = " ".join(line.removeprefix("#").strip() for line in found[0].splitlines())
    return f"curl --claim {shlex.quote(claim)}\n"


def _exchanges(record: Path) -> list[Exchange]:
    exchanges: list[Exchange] = []
    chapter = ""
    for line in map(json.loads, record.read_text().splitlines()):
        if "chapter" in line:
            chapter = line["chapter"]
        elif "claim" in line:
            exchanges[-1].claims.append(line["claim"])
        else:
            exchanges.append(Exchange(chapter, **line))
    return exchanges


def _differences(claim: Any, answer: Any, at: str) -> list[str]:
    """Return where an answer lacks what is claimed; it may say more, but not in a list."""
    if isinstance(claim, dict) and isinstance(answer, dict):
        return [each for name in claim for each in _differences(claim[name], answer.get(name), f"{at}/{name}")]
    if isinstance(claim, list) and isinstance(answer, list) and len(claim) == len(answer):
        pairs = enumerate(zip(claim, answer, strict=True))
        return [each for place, (said, found) in pairs for each in _differences(said, found, f"{at}/{place}")]
    return [] if claim == answer else [f"{at}: {claim!r} is claimed, the answer has {answer!r}"]
